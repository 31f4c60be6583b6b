import { asLockstepError } from '../core/errors.ts'
import type { Log } from '../core/ports.ts'
import type { Store } from '../core/store.ts'
import { installHooks, type HookSetup } from '../web/hook-setup.ts'

/** Only hooks that were registered once are kept up: a server may well be fed by the schedule alone. */
export async function repairHooks(
  setups: readonly HookSetup[],
  { store, log }: { readonly store: Pick<Store, 'withLock'>; readonly log: Log },
): Promise<void> {
  for (const setup of setups) {
    const { connection, registrations } = setup
    if ((await registrations.list(connection)).length === 0) continue
    try {
      const reports = await store.withLock(`hooks:${connection}`, async () => await installHooks(setup))
      const repaired = reports.filter(({ done }) => done !== 'kept')
      if (repaired.length > 0) log.warn('hooks repaired', { connection, hooks: repaired })
    } catch (error) {
      const { code, message, remedy } = asLockstepError(error)
      log.warn('hooks not checked', { connection, code, said: message, remedy })
    }
  }
}
