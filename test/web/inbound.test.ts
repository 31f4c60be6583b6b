import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AzureConnection } from '../../src/config/schema.ts'
import { createAzureHooks } from '../../src/trackers/azure/hooks.ts'
import { installHooks } from '../../src/web/hook-setup.ts'
import { openStage, type Stage } from '../flows/stage.ts'
import { depsOf } from '../trackers/azure/stage.ts'
import { MASTER, openWeb, type WebStage } from './stage.ts'

const GRACE = 'grace.murray@example.com'

let stage: Stage
let web: WebStage
let number: number
let id: number
beforeAll(async () => {
  stage = await openStage({ routes: [{ to: 'boards' }] })
  web = await openWeb({ server: { store: stage.wired.store } })
  const config = { kind: 'azure', url: stage.azure.collectionUrl, project: 'Fabrikam', token: '$ADO_PAT' }
  const registrar = createAzureHooks('boards', AzureConnection.parse(config), depsOf(stage.azure))
  const { registrations } = web
  const url = `${web.web.url}/hooks/azure/boards`
  const clock = stage.azure.clock
  await installHooks({
    connection: 'boards',
    projects: ['Fabrikam'],
    url,
    registrar,
    registrations,
    master: MASTER,
    clock,
  })
  number = stage.github.act.openIssue({ title: 'Rocket is late', as: 'ada' }).number
  await stage.reconcile(number)
  id = [...stage.azure.world.items.keys()].at(-1) ?? 0
  await settle()
})
afterAll(async () => {
  await web.close()
  await stage.close()
})

/** Lets the deliveries arrive, and does what they ask for; answers which issues that were. */
async function settle(): Promise<readonly string[]> {
  await stage.azure.deliveries.settle()
  const entries = await web.takeQueued()
  for (const { what, comments } of entries) {
    const [, found] = /^acme\/rocket#(\d+)$/.exec(what) ?? []
    if (found !== undefined) await stage.reconcile(Number(found), { comments })
  }
  return entries.map(({ what }) => what)
}

const issue = () => [...stage.github.world.repos.values()].flatMap(({ issues }) => issues.get(number) ?? [])[0]
const assignees = () => issue()?.assignees.map(({ login }) => login)

describe('what people do in Azure DevOps', () => {
  it('closes the issue when the work is done, and reopens it when it is not', async () => {
    stage.azure.acts.setState({ id, state: 'Done' })
    expect(await settle()).toEqual([`acme/rocket#${number}`])
    expect(issue()?.state).toBe('closed')
    stage.azure.acts.setState({ id, state: 'To Do' })
    await settle()
    expect(issue()?.state).toBe('open')
  })

  it('changes nothing on GitHub when the state stays within the same meaning', async () => {
    stage.azure.acts.setState({ id, state: 'Doing' })
    await settle()
    expect(issue()?.state).toBe('open')
  })

  it('assigns, and takes the assignment back', async () => {
    stage.azure.acts.assign({ id, to: GRACE })
    await settle()
    expect(assignees()).toEqual(['grace'])
    stage.azure.acts.unassign({ id })
    await settle()
    expect(assignees()).toEqual([])
  })

  it('comes over with comments', async () => {
    stage.azure.acts.comment({ id, text: '<p>On its way</p>', as: GRACE })
    await settle()
    expect(
      issue()
        ?.comments.map(({ body }) => body)
        .join(),
    ).toContain('On its way')
  })

  it('is not undone by a delivery that was held up: what counts is how the work item stands now', async () => {
    const late = {
      eventType: 'workitem.updated',
      resource: {
        workItemId: id,
        fields: {
          'System.State': { oldValue: 'To Do', newValue: 'Done' },
          'System.AssignedTo': { newValue: `Grace <${GRACE}>` },
        },
      },
    }
    const authorization = `Basic ${Buffer.from(`:${web.secretOf('boards')}`).toString('base64')}`
    expect((await web.post('/hooks/azure/boards', late, { authorization })).status).toBe(200)
    expect(await settle()).toEqual([`acme/rocket#${number}`])
    expect([issue()?.state, assignees()]).toEqual(['open', []])
  })

  it('comes to rest: our own writes are told to us, and lead to nothing', async () => {
    stage.azure.acts.edit({ id, fields: { 'System.Title': 'Rocket is on time' } })
    await settle()
    expect(issue()?.title).toBe('Rocket is on time')
    expect(await settle()).toEqual([])
  })
})
