import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JiraServer } from '../../sandbox/jira/server.ts'
import { describeWithData, readSharedText } from '../shared-data.ts'
import { jiraTracker, openInbound, type Inbound } from './inbound-stage.ts'

let jira: JiraServer
let stage: Inbound
const open = (version: '8' | '9' | '10') => {
  beforeAll(async () => {
    const tracker = await jiraTracker(version)
    jira = tracker.jira
    stage = await openInbound({
      tracker: tracker.side,
      organizations: '  acme: { connections: { jira: [PLAT, OPS] } }',
      rules: 'routes: [{ to: jira, status: { closed: Resolved }, from: { label: to-github } }]\n',
    })
  })
  afterAll(() => stage.close())
}

/** An issue and its Jira issue, in step. */
async function pair(title: string, assignees: readonly string[] = []) {
  const { number } = stage.github.act.openIssue({ as: 'ada', title, assignees })
  await stage.settle()
  const { key, id } = [...jira.world.issues.values()].at(-1)!
  return { number, key, id: String(id) }
}

/** As this version of Jira proves a delivery: signed over its bytes, or by a secret in the address. */
const post = async (body: unknown, secret = stage.secret) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  if (jira.version !== '10') return await stage.post(text, {}, `/${secret}`)
  return await stage.post(text, {
    'x-hub-signature': `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`,
  })
}

/** Deliveries get lost until they are found again, so that only the ones sent by hand tell of what happens. */
const unheard = (act: () => void) => {
  jira.faults.add({ on: 'webhook', webhook: 'lose' })
  act()
  jira.faults.clear()
}

describe.each(['8', '9', '10'] as const)('Jira %s', (version) => {
  open(version)

  it('closes the issue when the status becomes done by its category, and reopens it when it is not', async () => {
    const { number, key } = await pair('Done is a category')
    for (const [status, expected] of [
      ['In Progress', 'open'],
      ['Resolved', 'closed'],
      ['Closed', 'closed'],
      ['Reopened', 'open'],
    ] as const) {
      jira.acts.setStatus({ issue: key, status })
      await stage.settle()
      expect(stage.issue(number).state, status).toBe(expected)
    }
  })

  it('assigns, replaces, and takes the assignment back', async () => {
    const { number, key } = await pair('From hand to hand', ['ada'])
    jira.acts.assign({ issue: key, to: 'grace' })
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual(['grace'])
    jira.acts.unassign({ issue: key })
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual([])
  })

  it('brings comments over, of which a thin delivery tells', async () => {
    const { number, key, id } = await pair('Talk')
    const said: { id: string }[] = []
    unheard(() => said.push(jira.acts.comment({ issue: key, body: 'On its way', as: 'grace' })))
    const self = `${jira.baseUrl}/rest/api/2/issue/${id}/comment/${said[0]?.id}`
    expect(await post({ webhookEvent: 'comment_created', comment: { self } })).toEqual([200, 'queued'])
    await stage.settle()
    expect(stage.issue(number).comments.join()).toContain('On its way')
  })

  it('may leave out the kind of the event, as old ones do, and the changes', async () => {
    const { number, key, id } = await pair('Old and terse', ['ada'])
    unheard(() => jira.acts.assign({ issue: key, to: 'grace' }))
    expect(await post({ webhookEvent: 'jira:issue_updated', issue: { id, key } })).toEqual([200, 'queued'])
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual(['grace'])
  })

  it('is not believed: a late delivery cannot undo what came after it', async () => {
    const { number, key, id } = await pair('Late news', ['ada'])
    const items = [
      { field: 'status', fieldtype: 'jira', from: '1', to: '5', fromString: 'Open', toString: 'Resolved' },
      { field: 'assignee', fieldtype: 'jira', from: 'ada', to: '', fromString: 'Ada Byron', toString: '' },
    ]
    const fields = { assignee: null, status: { id: '5' }, updated: '2020-01-01T00:00:00.000+0000' }
    const late = { webhookEvent: 'jira:issue_updated', issue: { id, key, fields }, changelog: { items } }
    expect(await post(late)).toEqual([200, 'queued'])
    await stage.settle()
    expect(stage.issue(number)).toMatchObject({ state: 'open', assignees: ['ada'] })
  })

  it('does nothing unless it can prove itself and be understood', async () => {
    const { number, key, id } = await pair('Not from there')
    unheard(() => jira.acts.setStatus({ issue: key, status: 'Resolved' }))
    const body = { webhookEvent: 'jira:issue_updated', issue: { id, key } }
    expect(await stage.post(body, {})).toEqual([401, undefined])
    expect(await stage.post(body, {}, '/%20')).toEqual([401, undefined])
    expect(await post(body, 'guess')).toEqual([401, undefined])
    expect(await post({ issue: { id, key } })).toEqual([400, undefined])
    expect(await post({ ...body, webhookEvent: 'jira:worklog_updated' })).toEqual([200, 'ignored'])
    await stage.settle()
    expect(stage.issue(number).state).toBe('open')
    expect(await post(body)).toEqual([200, 'queued'])
    await stage.settle()
    expect(stage.issue(number).state).toBe('closed')
  })

  it('may move an issue to another project: the pair stays with its new key', async () => {
    const { number, key } = await pair('On the move')
    const { key: moved } = jira.acts.moveIssue({ issue: key, project: 'OPS' })
    await stage.settle()
    jira.acts.assign({ issue: moved, to: 'grace' })
    await stage.settle()
    expect(moved).toMatch(/^OPS-/)
    expect(stage.issue(number).assignees).toEqual(['grace'])
  })
})

