import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { currentRevision } from '../../sandbox/azure/world.ts'
import { statusById } from '../../sandbox/jira/catalog.ts'
import { startAzure } from '../../sandbox/azure/server.ts'
import { startJira } from '../../sandbox/jira/server.ts'
import type { JiraOptions } from '../../sandbox/jira/server.ts'
import { jiraSeed } from '../doctor/stage.ts'
import { openDesk } from './stage.ts'
import type { Desk } from './stage.ts'

/** What people do in the tracker, and how it looks there. */
interface TrackerSide {
  readonly url: string
  readonly kind: string
  /** Keys of the tickets that Lockstep made, in the order of their issues. */
  keys(): readonly string[]
  state(key: string): string
  move(key: string, state: string): void
  /** Writes since the start. */
  writes(): number
  close(): Promise<void>
}

async function openAzure(project: string): Promise<TrackerSide> {
  const server = await startAzure({ seed: 'empty' })
  const items = () => [...server.world.items.values()].filter((item) => item.project.name === project)
  return {
    url: server.collectionUrl,
    kind: 'azure',
    keys: () => items().map(({ id }) => String(id)),
    state: (key) => String(currentRevision(server.world.items.get(Number(key))!).fields['System.State']),
    move: (key, state) => void server.acts.setState({ id: Number(key), state }),
    writes: () => server.journal.count().writes,
    close: () => server.close(),
  }
}

async function openJira(project: string): Promise<TrackerSide> {
  const server = await startJira({ seed: jiraSeed as NonNullable<JiraOptions['seed']> })
  const before = new Set([...server.world.issues.values()].map(({ key }) => key))
  const issues = () => [...server.world.issues.values()].filter(({ key }) => key.startsWith(`${project}-`))
  return {
    url: server.baseUrl,
    kind: 'jira',
    keys: () => issues().flatMap(({ key }) => (before.has(key) ? [] : key)),
    state: (key) => statusById.get(issues().find((issue) => issue.key === key)!.statusId)!.name,
    move: (key, status) => void server.acts.setStatus({ issue: key, status }),
    writes: () => server.journal.count().writes,
    close: () => server.close(),
  }
}

interface Synced {
  readonly tally: Readonly<Record<string, number>>
  readonly outcomes: readonly { readonly outcome: string; readonly message: string }[]
}

async function sync(desk: Desk, ends = 0): Promise<Synced> {
  const { code, stdout, stderr } = await desk.run('sync', '--json')
  expect({ code, stderr }).toEqual({ code: ends, stderr: '' })
  return JSON.parse(stdout) as Synced
}

const gitHubWrites = ({ github }: Desk) => github.journal.count().writes

/** One more sync finds nothing to write, on either side. */
async function expectRest(desk: Desk, side: TrackerSide, ends = 0): Promise<void> {
  const before = [gitHubWrites(desk), side.writes()]
  await sync(desk, ends)
  expect([gitHubWrites(desk), side.writes()]).toEqual(before)
}

const stateOf = ({ github }: Desk, number: number) => github.act.findIssue({ number })?.state

interface Workflow {
  readonly project: string
  readonly open: (project: string) => Promise<TrackerSide>
  readonly states: readonly [open: string, closed: string]
  /** No way leads back from the closed state. */
  readonly oneWay?: boolean
}

const workflows: Readonly<Record<string, Workflow>> = {
  'Basic of Azure DevOps': { project: 'Fabrikam', open: openAzure, states: ['To Do', 'Done'] },
  'Agile of Azure DevOps': { project: 'FabrikamAgile', open: openAzure, states: ['New', 'Closed'] },
  'Scrum of Azure DevOps': { project: 'FabrikamScrum', open: openAzure, states: ['New', 'Done'] },
  'CMMI of Azure DevOps': { project: 'FabrikamCMMI', open: openAzure, states: ['Proposed', 'Closed'] },
  'the simple workflow of Jira': { project: 'PLAT', open: openJira, states: ['To Do', 'Done'] },
  'the classic workflow of Jira': { project: 'OPS', open: openJira, states: ['Open', 'Closed'] },
  'the long workflow of Jira': { project: 'LONG', open: openJira, states: ['Backlog', 'Released'], oneWay: true },
}

