import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { JiraOptions } from '../../../sandbox/jira/server.ts'
import { withJira, withListener } from './asking.ts'
import type { Heard } from './asking.ts'

async function listening(
  options: JiraOptions = {},
  hook: { readonly jql?: string; readonly secret?: string; readonly events?: readonly string[] } = {},
) {
  const { jira, ask } = await withJira({ version: '9', ...options })
  const { url, heard } = await withListener()
  jira.acts.addHook({ url: `${url}/hook`, ...hook })
  const after = async (act: (acts: typeof jira.acts) => unknown): Promise<Heard[]> => {
    heard.length = 0
    await act(jira.acts)
    await jira.deliveries.settle()
    return [...heard]
  }
  return { jira, ask, url, heard, after }
}

const told = (heard: readonly Heard[]) =>
  heard.map(({ body }) => `${body.webhookEvent} ${body.issue_event_type_name ?? ''}`.trim())

describe('a webhook', () => {
  it('tells of each act as Server does', async () => {
    const { after } = await listening()
    const events: Record<string, string[]> = {}
    const note = async (name: string, act: Parameters<typeof after>[0]) => (events[name] = told(await after(act)))
    await note('create', (acts) => acts.createIssue({ project: 'PLAT', summary: 'New' }))
    await note('edit', (acts) => acts.edit({ issue: 'PLAT-1', fields: { summary: 'Other' } }))
    await note('assign', (acts) => acts.assign({ issue: 'PLAT-1', to: 'ben' }))
    await note('unassign', (acts) => acts.unassign({ issue: 'PLAT-1' }))
    await note('resolve', (acts) => acts.transition({ issue: 'OPS-1', transition: 'Resolve Issue' }))
    await note('reopen', (acts) => acts.transition({ issue: 'OPS-1', transition: 'Reopen Issue' }))
    await note('set status', (acts) => acts.setStatus({ issue: 'PLAT-2', status: 'Done' }))
    await note('label', (acts) => acts.addLabel({ issue: 'PLAT-1', label: 'x' }))
    await note('move', (acts) => acts.moveIssue({ issue: 'PLAT-2', project: 'OPS' }))
    await note('link', (acts) => acts.linkIssues({ type: 'Blocks', from: 'PLAT-1', to: 'PLAT-3' }))
    await note('delete', (acts) => acts.deleteIssue({ issue: 'PLAT-3' }))
    expect(events).toEqual({
      create: ['jira:issue_created issue_created'],
      edit: ['jira:issue_updated issue_updated'],
      assign: ['jira:issue_updated issue_assigned'],
      unassign: ['jira:issue_updated issue_assigned'],
      resolve: ['jira:issue_updated issue_resolved'],
      reopen: ['jira:issue_updated issue_reopened'],
      'set status': ['jira:issue_updated issue_generic'],
      label: ['jira:issue_updated issue_updated'],
      move: ['jira:issue_updated issue_moved'],
      link: ['issuelink_created'],
      delete: ['jira:issue_deleted'],
    })
  })

  it('tells of comments twice, once without the issue', async () => {
    const { jira, after } = await listening()
    const said = await after((acts) => acts.comment({ issue: 'PLAT-1', body: 'Hello', as: 'ben' }))
    expect(told(said)).toEqual(['comment_created', 'jira:issue_updated issue_commented'])
    const [thin, thick] = said.map(({ body }) => body)
    expect(Object.keys(thin).toSorted()).toEqual(['comment', 'timestamp', 'webhookEvent'])
    expect(thin.comment.self).toBe(`${jira.baseUrl}/rest/api/2/issue/${thick.issue.id}/comment/${thin.comment.id}`)
    expect([thick.comment.body, thick.user.name, thick.changelog]).toEqual(['Hello', 'ben', undefined])
    const on = { issue: 'PLAT-1', comment: thin.comment.id }
    expect(told(await after((acts) => acts.editComment({ ...on, body: 'Hi' })))).toEqual([
      'comment_updated',
      'jira:issue_updated issue_comment_edited',
    ])
    expect(told(await after((acts) => acts.deleteComment(on)))).toEqual([
      'comment_deleted',
      'jira:issue_updated issue_comment_deleted',
    ])
  })

  it('carries the changes, ids beside texts', async () => {
    const { after } = await listening()
    const changesOf = async (act: Parameters<typeof after>[0]) => (await after(act))[0]!.body.changelog.items
    expect(await changesOf((acts) => acts.assign({ issue: 'PLAT-1', to: 'fay.new' }))).toEqual([
      {
        field: 'assignee',
        fieldtype: 'jira',
        from: 'ada',
        fromString: 'Ada Park',
        to: 'fay.old',
        toString: 'Fay Renamed',
      },
    ])
    expect(await changesOf((acts) => acts.addLabel({ issue: 'PLAT-2', label: 'zoo' }))).toEqual([
      { field: 'labels', fieldtype: 'jira', from: null, fromString: 'theme ui', to: null, toString: 'theme ui zoo' },
    ])
    const moved = await changesOf((acts) => acts.moveIssue({ issue: 'PLAT-1', project: 'LONG' }))
    expect(
      moved.map(({ field, fromString, toString }: Record<string, string>) => [field, fromString, toString]),
    ).toEqual([
      ['project', 'Platform', 'Long Way'],
      ['Key', 'PLAT-1', 'LONG-2'],
      ['status', 'To Do', 'Backlog'],
    ])
  })

  it('is fired by the API as by people, but not by properties and remote links', async () => {
    const { ask, after } = await listening()
    expect(told(await after(() => ask('PUT issue/PLAT-1/assignee', { body: { name: 'ben' } })))).toEqual([
      'jira:issue_updated issue_assigned',
    ])
    expect(told(await after(() => ask('PUT issue/PLAT-1/properties/a', { body: { a: 1 } })))).toEqual([])
    expect(
      told(
        await after(() =>
          ask('POST issue/PLAT-1/remotelink', { body: { object: { url: 'https://example.com', title: 't' } } }),
        ),
      ),
    ).toEqual([])
  })

  it.each(['issue_updated', 'issue_assigned'] as const)(
    'calls an edit of the assignee alone %s, as switched',
    async (assigneeEditEvent) => {
      const { ask, after } = await listening({ switches: { assigneeEditEvent } })
      const edit = () => ask('PUT issue/PLAT-1', { body: { fields: { assignee: { name: 'ben' } } } })
      expect(told(await after(edit))).toEqual([`jira:issue_updated ${assigneeEditEvent}`])
    },
  )

  it.each([true, false])('hears of an edit that changes nothing only where switched (%s)', async (emptyEditEvent) => {
    const { ask, after } = await listening({ switches: { emptyEditEvent } })
    const edit = () => ask('PUT issue/PLAT-1', { body: { fields: { summary: 'Login page does not load' } } })
    const heard = await after(edit)
    expect(heard.map(({ body }) => body.changelog)).toEqual(emptyEditEvent ? [undefined] : [])
  })

  it('hears only what meets its filter and its events', async () => {
    const { after } = await listening({}, { jql: 'project = OPS', events: ['jira:issue_updated'] })
    expect(await after((acts) => acts.addLabel({ issue: 'PLAT-1', label: 'x' }))).toEqual([])
    expect(told(await after((acts) => acts.comment({ issue: 'OPS-1', body: 'x' })))).toEqual([
      'jira:issue_updated issue_commented',
    ])
  })

  it('is lost, doubled and delayed by faults', async () => {
    const { jira, after } = await listening()
    jira.faults.add({ on: 'webhook', webhook: 'lose', path: 'issue_updated', times: 1 })
    expect(await after((acts) => acts.addLabel({ issue: 'PLAT-1', label: 'x' }))).toEqual([])
    jira.faults.add({ on: 'webhook', webhook: 'double' })
    jira.faults.clear()
    jira.faults.add({ on: 'webhook', webhook: 'double' })
    expect(await after((acts) => acts.addLabel({ issue: 'PLAT-1', label: 'y' }))).toHaveLength(2)
  })
})

