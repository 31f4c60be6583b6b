import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { probotOptions } from '../../src/app.ts'
import { until } from '../contract/queue.ts'
import { freshPostgres } from '../postgres.ts'
import { openAppStage, type AppStage } from './stage.ts'

let stage: AppStage
afterEach(async () => await stage.close())

const asked = ({ journal }: AppStage['github'] | AppStage['azure']) =>
  journal.entries.map(({ method, path }) => `${method} ${path}`)

const creates = () => asked(stage.azure).filter((line) => /^POST .*\/workitems\/\$/i.test(line))

const eventsOf = async (number: number) =>
  await stage.kept.store.events.list({ issue: `acme/rocket#${number}`, kind: 'reconcile' })

const post = async (event: string, body: string, headers: Record<string, string> = {}) =>
  await fetch(stage.hookUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': 'a-guid',
      'x-hub-signature-256': `sha256=${createHmac('sha256', 'sandbox-secret').update(body).digest('hex')}`,
      ...headers,
    },
    body,
  })

/** As GitHub would send it. */
const delivery = (number: number, sender = 'ada') => ({
  action: 'edited',
  issue: { number },
  repository: { name: 'rocket', owner: { login: 'acme' } },
  sender: { login: sender },
  installation: { id: 7 },
})

describe('an issue assigned on GitHub', () => {
  it.each([
    { name: 'SQLite', state: async () => ({ kind: 'memory' }) as const },
    { name: 'PostgreSQL', state: async () => ({ kind: 'postgres', url: await freshPostgres() }) as const },
  ])('moves the assignee of its work item at once, with the queue on $name', async ({ state }) => {
    stage = await openAppStage({ state: await state() })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'The engine does not start', assignees: ['ada'] })
    await stage.settle()
    const [link] = await stage.kept.store.links.ofIssue({ owner: 'acme', repo: 'rocket', number })
    expect(link).toMatchObject({ ticket: { connection: 'boards' }, state: 'active' })

    stage.github.act.unassign({ as: 'ada', number, assignees: ['ada'] })
    stage.github.act.assign({ as: 'ada', number, assignees: ['grace'] })
    await stage.settle()
    expect((await eventsOf(number))[0]).toMatchObject({
      outcome: 'updated',
      actor: 'ada',
      changes: [{ side: 'tracker', field: 'assignee', after: 'Grace Murray' }],
    })
    expect(await stage.kept.queue.failed()).toEqual([])
    const slowest = Math.max(...stage.worked.map(({ latencyMs }) => latencyMs))
    // What no event had told would wait for the nightly scan.
    expect(slowest).toBeLessThan(60_000)
  })

  it('opened with labels and people in one go makes one work item', async () => {
    stage = await openAppStage()
    stage.github.act.openIssue({
      as: 'ada',
      title: 'One',
      labels: ['bug', 'documentation'],
      assignees: ['ada', 'grace'],
    })
    await stage.settle()
    expect(creates()).toHaveLength(1)
    expect(stage.azure.world.items.size).toBe(1)
  })
})