describe('what init writes is taken by check, doctor and sync as it is', () => {
  it.each(Object.entries(workflows))('for %s', async (_, { project, open, states, oneWay = false }) => {
    const side = await open(project)
    const desk = await openDesk()
    const { act } = desk.github
    act.openIssue({ title: 'Crashes on start', labels: ['bug'] })
    act.openIssue({ title: 'A dark theme', labels: ['enhancement'], assignees: ['ada'] })

    const written = await desk.run('init', '--kind', side.kind, '--url', side.url, '--project', project)
    expect(written).toMatchObject({ code: 0, stderr: '' })
    expect(await desk.run('check')).toMatchObject({ code: 0, stderr: '' })
    const checked = await desk.run('doctor', '--json')
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true })
    expect(checked.code).toBe(0)

    expect((await sync(desk)).tally).toMatchObject({ created: 2 })
    const [first = '', second = ''] = side.keys()
    const [openState, closedState] = project === 'FabrikamScrum' ? [side.state(second), 'Done'] : [states[0], states[1]]
    expect([first, second].map(side.state)).toEqual([states[0], openState])
    await expectRest(desk, side)

    act.closeIssue({ number: 1, reason: 'completed' })
    side.move(second, closedState)
    await sync(desk)
    expect(side.state(first)).toBe(closedState)
    expect(stateOf(desk, 2)).toBe('closed')
    await expectRest(desk, side)

    act.reopenIssue({ number: 1 })
    side.move(second, openState)
    const { outcomes } = await sync(desk, oneWay ? 1 : 0)
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed').map(({ message }) => message)
    expect(failed).toEqual(oneWay ? [expect.stringMatching(/no transition open from there/)] : [])
    expect(side.state(first)).toBe(oneWay ? closedState : openState)
    expect(stateOf(desk, 2)).toBe('open')
    await expectRest(desk, side, oneWay ? 1 : 0)
    await Promise.all([desk.close(), side.close()])
  })
})

