import { afterEach, describe, expect, it } from 'vitest'
import type { SyncDeps } from '../../src/sync/deps.ts'
import { reconcile } from '../../src/sync/reconcile.ts'
import { openStage, repo, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

/** A process that is killed when it has written to a side and not yet remembered that. */
function dying(deps: SyncDeps): SyncDeps {
  let dead = false
  const trackers = [...deps.trackers].map(([name, { tracker, project }]) => {
    const update: typeof tracker.update = async (...asked) => {
      await tracker.update(...asked)
      dead = true
      throw new Error('killed')
    }
    return [name, { project, tracker: { ...tracker, update } }] as const
  })
  const host = {
    ...deps.host,
    update: async (...asked: Parameters<typeof deps.host.update>) => {
      await deps.host.update(...asked)
      dead = true
      throw new Error('killed')
    },
  }
  const { links } = deps.store
  const save: typeof links.save = async (...asked) => {
    if (!dead) await links.save(...asked)
  }
  return { ...deps, host, trackers: new Map(trackers), store: { ...deps.store, links: { ...links, save } } }
}

describe.each(trackerKinds)('a write that nobody remembers, with $name', ({ to, sideOf }) => {
  async function open() {
    stage = await openStage({ routes: [{ to, type: { default: 'Task' } }] })
    const { act } = stage.github
    const { number } = act.openIssue({ as: 'ada', title: 'One', body: 'First.', labels: ['bug'] })
    await stage.reconcile(number)
    const side = sideOf(stage)
    const [key = ''] = side.keys()
    const breakOff = async () => await reconcile(dying((await stage.again()).deps), { ...repo, number })
    const next = async () => await stage.reconcile(number)
    const issue = () => {
      const found = act.findIssue({ number })
      const labels = found?.labels.map(({ name }) => name).toSorted()
      return { title: found?.title, body: found?.body, labels, assignees: found?.assignees.map(({ login }) => login) }
    }
    return { act, number, side, key, breakOff, next, issue, ticket: () => side.seen(key) }
  }

  it('to the ticket is not taken for a wish of its people when the issue is edited again', async () => {
    const { act, number, breakOff, next, issue, ticket } = await open()
    act.editIssue({ as: 'ada', number, title: 'Two', body: 'Second.' })
    act.assign({ as: 'ada', number, assignees: ['grace'] })
    act.label({ as: 'ada', number, labels: ['ui'] })
    act.unlabel({ as: 'ada', number, labels: ['bug'] })
    await breakOff()
    expect(ticket()).toMatchObject({ title: 'Two', labels: ['ui'] })
    act.editIssue({ as: 'ada', number, title: 'Three', body: 'Third.' })
    act.unassign({ as: 'ada', number, assignees: ['grace'] })
    act.unlabel({ as: 'ada', number, labels: ['ui'] })
    act.label({ as: 'ada', number, labels: ['bug'] })
    expect(await next()).toMatchObject([{ outcome: 'updated' }])
    expect(issue()).toEqual({ title: 'Three', body: 'Third.', labels: ['bug'], assignees: [] })
    expect(ticket()).toMatchObject({ title: 'Three', labels: ['bug'], assignee: null })
    expect(ticket().body).toContain('Third.')
    expect(await next()).toMatchObject([{ outcome: 'unchanged' }])
  })

  it('to the ticket is not taken for a wish of its people when the issue is put back as it was', async () => {
    const { act, number, breakOff, next, issue, ticket } = await open()
    act.editIssue({ as: 'ada', number, title: 'Two' })
    await breakOff()
    act.editIssue({ as: 'ada', number, title: 'One' })
    await next()
    expect([issue().title, ticket().title]).toEqual(['One', 'One'])
  })

  it('to the issue is not taken for a wish of its people when the ticket is edited again', async () => {
    const { side, key, breakOff, next, issue, ticket } = await open()
    side.people.retitle(key, 'Two')
    side.people.tag(key, 'theirs')
    await breakOff()
    expect(issue()).toMatchObject({ title: 'Two', labels: ['bug', 'theirs'] })
    side.people.retitle(key, 'Three')
    side.people.untag(key, 'theirs')
    await next()
    expect(issue()).toMatchObject({ title: 'Three', labels: ['bug'] })
    expect(ticket()).toMatchObject({ title: 'Three', labels: ['bug'] })
  })

  it('does not hide what people have written over it', async () => {
    const { act, number, side, key, breakOff, next, issue, ticket } = await open()
    act.editIssue({ as: 'ada', number, title: 'Two' })
    await breakOff()
    side.people.retitle(key, 'Theirs')
    await next()
    expect([issue().title, ticket().title]).toEqual(['Theirs', 'Theirs'])
  })
})
