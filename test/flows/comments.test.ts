import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

const talk = (number: number) => stage.github.act.findIssue({ number })?.comments.map(({ body }) => body) ?? []

describe.each(trackerKinds)('comments between an issue and its ticket in $name', ({ to, sideOf }) => {
  const route = { to, type: { default: 'Task' } }

  async function openPair() {
    stage = await openStage({ routes: [route], quick: true })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    const side = sideOf(stage)
    return { number, side, key: side.keys()[0]! }
  }

  it('cross with their author and a link back, each once', async () => {
    const { number, side, key } = await openPair()
    const { id } = stage.github.act.comment({ as: 'ada', number, body: 'It **clicks**.' })
    side.people.comment(key, 'Not over here.')
    expect((await stage.scan()).flatMap(({ changes }) => changes)).toEqual([
      { side: 'tracker', field: 'comment', before: null, after: 'a copy of what ada wrote' },
      { side: 'github', field: 'comment', before: null, after: 'a copy of what Hedy Kiesler wrote' },
    ])
    await stage.scan()
    const own = side.seen(key).comments.find((text) => text.includes('clicks'))
    expect(own).toContain(`#issuecomment-${id}`)
    expect(own).toContain('ada')
    expect(side.seen(key).comments).toHaveLength(2)
    expect(talk(number)).toHaveLength(2)
    expect(talk(number)[1]).toMatch(/^\*\*\[Hedy Kiesler\]\(.+\)\*\* wrote in .+:\n\nNot over here\./)
    expect(await stage.scan()).toEqual([])
  })

  it('follow an edit that was taken back within the second, after its copy was made', async () => {
    const { number, side, key } = await openPair()
    stage.passTime(60_000)
    stage.github.clock.set(new Date(stage.github.clock.now()))
    const { id } = stage.github.act.comment({ as: 'ada', number, body: 'Launch on Monday.' })
    for (let round = 0; round < 2; round++) await stage.scan()
    stage.github.act.editComment({ as: 'ada', id, body: 'Launch on Tuesday.' })
    await stage.reconcile(number, { comments: true })
    expect(side.seen(key).comments.join()).toContain('Tuesday')
    stage.github.act.editComment({ as: 'ada', id, body: 'Launch on Monday.' })
    for (let round = 0; round < 2; round++) {
      stage.passTime(60_000)
      await stage.scan()
    }
    expect(side.seen(key).comments.join()).toContain('Monday')
    expect(await stage.scan()).toEqual([])
  })

  it('are not asked for again while the list still shows them as they were copied', async () => {
    const { number } = await openPair()
    stage.github.clock.set(new Date())
    stage.github.act.comment({ as: 'ada', number, body: 'It clicks.' })
    for (let round = 0; round < 2; round++) await stage.scan()
    stage.clear()
    expect(await stage.scan()).toEqual([])
    expect(stage.asked().github).toEqual(['GET /repos/acme/rocket/issues/comments', 'GET /repos/acme/rocket/issues'])
    expect(
      stage.github.journal.entries.map(({ status }) => status),
      'the second is not over',
    ).toEqual([200, 200])
  })

  it('complaint 36: edits and deletes are followed both ways, and nothing is posted twice', async () => {
    const { number, side, key } = await openPair()
    const mine = stage.github.act.comment({ as: 'ada', number, body: 'First here' })
    const theirs = side.people.comment(key, 'First there')
    await stage.scan()
    stage.github.act.editComment({ as: 'ada', id: mine.id, body: 'Second here' })
    side.people.editComment(key, theirs, 'Second there')
    await stage.scan()
    expect(side.seen(key).comments.join()).toContain('Second here')
    expect(side.seen(key).comments.join()).not.toContain('First here')
    expect(talk(number).join()).toContain('Second there')
    stage.github.act.deleteComment({ as: 'ada', id: mine.id })
    side.people.deleteComment(key, theirs)
    await stage.scan()
    await stage.reconcile(number, { comments: true })
    expect(side.seen(key).comments).toEqual([])
    expect(talk(number)).toEqual([])
    expect(await stage.scan()).toEqual([])
  })

  it('written by hand by whoever lends Lockstep the account cross like all others, and so do their edits', async () => {
    const { number, side, key } = await openPair()
    stage.github.act.comment({ as: 'ada', number, body: 'From GitHub.' })
    await stage.scan()
    const say = (text: string): string =>
      to === 'jira'
        ? stage.jira.acts.comment({ issue: key, body: text, as: 'lockstep' }).id
        : String(stage.azure.acts.comment({ id: Number(key), text, as: 'lockstep@example.com' }).id)
    const id = say('By hand.')
    await stage.scan()
    expect(talk(number)).toHaveLength(2)
    expect(talk(number)[1]).toContain('By hand.')
    if (to === 'jira') stage.jira.acts.editComment({ issue: key, comment: id, body: 'Corrected.', as: 'lockstep' })
    else
      stage.azure.acts.editComment({
        id: Number(key),
        commentId: Number(id),
        text: 'Corrected.',
        as: 'lockstep@example.com',
      })
    await stage.scan()
    expect(talk(number)[1]).toContain('Corrected.')
    expect(side.seen(key).comments).toHaveLength(2)
    stage.clear()
    await stage.scan()
    expect(stage.github.journal.count().writes + side.server.journal.count().writes).toBe(0)
  })

  it('an edit crosses although the ticket was written to before anybody looked', async () => {
    const { number, side, key } = await openPair()
    const id = side.people.comment(key, 'Half past two.')
    await stage.scan()
    side.people.editComment(key, id, 'Half past three.')
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    stage.passTime(60_000)
    await stage.scan()
    await stage.scan()
    expect(side.seen(key).title).toBe('Two')
    expect(talk(number)).toEqual([expect.stringContaining('Half past three.')])
  })

  it('a reply that quotes a copy whole is no copy', async () => {
    const { number, side, key } = await openPair()
    stage.github.act.comment({ as: 'ada', number, body: 'Does it click?' })
    await stage.scan()
    const [copy = ''] = side.seen(key).comments
    const quoted =
      to === 'jira' ? `{quote}\n${copy}\n{quote}\nIt does.` : `<blockquote>${copy}</blockquote><p>It does.</p>`
    if (to === 'jira') stage.jira.acts.comment({ issue: key, body: quoted, as: 'hedy' })
    else stage.azure.acts.comment({ id: Number(key), text: quoted, as: 'hedy.kiesler@example.com' })
    await stage.scan()
    expect(talk(number)).toHaveLength(2)
    expect(talk(number)[1]).toContain('It does.')
  })

  it.each(['tracker', 'github'] as const)(
    'a copy in the %s goes away although its write got no reply and its original was gone by then',
    async (where) => {
      const { number, side, key } = await openPair()
      const { server } = side
      const reset = { method: 'POST', path: String.raw`/comments?(\?|$)`, reset: 'after', times: 1 } as const
      if (where === 'tracker') {
        const { id } = stage.github.act.comment({ as: 'ada', number, body: 'Too early' })
        server.faults.add(reset)
        await stage.reconcile(number, { comments: true })
        stage.github.act.deleteComment({ as: 'ada', id })
      } else {
        const id = side.people.comment(key, 'Too early')
        stage.github.faults.add(reset)
        await stage.reconcile(number, { comments: true })
        side.people.deleteComment(key, id)
      }
      const left = () => (where === 'tracker' ? side.seen(key).comments : talk(number))
      expect(left()).toHaveLength(1)
      stage.passTime(120_000)
      await stage.scan()
      expect(left()).toEqual([])
      stage.passTime(120_000)
      expect(await stage.scan()).toEqual([])
    },
  )

  it('what a person pasted of a copy stays when the original is deleted', async () => {
    const { number, side, key } = await openPair()
    const { id } = stage.github.act.comment({ as: 'ada', number, body: 'Too early' })
    await stage.scan()
    const [copy = ''] = side.seen(key).comments
    if (to === 'jira') stage.jira.acts.comment({ issue: key, body: copy, as: 'hedy' })
    else stage.azure.acts.comment({ id: Number(key), text: copy, as: 'hedy.kiesler@example.com' })
    stage.github.act.deleteComment({ as: 'ada', id })
    stage.passTime(120_000)
    await stage.reconcile(number, { comments: true })
    expect(side.seen(key).comments).toEqual([expect.stringContaining('Too early')])
  })

  it('a copy that a person deletes stays away', async () => {
    const { number, side, key } = await openPair()
    side.people.comment(key, 'Too much')
    await stage.scan()
    const copy = stage.github.act.findIssue({ number })?.comments[0]
    stage.github.act.deleteComment({ as: 'ada', id: copy!.id })
    await stage.reconcile(number, { comments: true })
    expect(talk(number)).toEqual([])
    expect(side.seen(key).comments).toHaveLength(1)
  })

  it('commands to Lockstep stay where they are', async () => {
    const { number, side, key } = await openPair()
    stage.github.act.comment({ as: 'ada', number, body: '/lockstep sync' })
    await stage.scan()
    expect(side.seen(key).comments).toEqual([])
  })
})

describe('a restricted comment of Jira', () => {
  it('never leaves, and a copy goes away when its original becomes restricted', async () => {
    stage = await openStage({ routes: [{ to: 'jira', type: { default: 'Task' } }] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    const visibility = { type: 'role', value: 'Administrators' } as const
    stage.jira.acts.comment({ issue: 'PLAT-1', body: 'the password is hunter2', as: 'hedy', visibility })
    stage.jira.acts.comment({ issue: 'PLAT-1', body: 'hello all', as: 'hedy' })
    await stage.scan()
    expect(talk(number)).toHaveLength(1)
    expect(talk(number).join()).toContain('hello all')
  })
})
