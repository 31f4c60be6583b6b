import type { RepoRef } from '../core/issue.ts'
import { rebuildLinks } from '../sync/links.ts'
import type { ScanOptions } from '../sync/scan.ts'
import { createClaim } from '../sync/once.ts'
import type { Wired } from '../wire.ts'
import type { ActionContext } from './context.ts'

/** Keeps a state that was lost, damaged or turned back from leading to second tickets. */
export interface StateGuard {
  /** Finds again what the state no longer knows: all of it when it is empty or damaged. */
  restore(): Promise<void>
  /** Before anything is created. */
  readonly prepare: NonNullable<ScanOptions['prepare']>
  /** For an issue without a ticket: it may have one that the state does not know. */
  catchUp(): Promise<void>
}

export function createStateGuard(wired: Wired, { runner, inputs, job }: ActionContext): StateGuard {
  const { deps, store, damaged } = wired
  const { repo, actor } = job
  const isRef = inputs.state === 'ref'
  // A ref can be turned back without a trace: then it knows nothing of what was created after its newest entry.
  let sweep: Promise<void> | null = null

  async function rebuild(since: string | undefined): Promise<void> {
    const { restored, doubtful } = await rebuildLinks(deps, repo, { actor, since })
    if (restored.length > 0) runner.info(`${restored.length} pairs were found again by their marks.`)
    for (const { ticket, issue } of doubtful) {
      runner.annotate('warning', `${ticket} also names ${issue}, which has another ticket: look at it.`)
    }
  }

  async function sweepOnce(): Promise<void> {
    const [newest] = await store.events.list({ limit: 1 })
    await rebuild(newest?.at ?? EPOCH)
  }

  const catchUp = async () => {
    if (isRef) await (sweep ??= sweepOnce())
  }

  return {
    async restore() {
      for (const path of damaged) {
        runner.annotate(
          'warning',
          `Part of ${path} in the state could not be read; its pairs are looked for by their marks.`,
        )
      }
      const keeps = isRef || job.command !== 'plan'
      if (damaged.length > 0) sweep = rebuild(undefined)
      else if (keeps && (await isEmpty(wired, repo))) sweep = rebuild(EPOCH)
      await sweep
    },
    async prepare(wanted) {
      await catchUp()
      await store.links.reserve?.(wanted.map((one) => createClaim(deps, one)))
    },
    catchUp,
  }
}

// Before any of the trackers.
const EPOCH = '1990-01-01T00:00:00Z'

const isEmpty = async ({ store }: Wired, repo: RepoRef): Promise<boolean> => (await store.links.count({ repo })) === 0
