import { afterEach, describe, expect, it } from 'vitest'
import type { AzureServer } from '../../sandbox/azure/server.ts'
import type { Mapper, Option } from '../../src/core/options.ts'
import { barred, oneRoute, openOptionsStage, twoRoutes, welcome } from './stage.ts'
import type { OptionsStage } from './stage.ts'

let stage: OptionsStage
afterEach(() => stage.close())

const azure = (): AzureServer => stage.tracker as AzureServer
const named = (options: readonly Option[], name: string): Option => options.find((option) => option.name === name)!
const mapperOf = (options: readonly Option[]) => named(options, 'status_to_tracker') as Option & Mapper
const projectIdOf = (name: string): string =>
  [...azure().world.projects.values()].find((project) => project.name === name)!.id

describe('the options of a connection', () => {
  it('begin with the five of the reference, in its order', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    const { options } = await stage.describe()
    expect(options.slice(0, 5).map(({ name }) => name)).toEqual([
      'status_to_tracker',
      'assignee_to_tracker',
      'comments',
      'status_to_github',
      'assignee_to_github',
    ])
    expect(options.slice(0, 5).map(({ type }) => type)).toEqual(['mapper', 'boolean', 'choice', 'boolean', 'boolean'])
    expect(new Set(options.map(({ name }) => name)).size).toBe(options.length)
  })

  it('have a label and a help each', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    for (const { label, help } of (await stage.describe()).options) {
      expect(label).toMatch(/^[A-Z]/)
      expect(help).toMatch(/^[A-Z].*\.$/)
    }
  })

  it('offer a state for closed and one for reopened per project, with the texts of a form', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    const mapper = mapperOf((await stage.describe()).options)
    expect(mapper.columns.map(({ name }) => name)).toEqual(['closed', 'open'])
    for (const { label, placeholder } of mapper.columns) expect(label + placeholder).toMatch(/\w+/)
    expect([mapper.rowLabel, mapper.addText, mapper.emptyText, mapper.noResultsText]).not.toContain('')
  })

  it('list the states of every type in use, sorted, each once', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    const { rows, columns } = mapperOf((await stage.describe()).options)
    const statesOf = (label: string) => rows.find((row) => row.label === label)?.choices.map(({ value }) => value)
    expect(statesOf('Fabrikam')).toEqual(['Doing', 'Done', 'To Do'])
    // Open and Closed are of the Impediment, which no guess at three usual types would ever ask about.
    expect(statesOf('FabrikamScrum')).toEqual(
      'Approved,Closed,Committed,Done,In Progress,New,Open,Removed,To Do'.split(','),
    )
    expect(columns[0]?.choices).toEqual(columns[1]?.choices)
    expect(columns[0]?.choices.map(({ value }) => value)).toEqual(
      '*,Active,Approved,Closed,Committed,Doing,Done,In Progress,New,Open,Proposed,Removed,Resolved,To Do'.split(','),
    )
  })

  it('know a state that somebody added to a process', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    azure().acts.addState({ project: 'Fabrikam', type: 'Task', name: 'Waiting', category: 'InProgress' })
    const [fabrikam] = mapperOf((await stage.describe()).options).rows
    expect(fabrikam?.choices.map(({ value }) => value)).toContain('Waiting')
  })

  it('read every project, over all pages', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    for (let n = 1; n <= 120; n++) azure().acts.addProject({ name: `Team ${n}`, process: 'Basic' })
    const { rows } = mapperOf((await stage.describe()).options)
    expect(rows).toHaveLength(124)
    expect(rows.every(({ choices }) => choices.length > 0)).toBe(true)
  })

  it('read projects side by side, and never more at once than the connection allows', async () => {
    stage = await openOptionsStage({ yaml: oneRoute.replace('token:', 'concurrency: 2, token:') })
    azure().latencyMs = 80
    await stage.describe()
    const spans = azure().journal.entries.map(({ at, ms }) => ({ from: Date.parse(at) - ms, to: Date.parse(at) }))
    // A millisecond is what the times of the journal are rounded by.
    const under = ({ from }: { from: number }) => spans.filter((one) => one.from <= from && one.to > from + 2).length
    expect(Math.max(...spans.map(under))).toBe(2)
  })

  it('say of a project without a route which line is missing', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    const agile = mapperOf((await stage.describe()).options).rows.find(({ label }) => label === 'FabrikamAgile')
    expect(agile).toMatchObject({ disabled: true, disabledReason: expect.stringContaining('project: FabrikamAgile') })
  })
})

