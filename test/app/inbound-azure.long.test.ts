import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AzureServer } from '../../sandbox/azure/server.ts'
import { until } from '../contract/queue.ts'
import { describeWithData, readSharedText } from '../shared-data.ts'
import { azureTracker, mails, openInbound, type Inbound } from './inbound-stage.ts'

let azure: AzureServer
let stage: Inbound
beforeAll(async () => {
  const tracker = await azureTracker()
  azure = tracker.azure
  azure.acts.addState({ project: 'FabrikamAgile', type: 'Bug', name: 'Removed', category: 'Removed' })
  azure.acts.addPerson({ displayName: 'Pat Passerby', mail: 'pat@example.org' })
  azure.acts.addPerson({ displayName: 'Olga Outsider', mail: 'olga@example.com' })
  stage = await openInbound({
    tracker: tracker.side,
    rules: `routes:
  - { to: boards, when: { labels: [one-way] }, type: { default: Bug }, sync: { status: to-tracker, assignee: to-tracker } }
  - { to: boards, type: { default: Bug } }
people: { map: { passer-by: pat@example.org } }
`,
  })
})
afterAll(() => stage.close())

/** An issue and its work item, in step. */
async function pair(title: string, draft: { assignees?: readonly string[]; labels?: readonly string[] } = {}) {
  const { number } = stage.github.act.openIssue({ as: 'ada', title, ...draft })
  await stage.settle()
  return { number, id: [...azure.world.items.keys()].at(-1) ?? 0 }
}

const basic = (secret = stage.secret) => ({
  authorization: `Basic ${Buffer.from(`lockstep:${secret}`).toString('base64')}`,
})

/** The next delivery gets lost, so that only the one sent by hand tells of what happens now. */
const loseNext = () => azure.faults.add({ on: 'webhook', webhook: 'lose', times: 1 })

/** An update as Azure DevOps tells of it, with what it says for whoever believes it. */
const updated = (resource: object) => ({ eventType: 'workitem.updated', resource: { id: 2, rev: 2, ...resource } })

describe('the state of a work item', () => {
  it('closes the issue when its category is a done one, and reopens it when it is not', async () => {
    const { number, id } = await pair('Done is a category')
    for (const [state, expected] of [
      ['Active', 'open'],
      ['Resolved', 'closed'],
      ['Closed', 'closed'],
      ['Active', 'open'],
    ] as const) {
      azure.acts.setState({ id, state })
      await stage.settle()
      expect(stage.issue(number).state, state).toBe(expected)
    }
  })

  it('says as what the issue is closed', async () => {
    const { number, id } = await pair('Will not be done')
    azure.acts.setState({ id, state: 'Removed' })
    await stage.settle()
    expect(stage.issue(number)).toMatchObject({ state: 'closed', reason: 'not_planned' })
  })

  it('changes nothing while it stays on the same side', async () => {
    const { number, id } = await pair('Resolved, then closed')
    stage.github.act.closeIssue({ as: 'ada', number, reason: 'completed' })
    await stage.settle()
    stage.github.journal.clear()
    azure.acts.setState({ id, state: 'Resolved' })
    await stage.settle()
    expect(stage.issue(number).state).toBe('closed')
    expect(stage.writes()).toEqual([])
  })

  it('stays where it is when the route keeps it from travelling', async () => {
    const { number, id } = await pair('One way only', { labels: ['one-way'], assignees: ['ada'] })
    azure.acts.setState({ id, state: 'Resolved' })
    azure.acts.assign({ id, to: mails.grace })
    await stage.settle()
    expect(stage.issue(number)).toMatchObject({ state: 'open', assignees: ['ada'] })
  })
})

