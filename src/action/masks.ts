import { secretForms } from '../redact.ts'
import type { Redactor } from '../redact.ts'
import type { Runner } from './runner.ts'

export type Mask = (secrets: Iterable<string | null | undefined>) => void

/** Hides secrets in every form in which they may turn up, and each line of one with several. */
export function createMask(runner: Runner, redactor: Redactor): Mask {
  const masked = new Set<string>()
  return (secrets) => {
    for (const secret of secrets) {
      if (secret === null || secret === undefined || secret === '') continue
      redactor.add(secret)
      for (const form of [secret, ...linesOf(secret)].flatMap(secretForms)) {
        if (!masked.has(form)) runner.mask(form)
        masked.add(form)
      }
    }
  }
}

// The first and last lines of a PEM file are the same in all of them.
const linesOf = (secret: string): readonly string[] =>
  secret.includes('\n') ? secret.split(/\r?\n/).filter((line) => !line.startsWith('-----')) : []
