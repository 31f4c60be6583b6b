import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

const issues = () =>
  [...stage.github.world.repos.values()]
    .filter(({ name }) => name === 'rocket')
    .flatMap(({ issues: all }) => [...all.values()])

describe.each(trackerKinds)('a ticket in $name that a route takes for GitHub', ({ to, sideOf }) => {
  const route = {
    to,
    when: { labels: 'never' },
    type: { default: 'Task' },
    from: { label: 'github', labels: 'from-tracker' },
    labels: { map: { important: 'urgent' } },
  }

  it('complaint 35: gets one issue, with its text, its people and its labels', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const key = side.create({ title: 'Made over there', body: 'Words of a ticket.', label: 'github' })
    side.create({ title: 'Private' })
    side.people.tag(key, 'urgent')
    side.people.assign(key, 'grace')
    expect(await stage.scan()).toMatchObject([{ outcome: 'created', ticket: `${to}:${key}` }])
    expect(issues()).toMatchObject([{ title: 'Made over there', state: 'open' }])
    expect(issues()[0]?.body).toContain('Words of a ticket.')
    expect(issues()[0]?.assignees.map(({ login }) => login)).toEqual(['grace'])
    expect(
      issues()[0]
        ?.labels.map(({ name }) => name)
        .sort(),
    ).toEqual(['from-tracker', 'github', 'important'])
    await stage.scan()
    expect(await stage.scan()).toEqual([])
    expect(issues()).toHaveLength(1)
    expect(side.seen(key).labels.toSorted()).toEqual(['github', 'urgent'])
  })

  it('is closed on GitHub when it is done already', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const key = side.create({ title: 'Long done', label: 'github' })
    side.people.close(key)
    await stage.scan()
    expect(issues()).toMatchObject([{ state: 'closed', stateReason: 'completed' }])
    expect(side.seen(key).state).toBe(side.states.done)
  })

  it('is tried again when GitHub was down, although it does not move again', async () => {
    stage = await openStage({ routes: [route], quick: true })
    sideOf(stage).create({ title: 'Made over there', label: 'github' })
    stage.github.faults.add({ method: 'POST', path: '/issues$', status: 500, body: { message: 'sorry' } })
    expect(await stage.scan()).toMatchObject([{ outcome: 'failed', code: 'unreachable' }])
    stage.github.faults.clear()
    stage.passTime(6 * 60_000)
    expect(await stage.scan()).toMatchObject([{ outcome: 'created' }])
    expect(issues()).toHaveLength(1)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'complaint 12: has one issue when the run dies at its write number %i',
    async (nth) => {
      stage = await openStage({ routes: [{ ...route, when: { state: 'any' } }], quick: true })
      const side = sideOf(stage)
      side.create({ title: 'Made over there', label: 'github' })
      for (const server of [stage.github, side.server])
        for (const method of ['POST', 'PATCH', 'PUT'])
          server.faults.add({ method, path: '/issues|workitems/|remotelink|properties', nth, reset: 'after' })
      await stage.scan()
      for (const server of [stage.github, side.server]) server.faults.clear()
      for (let round = 0; round < 3; round++) {
        stage.passTime(6 * 60_000)
        await stage.scan()
      }
      expect(issues()).toHaveLength(1)
      expect(side.keys()).toHaveLength(1)
      expect(await stage.scan()).toEqual([])
    },
  )
})
