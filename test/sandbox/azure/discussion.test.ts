import { describe, expect, it } from 'vitest'
import { useAzure } from './stage.ts'

const start = useAzure()
const COMMENTS = '/Fabrikam/_apis/wit/workItems/1/comments'
const V4 = 'api-version=7.1-preview.4'
const ITEM = '/_apis/wit/workitems/1?api-version=7.1'

describe('comments', () => {
  it('are added, changed, taken back and listed newest first', async () => {
    const { call } = await start()
    const ids: number[] = []
    for (const text of ['one', 'two', 'three'])
      ids.push((await call('POST', `${COMMENTS}?${V4}`, { body: { text } })).body['id'])
    const changed = await call('PATCH', `${COMMENTS}/${ids[1]}?${V4}`, {
      body: { text: '<script>x</script>two, <b>better</b>' },
    })
    expect(changed.body).toMatchObject({ version: 2, text: 'two, <b>better</b>', format: 'html' })
    expect((await call('DELETE', `${COMMENTS}/${ids[0]}?${V4}`)).status).toBe(204)
    const all = await call('GET', `${COMMENTS}?${V4}`)
    expect(all.body['comments'].map((each: { id: number }) => each.id)).toEqual([ids[2], ids[1]])
    expect(all.body['totalCount']).toBe(2)
    const deleted = await call('GET', `${COMMENTS}?includeDeleted=true&order=asc&${V4}`)
    expect(deleted.body['comments'][0]).toMatchObject({ id: ids[0], isDeleted: true })
    expect((await call('GET', `${COMMENTS}/${ids[0]}?${V4}`)).status).toBe(404)
    expect((await call('GET', `${COMMENTS}/${ids[1]}/versions?api-version=7.1-preview.1`)).body['count']).toBe(2)
  })

  it('are read page by page', async () => {
    const { server, call } = await start()
    for (const text of ['one', 'two', 'three']) server.acts.comment({ id: 1, text })
    const first = await call('GET', `${COMMENTS}?$top=2&order=asc&${V4}`)
    expect(first.body['count']).toBe(2)
    const next = await call(
      'GET',
      `${COMMENTS}?$top=2&order=asc&continuationToken=${encodeURIComponent(first.body['continuationToken'])}&${V4}`,
    )
    expect(next.body['comments']).toMatchObject([{ text: 'three' }])
    expect(next.body).not.toHaveProperty('continuationToken')
  })

  it('stay Markdown when posted as such, with the rendered text beside', async () => {
    const { call } = await start()
    const { body } = await call('POST', `${COMMENTS}?format=markdown&${V4}`, { body: { text: '**bold** & `code`' } })
    expect(body).toMatchObject({
      format: 'markdown',
      text: '**bold** & `code`',
      renderedText: '<p><strong>bold</strong> &amp; <code>code</code></p>',
    })
    const read = await call('GET', `${COMMENTS}/${body['id']}?${V4}`)
    expect(read.body).not.toHaveProperty('renderedText')
    expect((await call('GET', `${COMMENTS}/${body['id']}?$expand=renderedText&${V4}`)).body['renderedText']).toBe(
      body['renderedText'],
    )
  })

  it('also come from System.History, in the same revision as the other changes', async () => {
    const { call } = await start()
    const answer = await call('PATCH', ITEM, {
      body: [
        { op: 'add', path: '/fields/System.History', value: 'On it' },
        { op: 'add', path: '/fields/System.State', value: 'Doing' },
      ],
    })
    expect(answer.body).toMatchObject({
      rev: 2,
      fields: { 'System.CommentCount': 1, 'System.State': 'Doing' },
      commentVersionRef: { version: 1 },
    })
    expect((await call('GET', `${COMMENTS}?${V4}`)).body['comments']).toMatchObject([{ text: 'On it' }])
  })

  it.each([
    [true, true, 3],
    [true, false, 2],
    [false, false, 1],
  ])('make revisions or not (added %s, edited %s)', async (commentsBumpRev, commentEditsBumpRev, rev) => {
    const { server, call } = await start({ switches: { commentsBumpRev, commentEditsBumpRev } })
    const comment = server.acts.comment({ id: 1, text: 'hello' })
    server.acts.editComment({ id: 1, commentId: comment.id, text: 'hello again' })
    expect((await call('GET', ITEM)).body).toMatchObject({ rev, fields: { 'System.CommentCount': 1 } })
  })

  it('are under preview, and refuse an empty text', async () => {
    const { call } = await start()
    expect((await call('POST', `${COMMENTS}?api-version=7.1`, { body: { text: 'x' } })).body['typeKey']).toBe(
      'VssInvalidPreviewVersionException',
    )
    expect((await call('POST', `${COMMENTS}?${V4}`, { body: { text: ' ' } })).status).toBe(400)
  })

  it('are only read on Server 2019, and written through System.History', async () => {
    const { call } = await start({ version: '2019' })
    expect((await call('POST', `${COMMENTS}?api-version=5.0-preview.2`, { body: { text: 'x' } })).status).toBe(405)
    await call('PATCH', '/_apis/wit/workitems/1?api-version=5.0', {
      body: [{ op: 'add', path: '/fields/System.History', value: 'Said' }],
    })
    const read = await call('GET', `${COMMENTS}?api-version=5.0-preview.2`)
    expect(read.body).toMatchObject({ totalCount: 1, fromRevisionCount: 1, comments: [{ revision: 2, text: 'Said' }] })
    expect((await call('GET', `${COMMENTS}/2?api-version=5.0-preview.2`)).body['text']).toBe('Said')
  })

  it('can be reacted to', async () => {
    const { server, call } = await start()
    const { id } = server.acts.comment({ id: 1, text: 'hello' })
    const liked = await call('PUT', `${COMMENTS}/${id}/reactions/like?api-version=7.1-preview.1`)
    expect(liked.body).toMatchObject({ type: 'like', count: 1, isCurrentUserEngaged: true })
    expect((await call('GET', `${COMMENTS}?$expand=reactions&${V4}`)).body['comments'][0].reactions).toMatchObject([
      { type: 'like' },
    ])
  })
})