describe('the webhooks of versions 8 and 9', () => {
  it('are managed under their own path, with dollar variables and without signatures', async () => {
    const { jira, ask } = await withJira({ version: '9' })
    const { url, heard } = await withListener()
    const made = await ask('POST /rest/webhooks/1.0/webhook', {
      body: {
        name: 'sync',
        url: `${url}/\${issue.id}/{issue.key}`,
        events: ['jira:issue_updated'],
        filters: { 'issue-related-events-section': 'project = PLAT' },
        secret: 'no',
      },
    })
    expect([made.status, made.body.self]).toEqual([
      201,
      `${jira.baseUrl}/rest/webhooks/1.0/webhook/${made.body.self.split('/').at(-1)}`,
    ])
    const path = new URL(made.body.self).pathname
    const { id } = jira.acts.addLabel({ issue: 'PLAT-1', label: 'x' })
    await jira.deliveries.settle()
    expect([heard[0]!.url, heard[0]!.headers['x-hub-signature']]).toEqual([`/${id}/%7Bissue.key%7D`, undefined])
    await ask(`PUT ${path}`, { body: { enabled: false } })
    jira.acts.addLabel({ issue: 'PLAT-1', label: 'y' })
    await jira.deliveries.settle()
    expect(heard).toHaveLength(1)
    expect((await ask(`DELETE ${path}`)).status).toBe(204)
    expect((await ask(path)).status).toBe(404)
    expect((await ask('/rest/jira-webhook/1.0/webhooks')).status).toBe(404)
  })

  it('need an administrator', async () => {
    const { ask } = await withJira({ version: '8' })
    expect((await ask('/rest/webhooks/1.0/webhook', { as: 'ada:ada' })).status).toBe(403)
    expect((await ask('/rest/webhooks/1.0/webhook', { as: null })).status).toBe(401)
  })
})

