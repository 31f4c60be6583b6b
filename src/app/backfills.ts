import { z } from 'zod'
import { printRepo, type RepoRef } from '../core/issue.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Clock } from '../core/ports.ts'
import type { Cursors } from '../core/store.ts'
import type { Queue, Verdict } from '../core/queue.ts'
import { scanTask } from './tasks.ts'

const Backfill = z.object({
  state: z.enum(['queued', 'running', 'done', 'failed']),
  since: z.string(),
  actor: z.string(),
  created: z.int(),
  updated: z.int(),
  failed: z.int(),
  reason: z.string().nullable(),
})
export type Backfill = Readonly<z.infer<typeof Backfill>>

/** Scans of everything there is, which run only when somebody asks for them. */
export interface Backfills {
  request(repo: RepoRef, actor: string): Promise<void>
  /** How far it is; `undefined` where nobody has asked yet. */
  find(repo: RepoRef): Promise<Backfill | undefined>
  /** It begins, whoever began it before; answers what hears of each outcome. */
  begin(repo: RepoRef, actor: string): Promise<Progress>
  end(repo: RepoRef, verdict: Verdict): Promise<void>
}

export interface Progress {
  add(outcome: Pick<Outcome, 'outcome'>): Promise<void>
  save(): Promise<void>
}

interface BackfillsDeps {
  readonly cursors: Cursors
  readonly queue: Pick<Queue, 'add'>
  readonly clock: Clock
}

// Somebody may look on, but the work is not there for that.
const TOLD_EACH_MS = 2_000

const nothingYet = { created: 0, updated: 0, failed: 0, reason: null }

export function createBackfills({ cursors, queue, clock }: BackfillsDeps): Backfills {
  const nameOf = (repo: RepoRef) => `backfill:${printRepo(repo).toLowerCase()}`
  const now = () => clock.now().toISOString()
  const save = (repo: RepoRef, backfill: Backfill) => cursors.save(nameOf(repo), JSON.stringify(backfill))

  async function find(repo: RepoRef): Promise<Backfill | undefined> {
    const text = await cursors.find(nameOf(repo))
    return text === undefined ? undefined : Backfill.parse(JSON.parse(text))
  }

  return {
    find,
    async request(repo, actor) {
      // Before it can begin, or this would be the newer word.
      await save(repo, { ...nothingYet, state: 'queued', since: now(), actor })
      await queue.add([scanTask(repo, { whole: true, actor })])
    },
    async begin(repo, actor) {
      const progress = { ...nothingYet, state: 'running' as const, since: now(), actor }
      let toldAt = clock.now().getTime()
      const tell = () => save(repo, progress)
      await tell()
      return {
        save: tell,
        async add({ outcome }) {
          if (outcome === 'created' || outcome === 'updated' || outcome === 'failed') progress[outcome]++
          const at = clock.now().getTime()
          if (at - toldAt < TOLD_EACH_MS) return
          toldAt = at
          await tell()
        },
      }
    },
    async end(repo, verdict) {
      const before = await find(repo)
      if (before === undefined) return
      const reason = 'reason' in verdict ? verdict.reason.message : null
      await save(repo, { ...before, state: stateAfter(verdict), since: now(), reason })
    },
  }
}

function stateAfter({ kind }: Verdict): Backfill['state'] {
  if (kind === 'dead') return 'failed'
  return kind === 'done' ? 'done' : 'queued'
}
