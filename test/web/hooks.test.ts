import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { describeWithData, readSharedJson, readSharedText } from '../shared-data.ts'
import { openWeb, type WebStage } from './stage.ts'

let web: WebStage
beforeAll(async () => {
  web = await openWeb()
  await web.link('acme/rocket#7', { connection: 'boards', key: '30', id: '30' })
  await web.link('acme/rocket#8', { connection: 'jira', key: 'PRJX-14', id: '10013' })
})
afterAll(() => web.close())
beforeEach(() => web.takeQueued())

const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}` })
const azure = (body: unknown, headers: Readonly<Record<string, string>> = basic(web.secretOf('boards'))) =>
  web.post('/hooks/azure/boards', body, headers)
const jira = (body: unknown) => web.post(`/hooks/jira/jira/${web.secretOf('jira')}`, body)
const resultOf = async (reply: Response) => [reply.status, ((await reply.json()) as { result?: string }).result]

const updated = (workItemId: number, nonce = 0) => ({
  id: `delivery-${workItemId}-${nonce}`,
  eventType: 'workitem.updated',
  resource: { id: 3, workItemId, revision: { id: workItemId, fields: { 'System.TeamProject': 'Fabrikam' } } },
})

describe('a delivery of Azure DevOps', () => {
  it('leads to the issue of its work item, not to the number of the update', async () => {
    expect(await resultOf(await azure(updated(30)))).toEqual([200, 'queued'])
    expect(await web.takeQueued()).toEqual([{ what: 'acme/rocket#7', comments: false }])
  })

  it('asks for the comments when somebody commented', async () => {
    const commented = { eventType: 'workitem.commented', resource: { id: 30, fields: { 'System.History': 'Hi' } } }
    expect(await resultOf(await azure(commented))).toEqual([200, 'queued'])
    expect(await web.takeQueued()).toEqual([{ what: 'acme/rocket#7', comments: true }])
  })

  it('may carry the secret in a header of its own', async () => {
    const headers = { 'x-lockstep-secret': web.secretOf('boards') }
    expect(await resultOf(await azure(updated(30, 1), headers))).toEqual([200, 'queued'])
  })

  it('of a ticket without an issue asks for a look at that ticket, for the organizations that have its project', async () => {
    expect(await resultOf(await azure(updated(99)))).toEqual([200, 'queued'])
    expect(await web.takeQueued()).toEqual([{ what: 'boards:99', comments: false, organizations: ['acme'] }])
    const elsewhere = JSON.parse(JSON.stringify(updated(98)).replace('Fabrikam', 'Payroll')) as unknown
    expect(await resultOf(await azure(elsewhere))).toEqual([200, 'ignored'])
  })

  it('counts once, however often it comes', async () => {
    await azure(updated(30, 2))
    expect(await resultOf(await azure(updated(30, 2)))).toEqual([200, 'repeated'])
    expect(await web.takeQueued()).toHaveLength(1)
  })

  it('about something else is taken and ignored', async () => {
    expect(await resultOf(await azure({ eventType: 'build.complete', resource: { id: 5 } }))).toEqual([200, 'ignored'])
    expect(await resultOf(await azure({ eventType: 'workitem.updated', resource: null }))).toEqual([200, 'ignored'])
  })

  it('of an organization without the feature, or without the connection, does nothing', async () => {
    await web.link('globex/shop#1', { connection: 'jira', key: 'GLOB-1', id: '20001' })
    await web.link('umbrella/lab#1', { connection: 'boards', key: '77', id: '77' })
    const moved = { webhookEvent: 'jira:issue_updated', issue: { id: '20001', key: 'GLOB-1' } }
    expect(await resultOf(await jira(moved))).toEqual([200, 'ignored'])
    expect(await resultOf(await azure(updated(77)))).toEqual([200, 'ignored'])
    expect(await web.takeQueued()).toEqual([])
  })
})

describe('a delivery of Jira', () => {
  const changed = (more: object) => ({ webhookEvent: 'jira:issue_updated', ...more })

  it('of Jira 10 is signed over its raw body', async () => {
    const body = `{ "webhookEvent":"jira:issue_updated","issue":{"id":"10013","key":"PRJX-14"},"changelog":{"items":[]}}`
    const sign = (secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
    const send = (signature: string) => web.post('/hooks/jira/jira', body, { 'x-hub-signature': signature })
    expect((await send(sign('something else'))).status).toBe(401)
    expect(await resultOf(await send(sign(web.secretOf('jira'))))).toEqual([200, 'queued'])
    expect(await web.takeQueued()).toEqual([{ what: 'acme/rocket#8', comments: false }])
  })

  it('with a wrong signature is not saved by a right secret in the path', async () => {
    const reply = await web.post(`/hooks/jira/jira/${web.secretOf('jira')}`, changed({}), {
      'x-hub-signature': `sha256=${'0'.repeat(64)}`,
    })
    expect(reply.status).toBe(401)
  })

  it('about a comment without its issue is understood by the address of the comment', async () => {
    const self = 'https://jira.example.com/rest/api/2/issue/10013/comment/10082'
    expect(await resultOf(await jira({ webhookEvent: 'comment_created', comment: { self } }))).toEqual([200, 'queued'])
    expect(await web.takeQueued()).toEqual([{ what: 'acme/rocket#8', comments: true }])
  })

  it('of an issue with a new key leads to the pair of the old one', async () => {
    const items = [{ field: 'Key', fromString: 'PRJX-14', toString: 'NEW-1' }]
    const issue = { id: '99999', key: 'NEW-1' }
    expect(await resultOf(await jira(changed({ issue, changelog: { items } })))).toEqual([200, 'queued'])
    expect((await web.takeQueued()).map(({ what }) => what)).toEqual(['acme/rocket#8'])
  })
})

describeWithData('recorded deliveries', () => {
  it('of Azure DevOps are read as they were sent', async () => {
    expect(
      await resultOf(await azure(readSharedText('ado/webhooks/aggregator-cli__ResourceVersion-1.0.json'))),
    ).toEqual([200, 'queued'])
    expect(await web.takeQueued()).toEqual([{ what: 'acme/rocket#7', comments: false }])
  })

  it('of the Test button do nothing', async () => {
    expect(await resultOf(await azure(readSharedText('ado/webhooks/aggregator-cli__TestEvent.json')))).toEqual([
      200,
      'ignored',
    ])
    expect(await web.takeQueued()).toEqual([])
  })

  it.each(['created', 'commented'])('that a work item was %s name the item itself', async (what) => {
    const text = readSharedText(`ado/webhooks/docs__workitem.${what}.json`)
    expect(await resultOf(await azure(text.replaceAll('FabrikamCloud', 'Fabrikam')))).toEqual([200, 'queued'])
    expect(await web.takeQueued()).toMatchObject([{ what: 'boards:5', comments: what === 'commented' }])
  })

  it.each([
    ['server-comment-created', 'acme/rocket#8', true],
    ['server-issue-updated-commented-1', 'acme/rocket#8', true],
    ['server-old-issue-updated-no-event-type-comment-deleted', 'acme/rocket#8', true],
    ['server-old-issue-updated-no-event-type-comment-edited', 'acme/rocket#8', true],
    ['server-issue-updated-closed', 'jira:TES-4', false],
    ['server-issue-updated-in-progress', 'jira:TES-4', false],
    ['issue-updated-assigned', 'jira:TES-41', false],
    ['issue-deleted', 'jira:IDT-19', true],
  ])('of Jira (%s) lead to %s', async (name, what, comments) => {
    const body = readSharedJson(`jira/webhooks-and-meta/mattermost__webhook-${name}.json`)
    expect(await resultOf(await jira(body))).toEqual([200, 'queued'])
    expect(await web.takeQueued()).toMatchObject([{ what, comments }])
  })
})
