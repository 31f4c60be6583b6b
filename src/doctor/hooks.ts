import type { Hook } from '../core/inspection.ts'
import type { Notes } from './check.ts'

export interface HookScene {
  /** Where the app is reached from outside. */
  readonly appUrl: string
  /** The tracker whose hooks they are; `null` for those of a repository, which needs none besides the App's own. */
  readonly connection: string | null
}

/** The hooks that lead to the app: there, and delivering. */
export function judgeHooks(hooks: readonly Hook[] | null, { appUrl, connection }: HookScene, notes: Notes): void {
  if (hooks === null) {
    notes.ok('hooks', 'This account is not shown the hooks.')
    return
  }
  const base = appUrl.replace(/\/+$/, '')
  const own = hooks.filter(({ url }) => url === base || url.startsWith(`${base}/`))
  const install = `Run "lockstep hooks install --connection ${connection}" on the app's server`
  for (const { name, stopped } of own) {
    if (stopped !== null)
      notes.fail(
        'hooks',
        `The hook ${name} delivers nothing: ${stopped}.`,
        `${connection === null ? 'Enable it again where it was made' : install}, and check that the server reaches the app.`,
      )
    else notes.ok('hooks', `The hook ${name} is enabled.`)
  }
  if (own.length === 0 && connection !== null)
    notes.warn('hooks', `No hook leads to ${base}: changes are seen only by the schedule.`, `${install}.`)
}
