import { afterEach, describe, expect, it } from 'vitest'
import type { SyncDeps } from '../../src/sync/deps.ts'
import { reconcile } from '../../src/sync/reconcile.ts'
import { scan } from '../../src/sync/scan.ts'
import { openStage, repo, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

type Moment = (deps: SyncDeps, meanwhile: () => Promise<unknown>) => SyncDeps

/** Before the pairs of a page are looked up. */
const afterPage: Moment = (deps, meanwhile) => {
  async function* late<Page>(pages: AsyncIterable<Page>) {
    for await (const page of pages) {
      await meanwhile()
      yield page
    }
  }
  const trackers = [...deps.trackers].map(([name, { tracker, project }]) => {
    const changedSince: typeof tracker.changedSince = (...asked) => late(tracker.changedSince(...asked))
    return [name, { project, tracker: { ...tracker, changedSince } }] as const
  })
  const changedSince: typeof deps.host.changedSince = (...asked) => late(deps.host.changedSince(...asked))
  return { ...deps, host: { ...deps.host, changedSince }, trackers: new Map(trackers) }
}

/** Before the scan has the lock of an issue, which it knows from the page. */
const beforeLock: Moment = (deps, meanwhile) => ({
  ...deps,
  store: {
    ...deps.store,
    async withLock(key, work) {
      if (key.startsWith('issue:')) await meanwhile()
      return await deps.store.withLock(key, work)
    },
  },
})

describe.each([
  { moment: 'looked up its pairs', put: afterPage },
  { moment: 'taken their locks', put: beforeLock },
])('a page of a scan that has not yet $moment when another run brings a pair in step', ({ put }) => {
  describe.each(trackerKinds)('with $name', ({ to, sideOf }) => {
    async function open() {
      stage = await openStage({ routes: [{ to, type: { default: 'Task' } }] })
      const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', body: 'Mine.' })
      await stage.scan()
      const [key = ''] = sideOf(stage).keys()
      const other = await stage.again()
      let waits = true
      const scanOutrun = async (news: () => void) => {
        const outrun = async () => {
          if (!waits) return
          waits = false
          news()
          await reconcile(other.deps, { ...repo, number })
        }
        for await (const _ of scan(put(stage.wired.deps, outrun), repo));
      }
      const issue = () => stage.github.act.findIssue({ number })
      return { number, people: sideOf(stage).people, key, scanOutrun, issue, ticket: () => sideOf(stage).seen(key) }
    }

    it('does not forget what the other run has put on a ticket that moved', async () => {
      const { number, people, key, scanOutrun, ticket } = await open()
      people.retitle(key, 'Theirs')
      await scanOutrun(() => stage.github.act.label({ as: 'ada', number, labels: ['bug'] }))
      expect(ticket().labels).toEqual(['bug'])
      stage.github.act.unlabel({ as: 'ada', number, labels: ['bug'] })
      await stage.reconcile(number)
      expect(ticket().labels).toEqual([])
    })

    it('does not take back on the ticket what an issue that moved has got since', async () => {
      const { number, scanOutrun, issue, ticket } = await open()
      stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
      await scanOutrun(() => stage.github.act.label({ as: 'ada', number, labels: ['bug'] }))
      expect(issue()).toMatchObject({ title: 'Two', labels: [{ name: 'bug' }] })
      expect(ticket()).toMatchObject({ title: 'Two', labels: ['bug'] })
    })
  })
})