describe('the webhooks of version 10', () => {
  const base = '/rest/jira-webhook/1.0/webhooks'

  it('are signed with the secret of their configuration alone', async () => {
    const { jira, ask } = await withJira()
    const { url, heard } = await withListener()
    const events = ['jira:issue_updated']
    await ask(`POST ${base}`, {
      body: { name: 'unsigned', url: `${url}/unsigned`, events, active: true, secret: 'ignored', configuration: {} },
    })
    const made = await ask(`POST ${base}`, {
      body: {
        name: 'signed',
        url: `${url}/signed/{issue.id}`,
        events,
        active: true,
        configuration: { SECRET: 'x', EXCLUDE_BODY: 'false', FILTERS: 'project = PLAT' },
      },
    })
    expect([made.status, made.body.configuration]).toEqual([201, { EXCLUDE_BODY: 'false', FILTERS: 'project = PLAT' }])
    const { id } = jira.acts.addLabel({ issue: 'PLAT-1', label: 'x' })
    await jira.deliveries.settle()
    const unsigned = heard.find((one) => one.url === '/unsigned')!
    const signed = heard.find((one) => one.url === `/signed/${id}`)!
    expect(unsigned.headers['x-hub-signature']).toBeUndefined()
    expect(signed.headers['x-hub-signature']).toBe(
      `sha256=${createHmac('sha256', 'x').update(signed.text).digest('hex')}`,
    )
    expect((await ask('/rest/webhooks/1.0/webhook')).status).toBe(404)
    await ask(`PUT ${base}/${made.body.id}`, { body: { active: false } })
    heard.length = 0
    jira.acts.addLabel({ issue: 'PLAT-1', label: 'y' })
    await jira.deliveries.settle()
    expect(heard.map((one) => one.url)).toEqual(['/unsigned'])
  })

  it('may come in any order', async () => {
    const { after } = await listening({ version: '10', switches: { shuffleHooks: true } })
    const orders = new Set<string>()
    for (let attempt = 0; attempt < 12; attempt++) {
      const heard = await after((acts) => acts.comment({ issue: 'PLAT-1', body: 'x' }))
      expect(heard).toHaveLength(2)
      orders.add(told(heard)[0]!)
    }
    expect(orders.size).toBe(2)
  })

  it('without a body say only what is in the address', async () => {
    const { jira, ask } = await withJira()
    const { url, heard } = await withListener()
    await ask(`POST ${base}`, {
      body: {
        name: 'bare',
        url: `${url}/{issue.key}`,
        events: ['jira:issue_updated'],
        configuration: { EXCLUDE_BODY: 'true' },
      },
    })
    jira.acts.addLabel({ issue: 'PLAT-1', label: 'x' })
    await jira.deliveries.settle()
    expect(heard).toMatchObject([{ url: '/PLAT-1', text: '' }])
  })
})