describe('the assignee of a work item', () => {
  it('is assigned, replaced and taken away', async () => {
    const { number, id } = await pair('From hand to hand')
    azure.acts.assign({ id, to: mails.grace })
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual(['grace'])
    azure.acts.assign({ id, to: mails.ada })
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual(['ada'])
    azure.acts.unassign({ id })
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual([])
  })

  it('is found by a verified address in whatever letter case', async () => {
    const { number, id } = await pair('In capitals')
    azure.acts.changePerson({ person: mails.hedy, mail: 'Hedy.KIESLER@Example.com' })
    azure.acts.assign({ id, to: 'hkiesler@corp.example.com' })
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual(['hedy'])
  })

  it('changes nothing when nobody is found, or who is found may not be assigned', async () => {
    const { number, id } = await pair('Nobody we know', { assignees: ['ada'] })
    azure.acts.assign({ id, to: 'olga@example.com' })
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual(['ada'])
    azure.acts.assign({ id, to: 'pat@example.org' })
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual(['ada'])
  })

  it('takes everybody off the issue when it is taken away', async () => {
    const { number, id } = await pair('Together', { assignees: ['grace', 'kcole'] })
    azure.acts.unassign({ id })
    await stage.settle()
    expect(stage.issue(number).assignees).toEqual([])
  })
})

describe('a delivery about a work item', () => {
  it('names the item by workItemId, in its revision or in its address, never by the number of the update', async () => {
    const { id: other } = await pair('The other one')
    for (const naming of [
      (id: number) => ({ workItemId: id }),
      (id: number) => ({ revision: { id } }),
      (id: number) => ({ url: `${azure.collectionUrl}/_apis/wit/workItems/${id}/updates/2` }),
    ]) {
      const { number, id } = await pair('Named in some way')
      loseNext()
      azure.acts.setState({ id, state: 'Resolved' })
      expect(await stage.post(updated({ id: other, ...naming(id) }), basic())).toEqual([200, 'queued'])
      await stage.settle()
      expect(stage.issue(number).state).toBe('closed')
    }
  })

  it('is a hint only: what is said in it about the state and the person is not believed', async () => {
    const { number, id } = await pair('Late news', { assignees: ['ada'] })
    for (const fields of [
      { 'System.State': { oldValue: 'New', newValue: 'Resolved' } },
      { 'System.State': { newValue: 'Resolved' }, 'System.AssignedTo': { newValue: `Grace <${mails.grace}>` } },
      { 'System.AssignedTo': { oldValue: `Ada <${mails.ada}>` } },
      { 'System.AssignedTo': { newValue: 'somebody without an address' } },
      {},
    ]) {
      expect(await stage.post(updated({ workItemId: id, fields }), basic())).toEqual([200, 'queued'])
      await stage.settle()
      expect(stage.issue(number)).toMatchObject({ state: 'open', assignees: ['ada'] })
    }
  })

  it('counts whether or not it says which fields changed', async () => {
    const { number, id } = await pair('Without fields')
    loseNext()
    azure.acts.setState({ id, state: 'Resolved' })
    expect(await stage.post(updated({ workItemId: id, fields: null }), basic())).toEqual([200, 'queued'])
    await stage.settle()
    expect(stage.issue(number).state).toBe('closed')
  })

  it('may come twice, too late and in the wrong order', async () => {
    const { number, id } = await pair('A rough road')
    azure.faults.add(
      { on: 'webhook', webhook: 'reorder', times: 1 },
      { on: 'webhook', webhook: 'double', times: 1 },
      { on: 'webhook', delayMs: 150, times: 1 },
    )
    azure.acts.setState({ id, state: 'Resolved' })
    azure.acts.setState({ id, state: 'Active' })
    azure.acts.assign({ id, to: mails.grace })
    await stage.settle()
    azure.faults.clear()
    expect(stage.issue(number)).toMatchObject({ state: 'open', assignees: ['grace'] })
  })

  it('that our own write caused leads to a look and to no further write', async () => {
    const { number, id } = await pair('An echo')
    stage.github.act.assign({ as: 'ada', number, assignees: ['grace'] })
    await stage.settle()
    azure.acts.setState({ id, state: 'Resolved' })
    await stage.settle()
    stage.github.journal.clear()
    azure.journal.clear()
    expect(await stage.post(updated({ workItemId: id, again: 1 }), basic())).toEqual([200, 'queued'])
    await stage.settle()
    expect(stage.writes()).toEqual([])
    expect(azure.journal.entries.filter(({ method }) => method === 'PATCH')).toEqual([])
  })

  it('does nothing unless it can prove itself and be understood', async () => {
    const { number, id } = await pair('Not from there')
    loseNext()
    azure.acts.setState({ id, state: 'Resolved' })
    const body = updated({ workItemId: id })
    expect(await stage.post(body, {})).toEqual([401, undefined])
    expect(await stage.post(body, basic('guess'))).toEqual([401, undefined])
    expect(await stage.post({ resource: { workItemId: id } }, basic())).toEqual([400, undefined])
    expect(await stage.post({ ...body, eventType: 'workitem.linked' }, basic())).toEqual([200, 'ignored'])
    expect(await stage.post(updated({ id: undefined }), basic())).toEqual([200, 'ignored'])
    await stage.settle()
    expect(stage.issue(number).state).toBe('open')
    expect(await stage.post(body, { 'x-lockstep-secret': stage.secret })).toEqual([200, 'queued'])
    await stage.settle()
    expect(stage.issue(number).state).toBe('closed')
  })

  it('about a comment brings it over', async () => {
    const { number, id } = await pair('Talk')
    azure.acts.comment({ id, text: '<p>On its way</p>', as: mails.grace })
    await stage.settle()
    expect(stage.issue(number).comments.join()).toContain('On its way')
  })
})

