import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Loose } from './client.ts'
import { useAzure } from './stage.ts'

const start = useAzure()
const SUBSCRIPTIONS = '/_apis/hooks/subscriptions?api-version=7.1'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, Loose>
}

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function listen(status = 200) {
  const received: Received[] = []
  const server = createServer((incoming, outgoing) => {
    let text = ''
    incoming.on('data', (chunk: Buffer) => (text += chunk.toString()))
    incoming.on('end', () => {
      received.push({ headers: incoming.headers, body: JSON.parse(text) as Received['body'] })
      outgoing.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks` }
}

const subscription = (
  event: string,
  consumerInputs: Record<string, string>,
  publisherInputs: Record<string, string> = {},
  resourceVersion = '1.0',
) => ({
  publisherId: 'tfs',
  eventType: `workitem.${event}`,
  resourceVersion,
  consumerId: 'webHooks',
  consumerActionId: 'httpRequest',
  publisherInputs,
  consumerInputs,
})

describe('a service hook', () => {
  it('tells of an update with the number of the update, the item beside it, and both values of each field', async () => {
    const { server, call } = await start()
    const { received, url } = await listen()
    const made = await call('POST', SUBSCRIPTIONS, {
      body: subscription('updated', {
        url,
        basicAuthUsername: 'hook',
        basicAuthPassword: 'pass',
        httpHeaders: 'X-Secret: s3cret\nX-Other:b',
      }),
    })
    expect(made.body).toMatchObject({ status: 'enabled', consumerInputs: { basicAuthPassword: '********' } })
    server.acts.assign({ id: 1, to: 'ada.byron@example.com', as: 'grace.murray@example.com' })
    await server.deliveries.settle()
    expect(received).toHaveLength(1)
    const [{ headers, body }] = received as [Received]
    expect(headers).toMatchObject({
      'x-secret': 's3cret',
      'x-other': 'b',
      authorization: `Basic ${Buffer.from('hook:pass').toString('base64')}`,
    })
    expect(body).toMatchObject({
      subscriptionId: made.body['id'],
      eventType: 'workitem.updated',
      publisherId: 'tfs',
      resourceVersion: '1.0',
      resource: {
        id: 2,
        workItemId: 1,
        rev: 2,
        revisedBy: { name: 'Grace Murray <grace.murray@example.com>' },
        fields: {
          'System.AssignedTo': {
            oldValue: 'Grace Murray <grace.murray@example.com>',
            newValue: 'Ada Byron <ada.byron@example.com>',
          },
          'System.Rev': { oldValue: 1, newValue: 2 },
        },
        revision: { id: 1, rev: 2, fields: { 'System.AssignedTo': 'Ada Byron <ada.byron@example.com>' } },
      },
    })
    expect(Object.keys(body['resourceContainers'])).toEqual(['collection', 'account', 'project'])
  })

  it('leaves the new value out when somebody is unassigned', async () => {
    const { server, call } = await start()
    const { received, url } = await listen()
    await call('POST', SUBSCRIPTIONS, { body: subscription('updated', { url }) })
    server.acts.unassign({ id: 1 })
    await server.deliveries.settle()
    expect(received[0]!.body['resource'].fields['System.AssignedTo']).toEqual({
      oldValue: 'Grace Murray <grace.murray@example.com>',
    })
  })

  it('tells of a new item and of a comment with the number of the item, and of the comment twice', async () => {
    const { server, call } = await start()
    const { received, url } = await listen()
    for (const event of ['created', 'commented', 'updated', 'deleted', 'restored'])
      await call('POST', SUBSCRIPTIONS, { body: subscription(event, { url }) })
    const item = server.acts.createWorkItem({ project: 'Fabrikam', type: 'Task', title: 'Fresh' })
    server.acts.comment({ id: item.id, text: 'Looks good', as: 'ada.byron@example.com' })
    server.acts.deleteWorkItem({ id: item.id })
    server.acts.restore({ id: item.id })
    await server.deliveries.settle()
    expect(received.map(({ body }) => body['eventType'])).toEqual([
      'workitem.created',
      'workitem.commented',
      'workitem.updated',
      'workitem.deleted',
      'workitem.restored',
    ])
    expect(received[0]!.body['resource']).toMatchObject({
      id: item.id,
      rev: 1,
      fields: { 'System.Title': 'Fresh', 'System.CreatedBy': 'Lockstep Sync <lockstep@example.com>' },
    })
    expect(received[1]!.body['resource']).toMatchObject({
      id: item.id,
      rev: 2,
      fields: { 'System.History': 'Looks good' },
    })
    expect(received[3]!.body['resource'].url).toMatch(/recyclebin/)
  })

  it('tells less when asked to, and people as objects in newer versions', async () => {
    const { server, call } = await start()
    const { received, url } = await listen()
    await call('POST', SUBSCRIPTIONS, {
      body: subscription('updated', { url, resourceDetailsToSend: 'minimal', messagesToSend: 'none' }),
    })
    await call('POST', SUBSCRIPTIONS, {
      body: subscription('updated', { url, resourceDetailsToSend: 'none', messagesToSend: 'text' }),
    })
    await call('POST', SUBSCRIPTIONS, { body: subscription('updated', { url }, {}, '5.1-preview.3') })
    server.acts.setState({ id: 1, state: 'Done' })
    await server.deliveries.settle()
    expect(Object.keys(received[0]!.body['resource'])).toEqual(['id', 'url'])
    expect(received[0]!.body['message']).toBeNull()
    expect(received[1]!.body['resource']).toBeNull()
    expect(Object.keys(received[1]!.body['message'])).toEqual(['text'])
    expect(received[2]!.body['resource'].revision.fields['System.AssignedTo'].displayName).toBe('Grace Murray')
  })

  it('keeps to its project, area, type, field and pattern', async () => {
    const { server, call } = await start()
    const { received, url } = await listen()
    const project = [...server.world.projects.values()][1]!
    const inputs = [
      { projectId: project.id },
      { areaPath: 'Fabrikam\\Service' },
      { workItemType: 'Epic' },
      { changedFields: 'System.Title' },
    ]
    for (const each of inputs) await call('POST', SUBSCRIPTIONS, { body: subscription('updated', { url }, each) })
    await call('POST', SUBSCRIPTIONS, { body: subscription('commented', { url }, { commentPattern: 'please' }) })
    server.acts.setState({ id: 1, state: 'Done' })
    server.acts.comment({ id: 1, text: 'No need' })
    await server.deliveries.settle()
    expect(received).toEqual([])
    server.acts.edit({ id: 1, fields: { 'System.Title': 'Other' } })
    server.acts.comment({ id: 1, text: 'Look, PLEASE' })
    await server.deliveries.settle()
    expect(received.map(({ body }) => body['eventType'])).toEqual(['workitem.updated', 'workitem.commented'])
  })

  it('is disabled by the system after it failed too often, and keeps a history', async () => {
    const { server, call } = await start({ switches: { hookFailuresAllowed: 3 } })
    const { url } = await listen(500)
    const { body } = await call('POST', SUBSCRIPTIONS, { body: subscription('updated', { url }) })
    for (const state of ['Doing', 'Done', 'To Do']) {
      server.acts.setState({ id: 1, state })
      await server.deliveries.settle()
    }
    const path = `/_apis/hooks/subscriptions/${body['id']}`
    expect((await call('GET', `${path}?api-version=7.1`)).body['status']).toBe('disabledBySystem')
    const history = await call('GET', `${path}/notifications?api-version=7.1`)
    expect(history.body['value']).toMatchObject([{ result: 'failed', status: 'completed' }, {}, {}])
    await call('PUT', `${path}?api-version=7.1`, { body: { ...subscription('updated', { url }), status: 'enabled' } })
    expect((await call('GET', `${path}?api-version=7.1`)).body['status']).toBe('enabled')
    expect((await call('DELETE', `${path}?api-version=7.1`)).status).toBe(204)
    expect((await call('GET', `${path}?api-version=7.1`)).status).toBe(404)
  })

  it('is tried out with a made-up item of number 0', async () => {
    const { server, call } = await start()
    const { received, url } = await listen()
    await call('POST', '/_apis/hooks/testnotifications?api-version=7.1', {
      body: { details: subscription('updated', { url }) },
    })
    await server.deliveries.settle()
    expect(received[0]!.body['resource']).toMatchObject({ workItemId: 0, rev: 2, revisedDate: '0001-01-01T00:00:00' })
  })

  it('is found again by what it was made with', async () => {
    const { call } = await start()
    const { url } = await listen()
    await call('POST', SUBSCRIPTIONS, { body: subscription('updated', { url }) })
    const found = await call('POST', '/_apis/hooks/subscriptionsquery?api-version=7.1', {
      body: {
        publisherId: 'tfs',
        consumerInputFilters: [{ conditions: [{ inputId: 'url', operator: 'equals', inputValue: url }] }],
      },
    })
    expect(found.body['results']).toHaveLength(1)
  })

  it.each([
    [true, 200],
    [false, 400],
  ])('may lead to this machine or not (%s)', async (loopbackHooks, status) => {
    const { call } = await start({ switches: { loopbackHooks } })
    expect(
      (await call('POST', SUBSCRIPTIONS, { body: subscription('updated', { url: 'http://127.0.0.1:9/hooks' }) }))
        .status,
    ).toBe(status)
  })

  it.each([
    [true, 0],
    [false, 1],
  ])('hears of a change that suppresses notifications or not (%s)', async (suppressStopsHooks, count) => {
    const { server, call } = await start({ switches: { suppressStopsHooks } })
    const { received, url } = await listen()
    await call('POST', SUBSCRIPTIONS, { body: subscription('updated', { url }) })
    await call('PATCH', '/_apis/wit/workitems/1?suppressNotifications=true&api-version=7.1', {
      body: [{ op: 'add', path: '/fields/System.Title', value: 'Quiet' }],
    })
    await server.deliveries.settle()
    expect(received).toHaveLength(count)
  })

  it('can be lost, doubled and reordered by a fault', async () => {
    const { server, call } = await start()
    const { received, url } = await listen()
    await call('POST', SUBSCRIPTIONS, { body: subscription('updated', { url }) })
    server.faults.add(
      { on: 'webhook', path: 'workitem.updated', nth: 1, webhook: 'lose' },
      { on: 'webhook', path: 'workitem.updated', nth: 1, webhook: 'double' },
    )
    server.acts.setState({ id: 1, state: 'Doing' })
    server.acts.setState({ id: 1, state: 'Done' })
    await server.deliveries.settle()
    expect(received.map(({ body }) => body['resource'].rev)).toEqual([3, 3])
  })
})
