import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

describe.each(trackerKinds)('an issue and its ticket in $name', ({ to, sideOf }) => {
  const route = { to, type: { default: 'Task' } }

  it('complaints 6, 9: are made a pair once, however often and from wherever they are looked at', async () => {
    stage = await openStage({ routes: [route] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'The engine', body: 'It *clicks*.' })
    const other = await stage.again()
    const { reconcile } = await import('../../src/sync/reconcile.ts')
    const ref = { owner: 'acme', repo: 'rocket', number }
    await Promise.all([stage.reconcile(number), stage.reconcile(number), reconcile(other.deps, ref), stage.scan()])
    expect(sideOf(stage).keys()).toHaveLength(1)
    expect(sideOf(stage).seen(sideOf(stage).keys()[0]!)).toMatchObject({ title: 'The engine' })
  })

  it('complaint 6: are left to the run that has claimed them, until its claim lapses', async () => {
    stage = await openStage({ routes: [route] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'The engine' })
    const now = stage.wired.deps.clock.now()
    // Another machine, which no lock of this one holds back.
    const claim = {
      issue: { owner: 'acme', repo: 'rocket', number },
      connection: to,
      owner: 'another run',
      claimedAt: now.toISOString(),
      until: new Date(now.getTime() + 60_000).toISOString(),
    }
    await stage.wired.store.links.claim([claim])
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'blocked', until: claim.until }])
    expect(sideOf(stage).keys()).toEqual([])
    stage.passTime(61_000)
    await stage.reconcile(number)
    expect(sideOf(stage).keys()).toHaveLength(1)
  })

  it('leaves issues alone that no route takes, and says why', async () => {
    stage = await openStage({ routes: [{ ...route, when: { labels: 'sync' } }] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'Chatter', labels: ['question'] })
    expect(await stage.reconcile(number)).toMatchObject([
      { outcome: 'skipped', message: `No route takes this issue: route 1 (${to}): it has none of the labels sync.` },
    ])
    stage.github.act.label({ as: 'ada', number, labels: ['sync'] })
    expect(await stage.scan()).toMatchObject([{ outcome: 'created' }])
    stage.github.act.unlabel({ as: 'ada', number, labels: ['sync'] })
    await stage.scan()
    expect(sideOf(stage).keys()).toHaveLength(1)
  })

  it('follows titles both ways, and nothing after that', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    const [key = ''] = side.keys()
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    await stage.scan()
    expect(side.seen(key).title).toBe('Two')
    side.people.retitle(key, 'Three')
    await stage.scan()
    expect(stage.github.act.findIssue({ number })?.title).toBe('Three')
    stage.clear()
    expect(await stage.scan()).toEqual([])
    expect(Object.values(stage.asked()).flat().length).toBeLessThanOrEqual(3)
  })

  it('are paired by hand, and keep their texts until somebody edits one', async () => {
    stage = await openStage({ routes: [{ ...route, when: { labels: 'never' } }] })
    const side = sideOf(stage)
    const { addLink, removeLink } = await import('../../src/sync/links.ts')
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'Mine', body: 'My words.' })
    const key = side.create({ title: 'Yours', body: 'Your words.' })
    const ref = { owner: 'acme', repo: 'rocket', number }
    await addLink(stage.wired.deps, ref, { connection: to, key })
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'unchanged' }])
    expect(side.seen(key).title).toBe('Yours')
    stage.github.act.editIssue({ as: 'ada', number, title: 'Ours' })
    await stage.reconcile(number)
    expect(side.seen(key)).toMatchObject({ title: 'Ours' })
    expect(side.seen(key).body).toContain('Your words.')

    await expect(addLink(stage.wired.deps, ref, { connection: to, key })).rejects.toMatchObject({ code: 'usage' })
    await removeLink(stage.wired.deps, ref, null)
    const told = await stage.wired.store.events.list({ kind: 'link' })
    expect(told.map(({ message }) => message)).toEqual(['Parted by hand.', 'Paired by hand.'])
    for (const { requestIds } of told) expect(requestIds.length).toBeGreaterThanOrEqual(2)
    stage.github.act.editIssue({ as: 'ada', number, title: 'Mine again' })
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'skipped' }])
    expect(side.seen(key).title).toBe('Ours')
    expect((await stage.readTicket(to, key)).marks).toEqual([])
  })

  it('adopts the ticket that the body of a new issue names', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const key = side.create({ title: 'Known already' })
    const name = to === 'jira' ? key : `AB#${key}`
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'The same thing', body: `This is ${name}.` })
    expect(await stage.reconcile(number, { dryRun: true })).toMatchObject([
      { outcome: 'created', ticket: `${to}:${key}`, message: `Would pair it with Task ${key}.` },
    ])
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'created', message: `Paired with Task ${key}.` }])
    expect(side.keys()).toEqual([key])
    expect(side.seen(key).title).toBe('Known already')
  })

  it('complaint 10: finds every pair again by the marks when the store is lost', async () => {
    stage = await openStage({ routes: [route] })
    const { rebuildLinks } = await import('../../src/sync/links.ts')
    for (const title of ['One', 'Two', 'Three']) stage.github.act.openIssue({ as: 'ada', title })
    await stage.scan()
    const { openStore } = await import('../../src/store/store.ts')
    const store = await openStore('memory:', { clock: { now: () => new Date() } })
    const fresh = await stage.again(store)
    const { restored, doubtful } = await rebuildLinks(fresh.deps, { owner: 'acme', repo: 'rocket' })
    expect(restored).toHaveLength(3)
    expect(doubtful).toEqual([])
    for (const { requestIds } of await store.events.list({ kind: 'link' })) expect(requestIds).not.toEqual([])
    stage.clear()
    const { scan } = await import('../../src/sync/scan.ts')
    for await (const outcome of scan(fresh.deps, { owner: 'acme', repo: 'rocket' }))
      expect(outcome.outcome).toBe('unchanged')
    expect(sideOf(stage).keys()).toHaveLength(3)
    expect(sideOf(stage).server.journal.count().writes).toBe(0)
    await store.close()
  })
})
