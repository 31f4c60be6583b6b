import { afterEach, describe, expect, it } from 'vitest'
import { isGone } from '../../../src/core/issue.ts'
import type { Tracker } from '../../../src/core/ports.ts'
import { findMark, withMark } from '../../../src/trackers/azure/text.ts'
import { openAzure } from './stage.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function open(options: Parameters<typeof openAzure>[0] = {}) {
  const stage = await openAzure(options)
  closers.push(stage.close)
  return stage
}

async function read(tracker: Tracker, key: string) {
  const found = (await tracker.readTickets([key])).get(key)
  if (found === undefined || isGone(found)) throw new Error(`${key} is not there`)
  return found
}

const mark = 'https://github.com/acme/shop/issues/1#issuecomment-5'

describe('the mark of a comment', () => {
  it('is a link that people can follow, and comes back', () => {
    for (const url of [mark, 'https://github.example.com/a/b/issues/1?x="1"&y=2#issuecomment-7']) {
      const marked = withMark('<p>Text</p>', url)
      expect(findMark(marked)).toBe(url)
      expect(withMark(marked, url)).toBe(marked)
    }
  })

  it('is none of the links that people write', () => {
    expect(findMark(`<p>See <a href="${mark}">that comment</a>.</p>`)).toBeNull()
    expect(findMark(`View on GitHub ${mark}`)).toBeNull()
  })
})

describe('comments', () => {
  it('are read over all pages, oldest first', async () => {
    const { tracker, server } = await open({ switches: { commentPageSize: 10 } })
    for (let n = 0; n < 25; n++) server.acts.comment({ id: 1, text: `Comment ${n}` })
    const comments = await tracker.readComments(await read(tracker, '1'))
    expect(comments).toHaveLength(25)
    expect(comments[0]?.body).toContain('Comment 0')
    expect(comments[24]?.body).toContain('Comment 24')
  })

  it('that are copies are ours whoever wrote them, and what was typed with our account is not', async () => {
    const { tracker, server } = await open()
    const ticket = await read(tracker, '1')
    server.acts.comment({ id: 1, text: 'Typed by hand', as: 'lockstep@example.com' })
    server.acts.comment({ id: 1, text: withMark('Copied by the account before', mark), as: 'Ada Byron' })
    server.acts.comment({ id: 1, text: `<a href="${mark}">look there</a>`, as: 'Ada Byron' })
    const comments = await tracker.readComments(ticket)
    expect(comments.map(({ own, copyOf }) => [own, copyOf])).toEqual([
      [false, null],
      [true, mark],
      [false, null],
    ])
  })

  it('in Markdown are read as people see them', async () => {
    const { tracker, server } = await open()
    server.acts.comment({ id: 1, text: '**loud**', format: 'markdown' })
    expect((await tracker.readComments(await read(tracker, '1')))[0]?.body).toContain('<strong>loud</strong>')
  })

  it('of a Server 2019 are revisions with a text', async () => {
    const stage = await open({ version: '2019' })
    const ticket = await read(stage.tracker, '1')
    stage.count()
    const added = await stage.tracker.addComment(ticket, { body: '<p>From GitHub</p>', mark })
    expect(stage.count()).toEqual({ reads: 0, writes: 1 })
    stage.server.acts.edit({ id: 1, fields: { 'System.History': 'By hand' }, as: 'Ada Byron' })
    const comments = await stage.tracker.readComments(await read(stage.tracker, '1'))
    expect(comments.map(({ id, own, copyOf }) => [id, own, copyOf])).toEqual([
      [added.id, true, mark],
      ['3', false, null],
    ])
    expect((await read(stage.tracker, '1')).commentCount).toBe(2)
  })
})
