import { afterEach, describe, expect, it } from 'vitest'
import { createAzureHooks } from '../../src/trackers/azure/hooks.ts'
import { createJiraHooks } from '../../src/trackers/jira/hooks.ts'
import { AzureConnection, JiraConnection } from '../../src/config/schema.ts'
import type { HookRegistrar } from '../../src/core/hooks.ts'
import { installHooks, removeHooks, verifyHooks } from '../../src/web/hook-setup.ts'
import { startAzure } from '../../sandbox/azure/server.ts'
import { startJira } from '../../sandbox/jira/server.ts'
import { depsOf as azureDeps } from '../trackers/azure/stage.ts'
import { depsOf as jiraDeps } from '../trackers/jira/stage.ts'
import { MASTER, openWeb } from './stage.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function openAzure() {
  const web = await openWeb()
  const azure = await startAzure({ switches: { loopbackHooks: true } })
  closing.push(
    () => web.close(),
    () => azure.close(),
  )
  const config = { kind: 'azure', url: azure.collectionUrl, project: 'Fabrikam', token: '$ADO_PAT' }
  const registrar = createAzureHooks('boards', AzureConnection.parse(config), azureDeps(azure))
  return { web, azure, setup: setupOf(web, 'boards', { registrar, projects: ['Fabrikam'], kind: 'azure' }) }
}

async function openJira(version: '8' | '9' | '10') {
  const web = await openWeb()
  const jira = await startJira({ version })
  closing.push(
    () => web.close(),
    () => jira.close(),
  )
  const config = { kind: 'jira', url: jira.baseUrl, project: 'PLAT', token: '$JIRA_PAT' }
  const registrar = createJiraHooks('jira', JiraConnection.parse(config), jiraDeps(jira))
  return { web, jira, setup: setupOf(web, 'jira', { registrar, projects: ['PLAT'], kind: 'jira' }) }
}

function setupOf(
  web: Awaited<ReturnType<typeof openWeb>>,
  connection: string,
  { registrar, projects, kind }: { registrar: HookRegistrar; projects: readonly string[]; kind: string },
) {
  const { registrations } = web
  const url = `${web.web.url}/hooks/${kind}/${connection}`
  return { connection, projects, url, registrar, registrations, master: MASTER, clock: web.github.clock }
}

describe('the hooks of Azure DevOps', () => {
  it('are registered once, and then deliver', async () => {
    const { web, azure, setup } = await openAzure()
    expect((await installHooks(setup)).map(({ event, done }) => `${event} ${done}`)).toEqual([
      'workitem.created created',
      'workitem.updated created',
      'workitem.commented created',
      'workitem.deleted created',
      'workitem.restored created',
    ])
    expect(new Set((await installHooks(setup)).map(({ done }) => done))).toEqual(new Set(['kept']))
    expect(azure.world.subscriptions.size).toBe(5)
    const { id } = azure.acts.createWorkItem({ project: 'Fabrikam', type: 'Task', title: 'Hello' })
    await azure.deliveries.settle()
    expect((await web.takeQueued()).map(({ what }) => what)).toContain(`boards:${id}`)
    azure.acts.setState({ id, state: 'Done' })
    await azure.deliveries.settle()
    expect(await web.takeQueued()).toMatchObject([{ what: `boards:${id}` }])
  })

  it('are switched on again after the system switched them off, and made anew when somebody deleted them', async () => {
    const { web, azure, setup } = await openAzure()
    await installHooks(setup)
    const [first, second] = [...azure.world.subscriptions.values()]
    first!.status = 'disabledBySystem'
    azure.world.subscriptions.delete(second!.id)
    expect((await verifyHooks(setup)).map(({ state }) => state)).toEqual([
      'disabled-by-system',
      'missing',
      'ok',
      'ok',
      'ok',
    ])
    expect((await installHooks(setup)).map(({ done }) => done)).toEqual([
      'repaired',
      'repaired',
      'kept',
      'kept',
      'kept',
    ])
    expect(new Set((await verifyHooks(setup)).map(({ state }) => state))).toEqual(new Set(['ok']))
    expect(await web.registrations.list('boards')).toHaveLength(5)
  })

  it('get a new secret, and the old one opens nothing any more', async () => {
    const { web, azure, setup } = await openAzure()
    await installHooks(setup)
    const secrets = () =>
      [...azure.world.subscriptions.values()].map(({ consumerInputs }) => consumerInputs['basicAuthPassword'])
    const [old = ''] = secrets()
    expect((await installHooks(setup, { rotate: true })).every(({ done }) => done === 'rotated')).toBe(true)
    const [fresh = ''] = secrets()
    expect(fresh).not.toBe(old)
    const send = (password: string) =>
      web.post(
        '/hooks/azure/boards',
        { eventType: 'workitem.updated', resource: { workItemId: 1 } },
        { authorization: `Basic ${Buffer.from(`:${password}`).toString('base64')}` },
      )
    expect([(await send(old)).status, (await send(fresh)).status]).toEqual([401, 200])
  })

  it('follow the projects, and go when they are removed', async () => {
    const { azure, setup, web } = await openAzure()
    await installHooks(setup)
    expect((await installHooks({ ...setup, projects: [] })).every(({ done }) => done === 'removed')).toBe(true)
    await installHooks(setup)
    await removeHooks(setup)
    expect([azure.world.subscriptions.size, (await web.registrations.list('boards')).length]).toEqual([0, 0])
  })
})

describe.each(['8', '9', '10'] as const)('the hooks of Jira %s', (version) => {
  it('are registered once, and then deliver', async () => {
    const { web, jira, setup } = await openJira(version)
    const before = jira.world.hooks.size
    expect(await installHooks(setup)).toEqual([{ project: 'PLAT', event: 'issues', done: 'created' }])
    expect(await installHooks(setup)).toEqual([{ project: 'PLAT', event: 'issues', done: 'kept' }])
    expect(jira.world.hooks.size).toBe(before + 1)
    jira.acts.edit({ issue: 'PLAT-1', fields: { summary: 'Other' } })
    await jira.deliveries.settle()
    expect(await web.takeQueued()).toMatchObject([{ what: 'jira:PLAT-1' }])
    expect(web.lines.join('')).not.toContain('hook refused')
  })

  it('are repaired, get a new secret, and go', async () => {
    const { web, jira, setup } = await openJira(version)
    await installHooks(setup)
    const hook = [...jira.world.hooks.values()].at(-1)!
    Object.assign(hook, { enabled: false })
    expect(await verifyHooks(setup)).toMatchObject([{ state: 'disabled' }])
    expect(await installHooks(setup)).toMatchObject([{ done: 'repaired' }])
    expect(await installHooks(setup, { rotate: true })).toMatchObject([{ done: 'rotated' }])
    jira.acts.comment({ issue: 'PLAT-1', body: 'Hello' })
    await jira.deliveries.settle()
    expect((await web.takeQueued()).map(({ what, comments }) => [what, comments])).toContainEqual(['jira:PLAT-1', true])
    expect(web.lines.join('')).not.toContain('hook refused')
    await removeHooks(setup)
    expect([...jira.world.hooks.values()]).not.toContain(hook)
  })
})
