import { afterEach, describe, expect, it } from 'vitest'
import { printCommentForTracker } from '../../../src/text/comment.ts'
import { wikiFormat } from '../../../src/text/format.ts'
import { findOriginal } from '../../../src/trackers/jira/text.ts'
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

const url = 'https://github.com/acme/shop/issues/1#issuecomment-4711'
const copied = wikiFormat.fromMarkdown(
  printCommentForTracker({ authorName: 'Ada [x|y] Park', authorLogin: 'ada', url, markdown: 'It **works**.' }),
  {},
)

const commentsOf = async ({ tracker }: Opened) => tracker.readComments(await read(tracker, 'PLAT-1'))

describe('comments', () => {
  it('come in order, all of them, however many there are', async () => {
    const stage = await stageOf()
    for (let n = 0; n < 230; n++) stage.acts.comment({ issue: 'PLAT-1', body: `No. ${n}` })
    const comments = await commentsOf(stage)
    expect(comments.map(({ body }) => body)).toEqual(Array.from({ length: 230 }, (_, n) => `No. ${n}`))
    expect((await read(stage.tracker, 'PLAT-1')).commentCount).toBe(230)
  })

  it('say who wrote them, and where they stand', async () => {
    const stage = await stageOf()
    const { id } = stage.acts.comment({ issue: 'PLAT-1', body: 'Hello', as: 'ben' })
    expect(await commentsOf(stage)).toMatchObject([
      {
        author: { id: 'ben', name: 'Ben Ruiz', bot: false },
        own: false,
        url: `${stage.server.url}/browse/PLAT-1?focusedCommentId=${id}#comment-${id}`,
      },
    ])
  })

  it('that not everybody may see are restricted, those of a service desk too', async () => {
    const stage = await stageOf()
    stage.acts.comment({ issue: 'PLAT-1', body: 'Group', visibility: { type: 'group', value: 'jira-software-users' } })
    stage.acts.comment({ issue: 'PLAT-1', body: 'Role', visibility: { type: 'role', value: 'Developers' } })
    stage.acts.comment({ issue: 'PLAT-1', body: 'Desk', properties: { 'sd.public.comment': { internal: true } } })
    stage.acts.comment({ issue: 'PLAT-1', body: 'Open', properties: { 'sd.public.comment': { internal: false } } })
    expect((await commentsOf(stage)).map(({ restricted }) => restricted)).toEqual([true, true, true, false])
  })

  it('never come along with the ticket unless there are none: the restriction of some would be missing', async () => {
    const stage = await stageOf()
    expect(await read(stage.tracker, 'PLAT-1')).toMatchObject({ commentCount: 0, comments: [] })
    stage.acts.comment({ issue: 'PLAT-1', body: 'One' })
    expect(await read(stage.tracker, 'PLAT-1')).toMatchObject({ commentCount: 1, comments: null })
  })

  it('of ours keep their mark through an edit', async () => {
    const stage = await stageOf()
    const ticket = await read(stage.tracker, 'PLAT-1')
    const { id } = await stage.tracker.addComment(ticket, { body: 'First', mark: url })
    expect(await stage.tracker.editComment(ticket, id, { body: 'Second', mark: url })).toMatchObject({
      id,
      body: 'Second',
      own: true,
      copyOf: url,
    })
    expect(await commentsOf(stage)).toMatchObject([{ body: 'Second', own: true, copyOf: url }])
  })

  it('of ours are known by their first line where the server hides properties, and a quote of them is not', async () => {
    const stage = await stageOf()
    stage.acts.comment({ issue: 'PLAT-1', body: copied, as: 'lockstep' })
    stage.acts.comment({ issue: 'PLAT-1', body: copied, as: 'ada' })
    expect(await commentsOf(stage)).toMatchObject([
      { own: true, copyOf: url },
      { own: false, copyOf: null },
    ])
  })

  it('are refused with the words of the server', async () => {
    const stage = await stageOf({ switches: { textLimit: 100 } })
    const ticket = await read(stage.tracker, 'PLAT-1')
    await expect(stage.tracker.addComment(ticket, { body: 'x'.repeat(101), mark: url })).rejects.toMatchObject({
      code: 'tracker-refused',
      message: expect.stringContaining('too long'),
    })
  })
})

describe('the first line of a copied comment', () => {
  it('leads to the original', () => {
    expect(findOriginal(copied)).toBe(url)
    expect(findOriginal('*[Ada|https://example.com/1]* wrote')).toBe('https://example.com/1')
    expect(findOriginal('See *[Ada|https://example.com/1]* there')).toBeNull()
    expect(findOriginal('*bold* text')).toBeNull()
  })
})
