import { setTimeout as sleep } from 'node:timers/promises'
import { LockstepError } from '../core/errors.ts'
import type { StreamEntry } from '../core/events.ts'
import type { GitChange, GitRef, GitTree } from '../core/git-ref.ts'
import { printIssueRef } from '../core/issue.ts'
import type { Claim } from '../core/link.ts'
import type { Clock } from '../core/ports.ts'
import type { ClaimAnswer, Store } from '../core/store.ts'
import { printTicketRef } from '../core/ticket.ts'
import { isFreeFor, keyOf } from './claim-rules.ts'
import { createLocks } from './locks.ts'
import { createMemory, createMemoryEvents, createMemoryLinks } from './ref-memory.ts'
import { parseFiles, printFiles, STATE_FILE } from './ref-shards.ts'
import { emptyState, mergeStates, type RefState } from './ref-state.ts'

export interface RefStore extends Store {
  /** Writes what changed since the last time, in one commit; `close` does it too. */
  flush(): Promise<void>
  /** Files of the ref that could not be read in full: their links are to be rebuilt from the trackers. */
  readonly damaged: readonly string[]
}

export interface RefStoreDeps {
  readonly git: GitRef
  readonly clock: Clock
}

const ATTEMPTS = 12
const PAUSE_MS = 400

/**
 * The state in a git ref: read whole, kept in memory, written back in one commit, which is acknowledged only by `flush`
 * and `close`. Claims alone are written before they are answered, since they are what keeps two runs from
 * creating twice: locks hold within this process only.
 */