describe('lockstep init', () => {
  it('names the people, types and states that are there', async () => {
    const side = await openAzure('FabrikamAgile')
    const desk = await openDesk()
    await desk.run('init', '--kind', 'azure', '--url', side.url, '--project', 'FabrikamAgile')
    const config = desk.read('.github/lockstep.yml')
    expect(config).toContain('# The types of FabrikamAgile: Epic, Feature, User Story, Bug, Task, Issue.')
    expect(config).toContain('type: { default: Task, bug: Bug, enhancement: User Story, feature: User Story }')
    expect(config).toContain('#   Task: New, Active, Closed, Removed')
    expect(config).toContain('ada: ada.byron@example.com  # Ada Byron')
    expect(config).toContain('token: $ADO_TOKEN')
    await Promise.all([desk.close(), side.close()])
  })

  it('gives what the workflow and the create screen ask for a value that they take', async () => {
    const server = await startJira({ seed: jiraSeed as NonNullable<JiraOptions['seed']> })
    server.acts.changeProject({ project: 'OPS', requiredFields: ['customfield_10201'] })
    const desk = await openDesk()
    await desk.run('init', '--kind', 'jira', '--url', server.baseUrl, '--project', 'OPS')
    const config = desk.read('.github/lockstep.yml')
    expect(config).toMatch(/transition:\n +# One of Done, .*Fixed\.\n +Resolution: Done\n/)
    expect(config).toMatch(/fields:\n +# One of Platform, Tools\.\n +\S+.*: Platform\n/)
    expect((await desk.run('doctor')).stdout).toContain('0 errors')
    await Promise.all([desk.close(), server.close()])
  })

  it('publishes no address that people keep to themselves', async () => {
    const side = await openAzure('Fabrikam')
    const desk = await openDesk()
    // Grace is known to the organization by a verified address, Ada only by her name.
    Object.assign(desk.github.world.people.get('grace')!, { publicEmail: null })
    Object.assign(desk.github.world.people.get('ada')!, { publicEmail: null, verifiedEmails: [], samlNameId: null })
    await desk.run('init', '--kind', 'azure', '--url', side.url, '--project', 'Fabrikam')
    const config = desk.read('.github/lockstep.yml')
    expect(config).not.toMatch(/grace\.murray|ada\.byron/)
    expect(config).toMatch(/Found by addresses that are not public, and so not here: grace\n/)
    expect(config).toMatch(/ada: ADDRESS {2}# the same name: Ada Byron\n/)
    await Promise.all([desk.close(), side.close()])
  })

  it('switches the assignee off where nobody is found', async () => {
    const server = await startJira({ seed: { projects: [{ key: 'PLAT' }] } })
    const desk = await openDesk()
    await desk.run('init', '--kind', 'jira', '--url', server.baseUrl, '--project', 'PLAT')
    expect(desk.read('.github/lockstep.yml')).toContain('sync: { assignee: off }')
    expect(await desk.run('doctor')).toMatchObject({ code: 0 })
    await Promise.all([desk.close(), server.close()])
  })

  it('prints both files with --dry-run and writes nothing', async () => {
    const side = await openAzure('Fabrikam')
    const desk = await openDesk()
    const { code, stdout } = await desk.run(
      'init',
      '--dry-run',
      '--kind',
      'azure',
      '--url',
      side.url,
      '--project',
      'Fabrikam',
    )
    expect(code).toBe(0)
    expect(stdout).toContain('type: { default: Issue }')
    expect(stdout).toContain('ADO_TOKEN: ${{ secrets.ADO_TOKEN }}')
    expect(existsSync(join(desk.folder, '.github'))).toBe(false)
    await Promise.all([desk.close(), side.close()])
  })

  it('writes over nothing unless it is forced to', async () => {
    const side = await openAzure('Fabrikam')
    const desk = await openDesk()
    const args = ['init', '--kind', 'azure', '--url', side.url, '--project'] as const
    await desk.run(...args, 'Fabrikam')
    expect(await desk.run(...args, 'FabrikamScrum')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('.github/lockstep.yml is there already.'),
    })
    expect(desk.read('.github/lockstep.yml')).toContain('project: Fabrikam\n')
    expect(await desk.run(...args, 'FabrikamScrum', '--force')).toMatchObject({ code: 0 })
    expect(desk.read('.github/lockstep.yml')).toContain('project: FabrikamScrum\n')
    await Promise.all([desk.close(), side.close()])
  })

  it('asks for what no flag says', async () => {
    const side = await openAzure('Fabrikam')
    const desk = await openDesk({ answers: { address: side.url, 'Which kind': 'azure', project: 'Fabrikam' } })
    expect(await desk.run('init')).toMatchObject({ code: 0 })
    expect(desk.read('.github/lockstep.yml')).toContain(`url: ${side.url}`)
    await Promise.all([desk.close(), side.close()])
  })

  it('names the flag where nobody can be asked', async () => {
    const desk = await openDesk()
    expect(await desk.run('init')).toMatchObject({ code: 2, stderr: expect.stringContaining('--url') })
    await desk.close()
  })

  it('names the projects that there are when the wanted one is not', async () => {
    const side = await openAzure('Fabrikam')
    const desk = await openDesk()
    const { code, stderr } = await desk.run('init', '--kind', 'azure', '--url', side.url, '--project', 'Nowhere')
    expect(code).toBe(1)
    expect(stderr).toMatch(/no project "Nowhere"[\s\S]*"FabrikamAgile"/)
    await Promise.all([desk.close(), side.close()])
  })
})