describe('a delivery', () => {
  it('is answered when its issue is on disk, and nothing else has happened then', async () => {
    stage = await openAppStage({ start: false })
    stage.github.journal.clear()
    const reply = await post('issues', JSON.stringify(delivery(12)))
    expect(reply.status).toBe(200)
    expect(await stage.kept.queue.depth()).toMatchObject({ waiting: 1 })
    expect(asked(stage.github)).toEqual([])
    expect(asked(stage.azure)).toEqual([])
  })

  it('that comes twice, or that we ourselves caused, adds nothing', async () => {
    stage = await openAppStage({ start: false })
    await post('issues', JSON.stringify(delivery(12)))
    await post('issues', JSON.stringify(delivery(13)))
    await post('issues', JSON.stringify(delivery(14, 'lockstep-sandbox[bot]')), { 'x-github-delivery': 'another' })
    expect(await stage.kept.queue.depth()).toMatchObject({ waiting: 1 })
  })

  it('with a wrong signature, or signed with the word that Probot takes for an empty secret, is refused', async () => {
    stage = await openAppStage({ start: false })
    const body = JSON.stringify(delivery(12))
    for (const secret of ['wrong', 'development', '']) {
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
      expect((await post('issues', body, { 'x-hub-signature-256': signature })).status).toBe(400)
    }
    expect(await stage.kept.queue.depth()).toMatchObject({ waiting: 0 })
  })

  it('reaches the queue through Probot itself as well', async () => {
    stage = await openAppStage({ start: false })
    await stage.probot.receive({ id: 'direct', name: 'issues', payload: delivery(12) as never })
    expect(await stage.kept.queue.depth()).toMatchObject({ waiting: 1 })
  })

  it('of a repository without a configuration costs one look at it, and a burst of them no more', async () => {
    stage = await openAppStage({ config: null })
    stage.github.journal.clear()
    for (const title of ['One', 'Two', 'Three']) stage.github.act.openIssue({ as: 'ada', title })
    await stage.settle()
    const about = asked(stage.github).filter((line) => line.includes('/repos/acme/'))
    expect(about.length).toBeLessThanOrEqual(1)
    expect(about.every((line) => line.includes('/contents/'))).toBe(true)
    expect(stage.worked.filter(({ kind, verdict }) => kind === 'issue' && verdict === 'done')).toHaveLength(3)
  })
})

describe('without a webhook secret', () => {
  it('the app does not start', async () => {
    stage = await openAppStage({ start: false })
    const github = {
      apiUrl: '',
      serverUrl: '',
      token: null,
      app: { id: '1', privateKey: { pem: '' }, webhookSecret: '' },
    }
    expect(() => probotOptions({ github } as never, 'pem')).toThrow('no webhook secret')
  })
})

describe('what goes wrong', () => {
  it('in the configuration is told with the line, and taken up again when the file is right', async () => {
    stage = await openAppStage({ config: 'version: 1\nroutes:\n  - to: nowhere\n' })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'Too early' })
    await stage.settle()
    const [dead] = await stage.kept.queue.failed()
    expect(dead).toMatchObject({ key: `issue:acme/rocket#${number}`, code: 'config-invalid' })
    expect(dead?.message).toContain('.github/lockstep.yml:3:')

    const right = 'version: 1\nroutes:\n  - to: boards\n    type: { default: Task }\n'
    stage.github.act.pushFile({ as: 'ada', path: '.github/lockstep.yml', content: right })
    await stage.settle()
    await stage.settle()
    expect(await stage.kept.queue.failed()).toEqual([])
    expect(stage.azure.world.items.size).toBe(1)
  })
})

describe('a label that gets another name', () => {
  it('reaches the work items of the issues that carry it', async () => {
    stage = await openAppStage()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['bug'] })
    stage.github.act.openIssue({ as: 'ada', title: 'Two' })
    await stage.settle()
    stage.github.act.editLabel({ as: 'ada', name: 'bug', newName: 'defect' })
    await stage.settle()
    expect((await eventsOf(number))[0]).toMatchObject({
      outcome: 'updated',
      changes: [{ side: 'tracker', field: 'labels' }],
    })
  })
})

describe('an app that is new to a repository', () => {
  it('leaves older issues alone until somebody asks for them', async () => {
    // The issues are three days old when the app comes.
    const later = 3 * 24 * 3_600_000
    stage = await openAppStage({ start: false, clock: { now: () => new Date(Date.now() + later) } })
    stage.github.act.setWebhook({ url: '' })
    for (const title of ['One', 'Two', 'Three']) stage.github.act.openIssue({ as: 'ada', title })
    stage.app.start()
    await until(async () => (await stage.kept.store.cursors.find('schedule:scan')) !== undefined)
    await stage.settle()
    expect(stage.worked).toMatchObject([{ kind: 'scan', verdict: 'done', outcomes: [] }])
    expect(stage.azure.world.items.size).toBe(0)

    await stage.app.backfill({ owner: 'acme', repo: 'rocket' })
    await stage.settle()
    expect(stage.azure.world.items.size).toBe(3)
  })
})