describe('when something cannot be read', () => {
  it('one project loses its states, with the reason and the remedy, and nothing else is disabled', async () => {
    stage = await openOptionsStage({ yaml: twoRoutes })
    azure().faults.add({
      path: '/FabrikamAgile/_apis/wit/workitemtypes',
      status: 403,
      body: { message: 'Not for you.' },
    })
    const { options } = await stage.describe()
    const { rows, disabled } = mapperOf(options)
    expect(disabled).toBe(false)
    const agile = rows.find(({ label }) => label === 'FabrikamAgile')
    expect(agile).toMatchObject({
      disabled: true,
      choices: [],
      disabledReason: expect.stringMatching(/Not for you\. .*permission/),
    })
    expect(rows.find(({ label }) => label === 'Fabrikam')).toMatchObject({ disabled: false, disabledReason: null })
    expect(options.slice(1, 5).every((option) => !option.disabled)).toBe(true)
  })

  it('the whole list, the mapping is disabled with the reason, and the other options stay', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    azure().faults.add({ path: '/_apis/projects', status: 403, body: { message: 'Closed today.' } })
    const { options } = await stage.describe()
    expect(mapperOf(options)).toMatchObject({
      disabled: true,
      disabledReason: expect.stringContaining('Closed today.'),
    })
    expect(options.slice(1, 5).map(({ disabled }) => disabled)).toEqual([false, false, false, false])
  })

  it('a project without the usual types is none the worse for it', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    for (const { types } of azure().world.projects.values()) for (const name of ['bug', 'task']) types.delete(name)
    const { rows, disabled } = mapperOf((await stage.describe()).options)
    expect(disabled).toBe(false)
    expect(rows.map(({ choices }) => choices.length > 0)).toEqual([true, true, true, true])
  })

  it('a wrong token is told, and what needs no tracker stays', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    azure().world.tokens.clear()
    const { options } = await stage.describe()
    expect(mapperOf(options).disabledReason).toMatch(/did not accept the sign-in.*token or password/)
    expect(named(options, 'assignee_to_tracker').disabled).toBe(false)
  })
})

describe('an organization without the feature', () => {
  it('gets every option disabled with the reason, and no request is sent', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    const { options, ageMs } = await stage.describe(barred)
    expect(options.map(({ disabled }) => disabled)).toEqual(options.map(() => true))
    expect(new Set(options.map(({ disabledReason }) => disabledReason))).toEqual(new Set([barred.barred]))
    expect(ageMs).toBeNull()
    expect(stage.tracker.journal.entries).toEqual([])
  })
})

describe('what was read is kept', () => {
  it('for ten minutes, with its age', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    expect((await stage.describe()).ageMs).toBeLessThan(60_000)
    const asked = stage.tracker.journal.entries.length
    stage.passTime(9 * 60_000)
    expect((await stage.describe()).ageMs).toBeGreaterThanOrEqual(9 * 60_000)
    expect(stage.tracker.journal.entries).toHaveLength(asked)
    stage.passTime(2 * 60_000)
    azure().acts.addState({ project: 'Fabrikam', type: 'Task', name: 'Waiting', category: 'InProgress' })
    const again = await stage.describe()
    expect(again.ageMs).toBeLessThan(60_000)
    expect(mapperOf(again.options).rows[0]?.choices.map(({ value }) => value)).toContain('Waiting')
  })

  it('unless somebody wants it anew', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    await stage.describe()
    azure().acts.addState({ project: 'Fabrikam', type: 'Task', name: 'Waiting', category: 'InProgress' })
    const { options } = await stage.describe(welcome, true)
    expect(mapperOf(options).rows[0]?.choices.map(({ value }) => value)).toContain('Waiting')
  })

  it('but not when it failed', async () => {
    stage = await openOptionsStage({ yaml: oneRoute })
    azure().faults.add({ path: '/_apis/projects', status: 403, times: 1 })
    expect(mapperOf((await stage.describe()).options).disabled).toBe(true)
    expect(mapperOf((await stage.describe()).options).disabled).toBe(false)
  })
})

