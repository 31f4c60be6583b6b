import { LockstepError } from '../core/errors.ts'

/** Where the state lies, as one line of text names it. */
export type Target =
  | { readonly dialect: 'postgres'; readonly url: string }
  /** `file` null keeps everything in memory. */
  | { readonly dialect: 'sqlite'; readonly file: string | null }

export function parseTarget(text: string): Target {
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return { dialect: 'postgres', url: text }
  if (text === 'memory:') return { dialect: 'sqlite', file: null }
  if (/^sqlite:./s.test(text)) return { dialect: 'sqlite', file: text.slice('sqlite:'.length) }
  // The text may hold a password: only its scheme is repeated.
  const [scheme] = /^[a-z]+:/i.exec(text) ?? ['no scheme']
  throw new LockstepError('environment-invalid', `This is no address of a store (${scheme}).`, {
    remedy: 'Use postgres://user:password@host/database, sqlite:FILE or memory:.',
  })
}