describe('what people do in Jira', () => {
  open('9')

  it('changes nothing when nobody is found for the assignee', async () => {
    const { number, key } = await pair('Nobody we know', ['ada'])
    jira.acts.assign({ issue: key, to: 'outsider' })
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual(['ada'])
  })

  it('finds an assignee whose address is hidden, once somebody was found for them', async () => {
    const { number, key } = await pair('In hiding', ['grace'])
    jira.acts.unassign({ issue: key })
    await stage.settle()
    jira.acts.changeUser({ name: 'grace', emailShown: 'HIDDEN' })
    jira.acts.assign({ issue: key, to: 'grace' })
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual(['grace'])
  })

  it('opens an issue for a ticket that a rule takes', async () => {
    const { key } = jira.acts.createIssue({ project: 'PLAT', summary: 'Reported by phone', labels: ['to-github'] })
    await stage.settle()
    const found = [...stage.github.world.repo.issues.values()].filter(({ title }) => title === 'Reported by phone')
    expect(found).toHaveLength(1)
    jira.acts.setStatus({ issue: key, status: 'Resolved' })
    await stage.settle()
    expect(stage.issue(found[0]!.number).state).toBe('closed')
  })
})

describeWithData('recorded deliveries of Jira', () => {
  open('8')

  it.each([
    ['mattermost__webhook-server-issue-updated-closed', { state: 'closed' }],
    ['mattermost__webhook-server-issue-updated-in-progress', { state: 'closed' }],
    ['mattermost__webhook-issue-updated-assigned', { assignees: ['grace'] }],
    ['mattermost__webhook-server-comment-created', { comments: [expect.stringContaining('On its way')] }],
    ['mattermost__webhook-server-issue-updated-commented-1', { comments: [expect.stringContaining('On its way')] }],
    [
      'mattermost__webhook-server-old-issue-updated-no-event-type-comment-edited',
      { comments: [expect.stringContaining('On its way')] },
    ],
  ])('(%s) change the issue', async (name, expected) => {
    const { number, key, id } = await pair(`Told by ${name}`)
    unheard(() => {
      if ('state' in expected) jira.acts.setStatus({ issue: key, status: 'Resolved' })
      if ('assignees' in expected) jira.acts.assign({ issue: key, to: 'grace' })
      if ('comments' in expected) jira.acts.comment({ issue: key, body: 'On its way', as: 'grace' })
    })
    const text = readSharedText(`jira/webhooks-and-meta/${name}.json`)
    const [, itsId = '', itsKey = key] =
      /"issue": ?\{[^{}]*?"id": ?"(\d+)"[^{}]*?"key": ?"([A-Z]+-\d+)"/.exec(text) ?? /\/issue\/(\d+)\//.exec(text) ?? []
    expect(await post(text.replaceAll(itsId, id).replaceAll(itsKey, key))).toEqual([200, 'queued'])
    await stage.settle()
    expect(stage.issue(number)).toMatchObject(expected)
  })

  it.each(['sentry/jira-server/example_payload.json'])('(%s) about nobody we know change nothing', async (path) => {
    stage.github.journal.clear()
    const [status] = await post(readSharedText(path))
    expect(status).toBeLessThan(401)
    await stage.settle()
    expect(stage.writes()).toEqual([])
  })
})
