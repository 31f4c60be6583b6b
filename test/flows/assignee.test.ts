import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

const assignees = (number: number) => stage.github.act.findIssue({ number })?.assignees.map(({ login }) => login)

describe.each(trackerKinds)('the assignee against $name', ({ to, sideOf }) => {
  const route = { to, type: { default: 'Task' } }
  const open = async (people: Record<string, unknown> = {}) => {
    stage = await openStage({ routes: [route], people })
    stage.github.act.addPerson({ login: 'stranger', name: 'A Stranger' })
    return sideOf(stage)
  }

  it('goes out, comes back and is taken away, both ways', async () => {
    const side = await open()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', assignees: ['ada'] })
    await stage.scan()
    const [key = ''] = side.keys()
    expect(side.seen(key).assignee).toBe('Ada Byron')
    side.people.assign(key, 'grace')
    await stage.scan()
    expect(assignees(number)).toEqual(['grace'])
    side.people.assign(key, null)
    await stage.scan()
    expect(assignees(number)).toEqual([])
    stage.github.act.assign({ as: 'ada', number, assignees: ['hedy'] })
    await stage.scan()
    expect(side.seen(key).assignee).toBe('Hedy Kiesler')
    stage.github.act.unassign({ as: 'ada', number, assignees: ['hedy'] })
    await stage.scan()
    expect(side.seen(key).assignee).toBeNull()
    expect(await stage.scan()).toEqual([])
  })

  it('complaint 22: somebody without a match never clears the person set by hand', async () => {
    const side = await open()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', assignees: ['ada'] })
    await stage.scan()
    const [key = ''] = side.keys()
    stage.github.act.unassign({ as: 'ada', number, assignees: ['ada'] })
    stage.github.act.assign({ as: 'ada', number, assignees: ['stranger'] })
    const [outcome] = await stage.scan()
    expect(side.seen(key).assignee).toBe('Ada Byron')
    expect(outcome?.notes.join()).toContain('Nobody in the tracker matches the assignee. stranger:')
  })

  it('complaint 23: does not flip between several assignees', async () => {
    const side = await open()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', assignees: ['ada', 'grace'] })
    await stage.scan()
    const [key = ''] = side.keys()
    side.people.assign(key, 'grace')
    for (let round = 0; round < 4; round++) await stage.scan()
    expect(side.seen(key).assignee).toBe('Grace Murray')
    expect(assignees(number)?.toSorted()).toEqual(['ada', 'grace'])
    side.people.assign(key, 'hedy')
    for (let round = 0; round < 4; round++) await stage.scan()
    expect(assignees(number)?.toSorted()).toEqual(['ada', 'hedy'])
    expect(await stage.scan()).toEqual([])
  })

  it.each([
    ['clear', null, 'updated'],
    ['error', 'Ada Byron', 'failed'],
    [{ default: 'grace.murray@example.com' }, 'Grace Murray', 'updated'],
  ] as const)('follows the policy %o for somebody without a match', async (unmatched, expected, ending) => {
    const side = await open({ unmatched })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', assignees: ['ada'] })
    await stage.scan()
    stage.github.act.unassign({ as: 'ada', number, assignees: ['ada'] })
    stage.github.act.assign({ as: 'ada', number, assignees: ['stranger'] })
    expect((await stage.scan())[0]).toMatchObject({ outcome: ending })
    expect(side.seen(side.keys()[0]!).assignee).toBe(expected)
    if (ending !== 'failed') expect(await stage.scan()).toEqual([])
  })

  it('complaint 26: says on the outcome who was not found and what to do', async () => {
    await open({ unmatched: 'error' })
    stage.github.act.openIssue({ as: 'ada', title: 'One', assignees: ['stranger'] })
    const [outcome] = await stage.scan()
    expect(outcome?.message).toContain('stranger')
    expect(outcome?.remedy).toContain('people.map')
    const [entry] = await stage.wired.store.events.list({ issue: outcome!.issue! })
    expect(entry?.message).toContain('stranger')
  })
})

describe.each(['services', '2022', '2019'] as const)('somebody who signs in to Azure %s by another name', (version) => {
  it('is known on GitHub by the address that people write to, for one request', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }], azure: { version } })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    const { boards: side } = stage
    const [key = ''] = side.keys()
    const identities = () => stage.asked().azure.filter((request) => request.endsWith('/identities')).length
    side.people.assign(key, 'hedy')
    expect(await stage.scan()).toMatchObject([{ outcome: 'updated', notes: [] }])
    expect(assignees(number)).toEqual(['hedy'])
    expect(identities()).toBe(1)
    stage.clear()
    for (const title of ['Two', 'Three']) {
      side.people.retitle(key, title)
      await stage.scan()
    }
    // The way back, from her login to her account, may ask for her address once.
    expect(identities()).toBeLessThanOrEqual(1)
  })

  it('stays as she is when nobody may look her up, and it is said', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }], azure: { version } })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    const { boards: side } = stage
    stage.azure.faults.add({ path: '/identities', status: 403, body: { message: 'You may not read identities.' } })
    side.people.assign(side.keys()[0]!, 'hedy')
    const [outcome] = await stage.scan()
    expect(outcome).toMatchObject({ outcome: 'unchanged', notes: [expect.stringContaining('Hedy Kiesler')] })
    expect(assignees(number)).toEqual([])
  })
})