describe('the values', () => {
  it('show the mapping by the id of the project, and each direction as two options', async () => {
    stage = await openOptionsStage({ yaml: twoRoutes })
    const { values } = await stage.describe()
    expect(values).toMatchObject({
      status_to_tracker: {
        [projectIdOf('Fabrikam')]: { closed: 'Done', open: 'To Do' },
        [projectIdOf('FabrikamAgile')]: { closed: 'Closed', open: 'New' },
      },
      assignee_to_tracker: true,
      comments: 'both',
      status_to_github: true,
      assignee_to_github: true,
      labels: 'both',
      labels_exclude: '',
      conflict: 'newest',
    })
  })

  it('are null where the routes differ', async () => {
    stage = await openOptionsStage({ yaml: twoRoutes })
    expect((await stage.describe()).values['title']).toBeNull()
  })

  it('show a route that follows the categories as such, and one that does not go out not at all', async () => {
    const yaml = twoRoutes
      .replace(/ {4}status:\n.*\n.*\n/, '')
      .replace('status: { open: New', 'sync: { status: to-github }\n    status: { open: New')
    stage = await openOptionsStage({ yaml })
    expect((await stage.describe()).values['status_to_tracker']).toEqual({
      [projectIdOf('Fabrikam')]: { closed: '*', open: '*' },
    })
  })

  it('list the labels that stay, joined by commas', async () => {
    stage = await openOptionsStage({
      yaml: oneRoute.replace('    sync:', '    labels: { exclude: [wontfix, "help wanted"] }\n    sync:'),
    })
    expect((await stage.describe()).values['labels_exclude']).toBe('wontfix, help wanted')
  })
})

describe('on Jira', () => {
  const yaml = `version: 1
trackers:
  tracker: { kind: jira, url: "URL", project: PLAT, token: $TOKEN }
routes:
  - to: tracker
    when: { without: [ops] }
    status: { open: To Do, closed: Done }
  - to: tracker
    project: OPS
    when: { labels: [ops] }
    status: { open: Open, closed: Closed }
    components: { backend: hosts }
`
  it('the states are those of each project’s own workflow', async () => {
    stage = await openOptionsStage({ yaml, kind: 'jira' })
    const { rows } = mapperOf((await stage.describe()).options)
    expect(Object.fromEntries(rows.map(({ label, choices }) => [label, choices.map(({ value }) => value)]))).toEqual({
      Platform: ['Done', 'In Progress', 'To Do'],
      Operations: ['Closed', 'In Progress', 'Open', 'Reopened', 'Resolved'],
      'Long Way': ['Backlog', 'In Development', 'In Test', 'Released', 'Selected'],
    })
  })

  it('the mapping is known by the ids of the projects, and components can be set where there is a map', async () => {
    stage = await openOptionsStage({ yaml, kind: 'jira' })
    const { values, options } = await stage.describe()
    expect(Object.keys(values['status_to_tracker'] as object)).toEqual(['10000', '10001'])
    expect(named(options, 'components').disabled).toBe(false)
    expect(named(options, 'estimate')).toMatchObject({
      disabled: true,
      disabledReason: expect.stringContaining('estimate:'),
    })
  })

  it('a server that is not reached disables the mapping, with what to do', async () => {
    stage = await openOptionsStage({ yaml, kind: 'jira' })
    await stage.tracker.close()
    expect(mapperOf((await stage.describe()).options).disabledReason).toMatch(
      /could not be reached.*whether the server is up/,
    )
  })
})
