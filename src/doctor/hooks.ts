import type { Hook } from '../core/inspection.ts'
import type { Notes } from './check.ts'

export interface HookScene {
  /** Where the app is reached from outside. */
  readonly appUrl: string
  /** Without a hook, changes come late. */
  readonly expected: boolean
}

/** The hooks that lead to the app: there, and delivering. */
export function judgeHooks(hooks: readonly Hook[] | null, { appUrl, expected }: HookScene, notes: Notes): void {
  if (hooks === null) {
    notes.ok('hooks', 'This account is not shown the hooks.')
    return
  }
  const base = appUrl.replace(/\/+$/, '')
  const own = hooks.filter(({ url }) => url === base || url.startsWith(`${base}/`))
  for (const { name, stopped } of own) {
    if (stopped !== null)
      notes.fail(
        'hooks',
        `The hook ${name} delivers nothing: ${stopped}.`,
        'Enable it again where it was made, and check that the server reaches the app.',
      )
    else notes.ok('hooks', `The hook ${name} is enabled.`)
  }
  if (own.length === 0 && expected) {
    notes.warn(
      'hooks',
      `No hook leads to ${base}: changes are seen only by the schedule.`,
      'Create a hook to the address that the app shows for this connection.',
    )
  }
}