export async function openRefStore({ git, clock }: RefStoreDeps): Promise<RefStore> {
  const memory = createMemory()
  const damaged = new Set<string>()
  let written: GitTree | null = null
  let base: RefState = emptyState

  const tell = (facts: Partial<StreamEntry> & Pick<StreamEntry, 'message' | 'code'>) =>
    memory.append([{ ...plainEntry, at: clock.now().toISOString(), ...facts }])

  /** Takes in what the ref holds now, and does on top of it what this run has done so far. */
  async function load(): Promise<void> {
    const tree = await git.read()
    const found = parseFiles(tree?.files ?? new Map())
    const sides = { base, mine: memory.state(), theirs: found.state, complete: found.damaged.length === 0 }
    const { state, dropped } = mergeStates(sides)
    written = tree
    base = found.state
    memory.replace(state)
    for (const path of found.damaged.filter((path) => !damaged.has(path))) {
      damaged.add(path)
      tell({
        code: 'state-unreadable',
        message: `Part of ${path} in the state could not be read; its links are to be rebuilt.`,
      })
    }
    for (const { issue, ticket } of dropped) {
      const facts = {
        issue: printIssueRef(issue),
        ticket: printTicketRef(ticket),
        organization: issue.owner.toLowerCase(),
      }
      tell({ ...facts, code: 'state-lost-race', message: 'Another run linked this ticket to another issue first.' })
    }
  }

  async function tryToWrite(change: GitChange, files: ReadonlyMap<string, string>): Promise<string | null> {
    try {
      return await git.write(change)
    } catch (error) {
      if (!(error instanceof LockstepError) || !error.effectUnknown) throw error
      const found = await git.read()
      const arrived = found !== null && changedFiles(found.files, files).size === 0
      return arrived ? found.commit : null
    }
  }

  /** One try; answers false when another run was faster, whose work is then taken in. */
  async function write(claims: readonly Claim[]): Promise<boolean> {
    const mine = memory.state()
    const next = { ...mine, claims: new Map(mine.claims), generation: base.generation + 1 }
    for (const claim of claims) next.claims.set(keyOf(claim), claim)
    const files = printFiles(next)
    const changed = changedFiles(written?.files ?? new Map(), files)
    // Its counter always counts on, but is nothing to write for.
    if ([...changed.keys()].every((path) => path === STATE_FILE)) return true

    const change = { parent: written?.commit ?? null, files: changed, message: describe(base, next) }
    const commit = await tryToWrite(change, files)
    if (commit === null) {
      await load()
      return false
    }
    written = { commit, files }
    base = next
    for (const claim of claims) memory.claims.set(keyOf(claim), claim)
    return true
  }

  const oneAtATime = createLocks(async () => async () => undefined)

  /** `chooseClaims` is asked anew whenever another run was faster; `null` leaves everything for later. */
  const push = (chooseClaims: () => readonly Claim[] | null): Promise<void> =>
    oneAtATime('push', async () => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const claims = chooseClaims()
        if (claims === null || (await write(claims))) return
        await sleep(Math.random() * PAUSE_MS)
      }
      throw new LockstepError('state-lost-race', 'Other runs wrote the state every time this one tried.', {
        remedy: 'Give the workflow a concurrency group, so that its runs wait for each other.',
        retryable: true,
      })
    })

  function answer(claim: Claim): ClaimAnswer {
    const link = memory.links.get(keyOf(claim))
    if (link !== undefined) return { kind: 'linked', link }
    const before = memory.claims.get(keyOf(claim))
    if (before !== undefined && !isFreeFor(claim, before, clock.now())) return { kind: 'held', by: before }
    return { kind: 'claimed', claim, before: before ?? null }
  }

  /** Claims that nobody has asked for yet, by pair, with the dead ones they took over. */
  const reserved = new Map<string, { readonly owner: string; readonly before: Claim | null }>()

  async function claim(claims: readonly Claim[]): Promise<readonly ClaimAnswer[]> {
    let answers: readonly ClaimAnswer[] = []
    await push(() => {
      answers = claims.map(answer)
      const granted = answers.flatMap((given) => (given.kind === 'claimed' ? [given.claim] : []))
      return granted.length === 0 ? null : granted
    })
    return answers
  }

  async function renew(claims: readonly Claim[]): Promise<readonly Claim[]> {
    let renewed: readonly Claim[] = []
    await push(() => {
      renewed = claims.flatMap(({ until, ...claim }) => {
        const found = memory.claims.get(keyOf(claim))
        return found?.owner === claim.owner ? [{ ...found, until }] : []
      })
      return renewed.length === 0 ? null : renewed
    })
    return renewed
  }

  const findReserved = (): readonly Claim[] =>
    [...reserved].flatMap(([key, { owner }]) => {
      const claim = memory.claims.get(key)
      return claim?.owner === owner ? [claim] : []
    })

  /**
   * What was reserved for these very claims, unless another run has taken it since. Once a third of a lease is over,
   * all that are left are renewed with one write.
   */
  async function takeReserved(wanted: readonly Claim[]): Promise<readonly (ClaimAnswer | undefined)[]> {
    const isOld = ({ claimedAt, until, ...pair }: Claim): boolean => {
      const found = reserved.has(keyOf(pair)) ? memory.claims.get(keyOf(pair)) : undefined
      const lease = Date.parse(until) - Date.parse(claimedAt)
      return found !== undefined && Date.parse(found.until) - clock.now().getTime() < (lease * 2) / 3
    }
    await push(() => {
      const old = wanted.find(isOld)
      return old === undefined ? null : findReserved().map((claim) => ({ ...claim, until: old.until }))
    })
    return wanted.map(({ owner, ...pair }) => {
      const key = keyOf(pair)
      const before = reserved.get(key)?.before
      reserved.delete(key)
      const claim = memory.claims.get(key)
      return before === undefined || claim?.owner !== owner ? undefined : { kind: 'claimed', claim, before }
    })
  }

  function giveBackReserved(): void {
    for (const claim of findReserved()) {
      const before = reserved.get(keyOf(claim))?.before ?? null
      // Whoever comes next must still look for what that one may have made.
      if (before === null) memory.claims.delete(keyOf(claim))
      else memory.claims.set(keyOf(claim), before)
    }
    reserved.clear()
  }

  /** All that a run has done hangs on it: one answer that makes no sense is not its end. */
  async function flush(): Promise<void> {
    try {
      await push(() => [])
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== 'reply-unreadable') throw error
      await sleep(PAUSE_MS)
      await push(() => [])
    }
  }
  await load()
  return {
    get damaged() {
      return [...damaged]
    },
    flush,
    async close() {
      giveBackReserved()
      await flush()
    },
    withLock: createLocks(async () => async () => undefined),
    cursors: {
      find: async (name) => memory.cursors.get(name),
      save: async (name, value) => void memory.cursors.set(name, value),
      remove: async (name) => void memory.cursors.delete(name),
    },
    events: createMemoryEvents(memory),
    links: {
      ...createMemoryLinks(memory),
      async claim(claims) {
        const taken = await takeReserved(claims)
        const others = await claim(claims.filter((_, index) => taken[index] === undefined))
        const rest = others.values()
        return taken.flatMap((one) => one ?? rest.next().value ?? [])
      },
      renew,
      async reserve(claims) {
        giveBackReserved()
        for (const answered of await claim(claims)) {
          if (answered.kind !== 'claimed') continue
          reserved.set(keyOf(answered.claim), { owner: answered.claim.owner, before: answered.before })
        }
      },
    },
  }
}

const plainEntry = {
  kind: 'state',
  organization: null,
  issue: null,
  ticket: null,
  actor: null,
  outcome: null,
  changes: [],
  requestIds: [],
  details: {},
} as const

function changedFiles(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Map<string, string | null> {
  const changed = new Map<string, string | null>()
  for (const [path, text] of after) if (text !== (before.get(path) ?? '')) changed.set(path, text)
  for (const path of before.keys()) if (!after.has(path)) changed.set(path, null)
  return changed
}

/** The history of the ref is the history of the runs. */
function describe(base: RefState, next: RefState): string {
  const links = [...next.links].filter(([pair, link]) => base.links.get(pair) !== link).length
  const removed = [...base.links.keys()].filter((pair) => !next.links.has(pair)).length
  const claims = [...next.claims].filter(([pair, claim]) => base.claims.get(pair) !== claim).length
  const facts = [`${links} links saved`, `${removed} removed`, `${claims} claimed`].filter(
    (fact) => !fact.startsWith('0 '),
  )
  return `Lockstep: write ${next.generation}\n\n${facts.join(', ') || 'cursors and events'}\n`
}
