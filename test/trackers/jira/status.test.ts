import { afterEach, describe, expect, it } from 'vitest'
import { openJira, read } from './stage.ts'
import type { Opened } from './stage.ts'

const opened: Opened[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((stage) => stage.close()))
})

async function stageOf(...options: Parameters<typeof openJira>): Promise<Opened> {
  const stage = await openJira(...options)
  opened.push(stage)
  return stage
}

const pathOf = ({ server }: Opened, key: string): readonly string[] =>
  [...server.world.issues.values()]
    .find((issue) => issue.key === key)!
    .history.flatMap(({ items }) =>
      items.filter(({ field }) => field === 'status').map(({ toString }) => toString ?? ''),
    )

describe('moving a ticket', () => {
  it('costs one read and one write where a transition leads straight there', async () => {
    const stage = await stageOf()
    const { key } = stage.acts.createIssue({ project: 'PLAT', summary: 'Direct' })
    const ticket = await read(stage.tracker, key)
    await stage.tracker.readTypes('PLAT')
    stage.count()
    const { ticket: answered, refused } = await stage.tracker.update(ticket, { status: { name: 'Done', fields: {} } })
    expect({ answered, refused, ...stage.count() }).toEqual({
      answered: { status: { name: 'Done', category: 'done' } },
      refused: [],
      reads: 1,
      writes: 1,
    })
    expect(pathOf(stage, key)).toEqual(['Done'])
  })

  it('complaint 31: finds its way through a long workflow, and gives what the way asks for', async () => {
    const stage = await stageOf({ project: 'LONG' })
    const { key } = stage.acts.createIssue({ project: 'LONG', summary: 'Long' })
    const status = { name: 'released', fields: { 'Root cause': 'A typo' } }
    const { refused } = await stage.tracker.update(await read(stage.tracker, key), { status })
    expect(refused).toEqual([])
    expect(pathOf(stage, key)).toEqual(['Selected', 'In Development', 'In Test', 'Released'])
    expect(await read(stage.tracker, key)).toMatchObject({
      status: { name: 'Released', category: 'done' },
      fields: { 'Root Cause': 'A typo' },
    })
  })

  it('stops where the way asks for what nobody gave, says what, and answers where the ticket is', async () => {
    const stage = await stageOf({ project: 'LONG' })
    const { key } = stage.acts.createIssue({ project: 'LONG', summary: 'Stuck' })
    const update = async () =>
      stage.tracker.update(await read(stage.tracker, key), { status: { name: 'Released', fields: {} } })
    const { ticket, refused } = await update()
    expect(refused).toEqual([
      {
        field: 'status',
        code: 'status-unreachable',
        message: `${key} reached "In Development" on the way to "Released", and the transition "Hand Over" to "In Test" needs "Root Cause".`,
        remedy: 'Give "Root Cause" under "transition" of the route.',
      },
    ])
    expect(ticket.status).toEqual({ name: 'In Development', category: 'active' })
    // Again: nothing moves any more.
    expect((await update()).ticket).toEqual({ status: ticket.status })
    expect(pathOf(stage, key)).toEqual(['Selected', 'In Development'])
  })

  it('does not set out again on a way that it knows to be barred', async () => {
    const stage = await stageOf({ project: 'LONG' })
    for (const [index, path] of [['Selected', 'In Development'], []].entries()) {
      const { key } = stage.acts.createIssue({ project: 'LONG', summary: `Number ${index}` })
      const ticket = await read(stage.tracker, key)
      const { refused } = await stage.tracker.update(ticket, { status: { name: 'Released', fields: {} } })
      expect(refused).toMatchObject([{ message: expect.stringContaining('"Root Cause"') }])
      expect(pathOf(stage, key)).toEqual(path)
    }
  })

  it('complaint 29: says from where nothing leads on', async () => {
    const stage = await stageOf({ project: 'LONG' })
    const { key } = stage.acts.createIssue({ project: 'LONG', summary: 'At its end' })
    stage.acts.setStatus({ issue: key, status: 'Released' })
    const ticket = await read(stage.tracker, key)
    const { refused } = await stage.tracker.update(ticket, { status: { name: 'Backlog', fields: {} } })
    expect(refused).toMatchObject([
      { code: 'status-unreachable', message: expect.stringContaining('is in "Released"'), remedy: expect.any(String) },
    ])
  })

  it('asks for the resolution that a screen wants, and names the choices', async () => {
    const stage = await stageOf({ project: 'OPS' })
    const { key } = stage.acts.createIssue({ project: 'OPS', summary: 'Resolve me' })
    const close = async (fields: Record<string, unknown>) =>
      stage.tracker.update(await read(stage.tracker, key), { status: { name: 'Closed', fields } })
    const { refused } = await close({})
    expect(refused).toMatchObject([
      { message: expect.stringContaining('needs "Resolution"'), remedy: expect.stringContaining("Won't Do") },
    ])
    expect(pathOf(stage, key)).toEqual([])
    expect((await close({ resolution: 'No such thing' })).refused).toHaveLength(1)
    expect((await close({ resolution: 'fixed' })).refused).toEqual([])
    expect(await read(stage.tracker, key)).toMatchObject({ status: { name: 'Closed' }, resolution: 'Fixed' })
  })

  it('opens again through the status that is meant for it', async () => {
    const stage = await stageOf({ project: 'OPS' })
    const { key } = stage.acts.createIssue({ project: 'OPS', summary: 'Again' })
    stage.acts.setStatus({ issue: key, status: 'Closed' })
    const ticket = await read(stage.tracker, key)
    const { refused } = await stage.tracker.update(ticket, { status: { name: 'Open', fields: {} } })
    expect(refused).toEqual([])
    expect(pathOf(stage, key).slice(1)).toEqual(['Reopened', 'In Progress', 'Open'])
  })

  it('reaches every status of every workflow from every other, or says why not', async () => {
    const stage = await stageOf()
    const fields = { resolution: 'Done', 'Root Cause': 'Known' }
    for (const project of ['PLAT', 'OPS', 'LONG']) {
      const states = (await stage.tracker.readTypes(project)).find(({ name }) => name === 'Task')!.states
      for (const from of states) {
        for (const target of states) {
          const { key } = stage.acts.createIssue({ project, summary: `${from.name} to ${target.name}` })
          stage.acts.setStatus({ issue: key, status: from.name })
          const before = pathOf(stage, key).length
          const ticket = await read(stage.tracker, key)
          const { refused } = await stage.tracker.update(ticket, { status: { name: target.name, fields } })
          const path = pathOf(stage, key).slice(before)
          const { status } = await read(stage.tracker, key)
          if (refused.length === 0) expect(status.name).toBe(target.name)
          else
            expect(refused).toMatchObject([
              { code: 'status-unreachable', message: expect.stringContaining(`"${status.name}"`) },
            ])
          const inBetween = path.slice(0, -1).map((name) => states.find((state) => state.name === name)?.category)
          expect(inBetween).not.toContain('done')
          expect(new Set(path).size).toBe(path.length)
        }
      }
    }
  })

  it('reports a transition that this account may not make', async () => {
    const stage = await stageOf()
    const { key } = stage.acts.createIssue({ project: 'PLAT', summary: 'Not allowed' })
    stage.acts.deny({ who: 'lockstep', project: 'PLAT', permission: 'TRANSITION_ISSUES' })
    const ticket = await read(stage.tracker, key)
    const { refused } = await stage.tracker.update(ticket, { status: { name: 'Done', fields: {} } })
    expect(refused).toMatchObject([
      { code: 'status-unreachable', message: expect.stringContaining('no transition open') },
    ])
  })
})
