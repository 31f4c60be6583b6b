import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

describe.each(trackerKinds)('complaints 18, 19: pictures of a private repository, in $name', ({ to, sideOf }) => {
  const route = { to, type: { default: 'Task' } }

  it('stay readable links unless the route says otherwise', async () => {
    stage = await openStage({ routes: [route] })
    const { url } = stage.github.act.uploadAttachment({ base64: PIXEL })
    stage.github.act.openIssue({ as: 'ada', title: 'One', body: `Look:\n\n![shot](${url})` })
    await stage.scan()
    const ticket = sideOf(stage).seen(sideOf(stage).keys()[0]!)
    expect(ticket.body).toContain(url)
    expect(ticket.files).toBe(0)
  })

  it('are attached to the ticket once each, in the text and in comments, where it does', async () => {
    stage = await openStage({ routes: [{ ...route, images: 'upload' }] })
    const side = sideOf(stage)
    const [first, second, third] = [0, 1, 2].map(() => stage.github.act.uploadAttachment({ base64: PIXEL }).url)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', body: `Look:\n\n![shot](${first})` })
    await stage.scan()
    const key = side.keys()[0]!
    expect(side.seen(key).files).toBe(1)
    expect(side.seen(key).body).not.toContain(first)
    expect(side.seen(key).body).toMatch(to === 'jira' ? /!\S+!/ : /<img[^>]+_apis\/wit\/attachments/)

    stage.github.act.comment({ as: 'ada', number, body: `Again ![shot](${first}) and ![other](${second})` })
    await stage.scan()
    expect(side.seen(key).files).toBe(2)
    expect(side.seen(key).comments.join()).not.toContain('user-attachments')

    stage.github.act.editIssue({ as: 'ada', number, body: `Look:\n\n![shot](${first})\n\n![new](${third})` })
    await stage.scan()
    expect(side.seen(key).files).toBe(3)
    expect(side.seen(key).body).not.toContain('user-attachments')
    expect(stage.github.act.findIssue({ number })?.body).toContain(first)
    expect(await stage.scan()).toEqual([])
    expect(side.seen(key).files).toBe(3)
  })

  it('stay links, with a word about it, when GitHub does not show them', async () => {
    stage = await openStage({ routes: [{ ...route, images: 'upload' }] })
    const { url } = stage.github.act.uploadAttachment({ base64: PIXEL })
    stage.github.faults.add({ path: 'private-user-images', status: 404 })
    stage.github.act.openIssue({ as: 'ada', title: 'One', body: `Look:\n\n![shot](${url})` })
    const [outcome] = await stage.scan()
    expect(outcome?.notes.join()).toContain(`The picture ${url} stays a link`)
    expect(sideOf(stage).seen(sideOf(stage).keys()[0]!).body).toContain(url)
  })
})
