import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

describe.each(trackerKinds)('one half of a pair that is gone, against $name', ({ to, sideOf }) => {
  const open = async (gone: Record<string, string> = {}) => {
    stage = await openStage({ routes: [{ to, type: { default: 'Task' }, gone }], quick: true })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    const side = sideOf(stage)
    return { number, side, key: side.keys()[0]! }
  }

  it('a deleted issue leaves its ticket alone and is not made again', async () => {
    const { number, side, key } = await open()
    stage.github.act.deleteIssue({ as: 'ada', number })
    expect(await stage.reconcile(number)).toMatchObject([
      { outcome: 'skipped', message: 'The issue was deleted; the pair is no longer kept.' },
    ])
    side.people.retitle(key, 'Lives on')
    await stage.scan()
    expect(side.seen(key)).toMatchObject({ title: 'Lives on', state: 'To Do' })
  })

  it('a deleted issue closes its ticket where the route says so', async () => {
    const { number, side, key } = await open({ issue: 'close' })
    stage.github.act.deleteIssue({ as: 'ada', number })
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'updated' }])
    expect(side.seen(key).state).toBe('Done')
    expect(side.keys()).toHaveLength(1)
  })

  it('a transferred issue ends the pair and says where it went', async () => {
    const { number, side, key } = await open()
    stage.github.act.addRepo({ name: 'hangar' })
    stage.github.act.transferIssue({ as: 'ada', number, to: 'acme/hangar' })
    const [outcome] = await stage.reconcile(number)
    expect(outcome?.message).toMatch(/^The issue was moved away \(now .+\/acme\/hangar\/issues\/1\)/)
    expect(side.seen(key).title).toBe('One')
  })

  it('a deleted ticket leaves its issue open, and no second ticket is made', async () => {
    const { number, side, key } = await open()
    side.people.remove(key)
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'skipped' }])
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    await stage.scan()
    expect(side.keys()).toEqual([])
    expect(stage.github.act.findIssue({ number })?.state).toBe('open')
  })

  it('a deleted ticket closes its issue where the route says so', async () => {
    const { number, side, key } = await open({ ticket: 'close' })
    side.people.remove(key)
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'updated' }])
    expect(stage.github.act.findIssue({ number })).toMatchObject({ state: 'closed', stateReason: 'not_planned' })
  })

  it.each(['issue', 'ticket'] as const)(
    'what was closed for a deleted %s stands in the stream though nobody answered',
    async (gone) => {
      const { number, side, key } = await open({ [gone]: 'close' })
      if (gone === 'issue') stage.github.act.deleteIssue({ as: 'ada', number })
      else side.people.remove(key)
      const { faults } = gone === 'issue' ? side.server : stage.github
      for (const method of ['PATCH', 'POST'])
        faults.add({ method, path: 'transitions|issues/1$|workitems/1', reset: 'after' })
      expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'failed', code: 'unreachable' }])
      faults.clear()
      expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'skipped' }])
      const told = await stage.wired.store.events.list({ issue: `acme/rocket#${number}` })
      expect(told.flatMap(({ details }) => details['attempted'] ?? [])).toMatchObject([
        gone === 'issue'
          ? { side: 'tracker', field: 'status', before: 'To Do', after: 'Done' }
          : { side: 'github', field: 'status', before: 'open', after: 'not_planned' },
      ])
    },
  )
})

describe('a ticket that moves', () => {
  it('is followed under its new key in Jira', async () => {
    stage = await openStage({ routes: [{ to: 'jira', type: { default: 'Task' } }] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    stage.jira.acts.moveIssue({ issue: 'PLAT-1', project: 'OPS' })
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    await stage.scan()
    expect(stage.plat.seen('OPS-1').title).toBe('Two')
    expect(await stage.wired.store.links.ofTicket({ connection: 'jira', key: 'OPS-1' })).toBeDefined()
  })

  it('comes back with the next rebuild when it was only out of sight', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }] })
    const { rebuildLinks } = await import('../../src/sync/links.ts')
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    stage.azure.acts.setReadable({ id: 1, readable: false })
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'skipped' }])
    stage.azure.acts.setReadable({ id: 1, readable: true })
    const { restored } = await rebuildLinks(stage.wired.deps, { owner: 'acme', repo: 'rocket' })
    expect(restored).toHaveLength(1)
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    await stage.scan()
    expect(stage.boards.seen('1').title).toBe('Two')
  })
})