describeWithData('recorded deliveries of Azure DevOps', () => {
  /** As it was recorded, about our item. */
  const recorded = (path: string, from: number, to: number) =>
    readSharedText(path).replaceAll(new RegExp(`(workItemId": |workItems/|"id": )${from}\\b`, 'g'), `$1${to}`)

  it.each([
    ['sentry/vsts/work_item_updated_status.json', 33, { state: 'closed', assignees: [] }],
    ['sentry/vsts/work_item_updated.json', 31, { state: 'open', assignees: ['grace'] }],
    ['ado/webhooks/aggregator-cli__ResourceVersion-1.0.json', 30, { state: 'closed', assignees: ['grace'] }],
  ])('(%s) change the issue', async (path, from, expected) => {
    const { number, id } = await pair(`Told by ${path}`)
    azure.faults.add({ on: 'webhook', webhook: 'lose', times: 2 })
    if (expected.state === 'closed') azure.acts.setState({ id, state: 'Resolved' })
    if (expected.assignees.length > 0) azure.acts.assign({ id, to: mails.grace })
    expect(await stage.post(recorded(path, from, id), basic())).toEqual([200, 'queued'])
    await stage.settle()
    azure.faults.clear()
    expect(stage.issue(number)).toMatchObject(expected)
  })
})

describe('a state whose meaning nobody knows', () => {
  it('changes nothing, also while the states cannot be read, and counts as soon as they can', async () => {
    const { number, id } = await pair('A state of their own')
    azure.acts.addState({ project: 'FabrikamAgile', type: 'Bug', name: 'Verified', category: 'Completed' })
    azure.acts.setState({ id, state: 'Verified' })
    await stage.settle()
    expect(stage.issue(number).state).toBe('open')
    try {
      // States are read anew when one is not among them, a minute after the last time.
      vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true, now: Date.now() + 61_000 })
      azure.faults.add({ method: 'GET', path: '/workitemtypes', status: 500 })
      expect(await stage.post(updated({ workItemId: id }), basic())).toEqual([200, 'queued'])
      await until(() => azure.journal.entries.some(({ status }) => status === 500))
      expect(stage.issue(number).state).toBe('open')
      azure.faults.clear()
      await until(() => stage.issue(number).state === 'closed')
    } finally {
      vi.useRealTimers()
    }
  })
})
