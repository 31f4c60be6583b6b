import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

describe.each(trackerKinds)('the same field edited on both sides, against $name', ({ to, sideOf }) => {
  async function openConflict(conflict: unknown) {
    stage = await openStage({ routes: [{ to, type: { default: 'Task' }, conflict }] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    const key = side.keys()[0]!
    stage.github.act.editIssue({ as: 'ada', number, title: 'From GitHub' })
    stage.passTime(5000)
    side.people.retitle(key, 'From the tracker')
    const issue = () => stage.github.act.findIssue({ number })
    return { number, side, key, issue }
  }

  it.each([
    ['github', 'From GitHub'],
    ['tracker', 'From the tracker'],
    ['newest', 'From the tracker'],
    [{ title: 'github', default: 'tracker' }, 'From GitHub'],
  ])('ends by the policy %o', async (policy, expected) => {
    const { side, key, issue } = await openConflict(policy)
    await stage.scan()
    expect([issue()?.title, side.seen(key).title]).toEqual([expected, expected])
    expect(await stage.scan()).toEqual([])
  })

  it('waits for a person who is asked in one comment, which is edited and in the end settled', async () => {
    const { number, side, key, issue } = await openConflict('ask')
    expect((await stage.scan())[0]).toMatchObject({ outcome: 'conflicted' })
    await stage.scan()
    expect([issue()?.title, side.seen(key).title]).toEqual(['From GitHub', 'From the tracker'])
    expect(issue()?.comments).toHaveLength(1)
    expect(issue()?.comments[0]?.body).toContain('| title | From GitHub | From the tracker |')

    side.people.retitle(key, 'Another')
    await stage.scan()
    expect(issue()?.comments).toHaveLength(1)
    expect(issue()?.comments[0]?.body).toContain('| title | From GitHub | Another |')
    expect(side.seen(key).comments, 'the notice is no talk').toEqual([])

    stage.github.act.editIssue({ as: 'ada', number, title: 'Another' })
    await stage.scan()
    expect(issue()?.comments).toHaveLength(1)
    expect(issue()?.comments[0]?.body).toContain('nothing is left to decide')
    side.people.retitle(key, 'Free again')
    await stage.scan()
    expect(issue()?.title).toBe('Free again')
    expect(await stage.scan()).toEqual([])
  })

  it('asks once even when the run dies right after asking', async () => {
    const { number, issue } = await openConflict('ask')
    stage.github.faults.add({ method: 'POST', path: '/comments$', reset: 'after', times: 1 })
    await stage.reconcile(number)
    await stage.reconcile(number)
    expect(issue()?.comments).toHaveLength(1)
  })
})
