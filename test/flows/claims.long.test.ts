import { afterEach, describe, expect, it } from 'vitest'
import type { Claim } from '../../src/core/link.ts'
import type { SyncDeps } from '../../src/sync/deps.ts'
import { reconcile } from '../../src/sync/reconcile.ts'
import { holdNext } from '../hold.ts'
import { openStage, repo, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
// Renewed three times as often; only a machine that pauses for longer would lose it.
const LEASE_MS = 900
const CREATE = { method: 'POST', path: /\/(?:issue|workitems\/\$Task)(?:\?.*)?$/ }

describe.each(trackerKinds)('the claim on a ticket in $name', ({ to, sideOf }) => {
  async function open(claimMs: number) {
    stage = await openStage({ routes: [{ to, type: { default: 'Task' } }] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'The engine' })
    /** A machine on which no lock of the others has any effect. */
    const machine = async (): Promise<SyncDeps> => {
      const { deps } = await stage.again()
      return { ...deps, claimMs, store: { ...deps.store, withLock: (_, work) => work() } }
    }
    const look = async (deps: SyncDeps) => await reconcile(deps, { ...repo, number })
    return { look, one: await machine(), other: await machine(), side: sideOf(stage), number }
  }

  it('outlives a create that takes longer than its lease', async () => {
    const { look, one, other, side } = await open(LEASE_MS)
    const create = holdNext(side.server, CREATE)
    const making = look(one)
    await create.arrived
    await sleep(2 * LEASE_MS)
    expect(await look(other)).toMatchObject([{ outcome: 'blocked' }])
    create.release()
    expect(await making).toMatchObject([{ outcome: 'created' }])
    expect(side.keys()).toHaveLength(1)
  })

  it('of a dead run leads to its ticket, which follows what has happened to the issue since', async () => {
    const { look, one, other, side, number } = await open(60_000)
    stage.github.act.label({ as: 'ada', number, labels: ['bug', 'ui'] })
    const { links } = one.store
    // What it made is never written down, as when the process is killed.
    const save = () => Promise.reject(new Error('killed'))
    await look({ ...one, store: { ...one.store, links: { ...links, save } } }).catch(() => undefined)
    expect(side.keys()).toHaveLength(1)
    side.people.tag(side.keys()[0]!, 'theirs')
    stage.github.act.unlabel({ as: 'ada', number, labels: ['bug'] })
    stage.github.act.label({ as: 'ada', number, labels: ['later'] })
    stage.passTime(61_000)
    expect(await look(other)).toMatchObject([{ outcome: 'created' }])
    expect(side.keys()).toHaveLength(1)
    expect(side.seen(side.keys()[0]!).labels.toSorted()).toEqual(['later', 'theirs', 'ui'])
    const labels = stage.github.act.findIssue({ number })?.labels.map(({ name }) => name)
    expect(labels?.toSorted()).toEqual(['later', 'theirs', 'ui'])
  })

  it('is worth nothing to one who was overtaken while he looked for what a dead one had made', async () => {
    const { look, one, other, side, number } = await open(60_000)
    const dead = { issue: { ...repo, number }, connection: to, owner: 'a dead run' }
    const long = new Date(Date.now() - 3_600_000).toISOString()
    await stage.wired.store.links.claim([{ ...dead, claimedAt: long, until: long }])
    const { links } = one.store
    const overtaken = {
      ...links,
      // The search takes longer than the lease, and nothing was found when it ended.
      async claim(claims: readonly Claim[]) {
        const answers = await links.claim(claims)
        if (claims[0]?.claimedAt === long) stage.passTime(61_000)
        return answers
      },
      async renew(claims: readonly Claim[]) {
        expect(await look(other)).toMatchObject([{ outcome: 'created' }])
        return await links.renew(claims)
      },
    }
    expect(await look({ ...one, store: { ...one.store, links: overtaken } })).toMatchObject([{ outcome: 'blocked' }])
    expect(side.keys()).toHaveLength(1)
  })
})

describe('a create of which nobody heard how it ended', () => {
  it.each(['one by one', 'together with others'])(
    'is not made again while the search of Jira may not know of it yet: %s',
    async (how) => {
      const jira = { switches: { indexLagMs: 30_000 } }
      stage = await openStage({ routes: [{ to: 'jira', type: { default: 'Task' } }], jira, quick: true })
      const count = how === 'one by one' ? 1 : 3
      for (let nth = 0; nth < count; nth++) stage.github.act.openIssue({ as: 'ada', title: `Engine ${nth}` })
      stage.jira.faults.add({ method: 'POST', path: String.raw`/issue(/bulk)?$`, malformed: true, times: 1 })
      expect((await stage.scan()).map(({ outcome }) => outcome)).toContain('failed')
      expect(stage.plat.keys()).toHaveLength(count)
      for (let round = 0; round < 3; round++) {
        stage.passTime(5_000)
        const outcomes = await stage.scan()
        expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['blocked']))
        expect(outcomes).toHaveLength(count)
      }
      stage.passTime(91_000)
      expect((await stage.scan()).map(({ outcome }) => outcome)).toEqual(Array(count).fill('created'))
      expect(stage.plat.keys()).toHaveLength(count)
    },
  )
})
