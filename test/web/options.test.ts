import { afterEach, describe, expect, it } from 'vitest'
import { createOptionsApi } from '../../src/web/options.ts'
import { barred, CONFIG_FILE, oneRoute, openOptionsStage, twoRoutes, welcome } from '../options/stage.ts'
import type { OptionsStage, OptionsStageOptions } from '../options/stage.ts'

type Json = Record<string, unknown>

let stage: OptionsStage
afterEach(() => stage.close())

async function open(options: OptionsStageOptions, organization = welcome) {
  stage = await openOptionsStage(options)
  const app = createOptionsApi({
    findScope: async (slug) =>
      slug === organization.slug
        ? { organization, routes: stage.config.routes, describe: stage.reader, file: stage.file }
        : undefined,
    readActor: () => 'ada',
  })
  const url = (organizationSlug = 'acme', connection = 'tracker') =>
    `/api/organizations/${organizationSlug}/connections/${connection}/options`
  return {
    url,
    get: async (path = url()) => await app.request(path),
    put: async (values: unknown, path = url()) =>
      await app.request(path, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: typeof values === 'string' ? values : JSON.stringify(values),
      }),
  }
}

async function projectId(get: () => Promise<Response>, label: string): Promise<string> {
  const { options } = (await (await get()).json()) as { options: { rows?: { value: string; label: string }[] }[] }
  return options.flatMap(({ rows = [] }) => rows).find((row) => row.label === label)!.value
}

/** The configuration as the newest pull request has it. */
const proposed = (): string => stage.fileOn(stage.pulls().at(-1)!.headRef)
const main = (): string => stage.fileOn('main')

/** No request came that writes. */
const wroteNothing = (): void => {
  expect(stage.github.journal.entries.filter(({ method }) => method !== 'GET')).toEqual([])
  expect(main()).toBe(stage.text)
}

describe('GET options', () => {
  it('answers the description, the values and their age', async () => {
    const { get } = await open({ yaml: oneRoute })
    const response = await get()
    expect(response.status).toBe(200)
    const body = (await response.json()) as Json
    expect(Object.keys(body)).toEqual(['connection', 'options', 'values', 'ageMs'])
    expect(body).toMatchObject({ connection: 'tracker', values: { title: 'to-tracker' } })
  })

  it('knows no foreign organization and no other connection', async () => {
    const { get, url } = await open({ yaml: oneRoute })
    expect((await get(url('others'))).status).toBe(404)
    const response = await get(url('acme', 'nothing'))
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('"nothing"') })
  })

  it('reads anew when it is asked to', async () => {
    const { get, url } = await open({ yaml: oneRoute })
    await get()
    const before = stage.tracker.journal.entries.length
    await get()
    expect(stage.tracker.journal.entries).toHaveLength(before)
    await get(`${url()}?fresh=true`)
    expect(stage.tracker.journal.entries.length).toBeGreaterThan(before)
  })
})

describe('PUT options', () => {
  it('turns a mapping into a pull request, and leaves the file on the main branch alone', async () => {
    const { get, put } = await open({ yaml: oneRoute })
    const id = await projectId(get, 'Fabrikam')
    const response = await put({ status_to_tracker: { [id]: { closed: 'Doing', open: 'To Do' } } })
    expect(response.status).toBe(202)
    const [pull] = stage.pulls()
    expect(await response.json()).toMatchObject({ changed: true, pullRequest: { number: pull?.number } })
    expect(pull).toMatchObject({ title: 'Lockstep: change the options of tracker', baseRef: 'main' })
    expect(pull?.body).toMatch(/^ada changed `status_to_tracker`/)
    expect(main()).toBe(stage.text)
    expect(proposed()).toBe(stage.text.replace('closed: Done', 'closed: Doing'))
  })

  it('refuses a mapping without both states, and changes nothing', async () => {
    const { get, put } = await open({ yaml: oneRoute })
    const id = await projectId(get, 'Fabrikam')
    for (const entry of [{ closed: '', open: 'To Do' }, { open: 'To Do' }, { closed: 'Done', open: null }, {}, null]) {
      const response = await put({ status_to_tracker: { [id]: entry }, comments: 'off' })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        detail: 'Both states of Fabrikam are required: for a closed issue and for a reopened one.',
      })
    }
    wroteNothing()
  })

  it('replaces the whole mapping: a project that is not named any more goes out no longer', async () => {
    const { get, put } = await open({ yaml: twoRoutes })
    const id = await projectId(get, 'FabrikamAgile')
    await put({ status_to_tracker: { [id]: { closed: 'Removed', open: 'Active' } } })
    expect(proposed()).toContain('status: { open: Active, closed: Removed, from: { Resolved: open } }')
    expect(proposed()).toContain('    sync: { title: to-tracker, status: to-github }\n')
    expect(proposed()).not.toMatch(/open: To Do|closed: Done/)
  })

  it('an empty mapping takes every entry away and switches the direction off, and other keys stay', async () => {
    const { put } = await open({ yaml: twoRoutes })
    expect((await put({ status_to_tracker: {} })).status).toBe(202)
    const file = proposed()
    expect(file).not.toMatch(/open: (?:To Do|New)|closed:/)
    expect(file.match(/status: to-github/g)).toHaveLength(2)
    expect(file).toContain('status: { from: { Resolved: open } }')
    expect(file).toContain('title: to-tracker')
    expect(file).toContain('# the shop')
  })

  it('merges every other option: what is not named stays', async () => {
    const { put } = await open({ yaml: oneRoute })
    await put({ comments: 'to-github', assignee_to_tracker: false })
    expect(proposed()).toBe(
      stage.text.replace('{ title: to-tracker }', '{ title: to-tracker, assignee: to-github, comments: to-github }'),
    )
  })

  it.each([
    [{ assignee_to_tracker: false, assignee_to_github: false }, 'assignee: off'],
    [{ assignee_to_tracker: false }, 'assignee: to-github'],
    [{ assignee_to_github: false }, 'assignee: to-tracker'],
    [{ status_to_github: false }, 'status: to-tracker'],
    [{ conflict: 'ask' }, 'conflict: ask'],
    [{ labels: 'off' }, 'labels: off'],
  ])('%j becomes %s', async (values, line) => {
    const { put } = await open({ yaml: oneRoute })
    await put(values)
    expect(proposed()).toContain(line)
  })

  it('takes a list as text: on commas and line ends, trimmed, without blanks', async () => {
    const { put } = await open({ yaml: oneRoute })
    await put({ labels_exclude: '\nhello world ,,\ngoodnight\rmoon , ,,' })
    expect(proposed()).toMatch(/exclude: \[ ?hello world, goodnight, moon ?\]/)
    await put({ comments: 'off' })
    expect(proposed()).not.toContain('exclude')
  })

  it('gives back what it was given: GET and PUT of all values change nothing', async () => {
    const { get, put } = await open({ yaml: twoRoutes.replace('{ title: to-tracker }', '{ title: both }') })
    const { values, options } = (await (await get()).json()) as { values: Json; options: Json[] }
    const usable = options.filter(({ disabled }) => disabled === false).map(({ name }) => String(name))
    const response = await put(Object.fromEntries(usable.map((name) => [name, values[name]])))
    expect(await response.json()).toEqual({ changed: false, pullRequest: null })
    wroteNothing()
  })

  it('keeps a state per type, and can let the categories decide', async () => {
    const { get, put } = await open({ yaml: oneRoute })
    const id = await projectId(get, 'Fabrikam')
    await put({ status_to_tracker: { [id]: { closed: { Task: 'Doing', default: 'Done' }, open: '*' } } })
    expect(proposed()).toMatch(/ {4}status:\n {6}closed: \{ Task: Doing, default: Done \}\n/)
  })

  it.each([
    [
      { status_to_tracker: { Fabrikam: { closed: 'Finished', open: 'To Do' } } },
      /no state "Finished"; it has Doing, Done, To Do/,
    ],
    [{ status_to_tracker: { Fabrikam: { closed: 'Done', open: 'Done' } } }, /cannot be open and closed/],
    [{ status_to_tracker: { Nowhere: { closed: 'Done', open: 'To Do' } } }, /no project "Nowhere"/],
    [{ status_to_tracker: { FabrikamAgile: { closed: 'Closed', open: 'New' } } }, /No route leads to FabrikamAgile/],
    [{ status_to_tracker: { Fabrikam: { closed: { Task: '*', default: 'Done' }, open: 'To Do' } } }, /no state "\*"/],
    [{ status_to_tracker: [] }, /Expected a mapping/],
    [{ status_to_github: 'yes' }, /Expected true or false/],
    [{ comments: 'sometimes' }, /Expected one of both, to-tracker, to-github, off/],
    [{ labels_exclude: [1] }, /Expected text/],
    [{ sync_status_forward: {} }, /There is no option "sync_status_forward"/],
    [{ priority: 'both' }, /cannot be set now: No route has a map for it/],
  ])('refuses %j', async (values, message) => {
    const { put } = await open({ yaml: oneRoute })
    const response = await put(values)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ detail: expect.stringMatching(message) })
    wroteNothing()
  })

  it.each(['[]', '"x"', 'null', 'not json', '{'])('refuses the body %s', async (body) => {
    const { put } = await open({ yaml: oneRoute })
    expect((await put(body)).status).toBe(400)
    wroteNothing()
  })

  it('is not for an organization without the feature, which sends no request', async () => {
    const { put } = await open({ yaml: oneRoute }, barred)
    const response = await put({ comments: 'off' })
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({ detail: barred.barred })
    expect(stage.tracker.journal.entries).toEqual([])
    wroteNothing()
  })

  it('asked twice makes one pull request', async () => {
    const { put } = await open({ yaml: oneRoute })
    const first = await (await put({ comments: 'off' })).json()
    expect(await (await put({ comments: 'off' })).json()).toEqual(first)
    expect(stage.pulls()).toHaveLength(1)
  })

  it('takes up a branch that an earlier try left behind', async () => {
    const { put } = await open({ yaml: oneRoute })
    stage.github.faults.add({ method: 'POST', path: '/pulls', status: 500, times: 1 })
    expect((await put({ comments: 'off' })).status).toBe(502)
    expect(stage.pulls()).toHaveLength(0)
    expect((await put({ comments: 'off' })).status).toBe(202)
    expect(stage.pulls()).toHaveLength(1)
    expect(proposed()).toContain('comments: off')
  })

  it('edits the file as it is now, not as it was when the process began', async () => {
    const { put } = await open({ yaml: oneRoute })
    const newer = stage.text.replace('# what we sync', '# what we sync since yesterday')
    stage.github.act.pushFile({ as: 'ada', path: CONFIG_FILE, content: newer })
    await put({ comments: 'off' })
    expect(proposed()).toBe(newer.replace('{ title: to-tracker }', '{ title: to-tracker, comments: off }'))
  })

  it('says which permission is missing when the token may not write the file', async () => {
    const { put } = await open({ yaml: oneRoute, gitHubToken: 'ghp_reader' })
    const known = stage.github.world.tokens.get('ghs_sandbox_actions')!
    const permissions = { contents: 'read', metadata: 'read', pull_requests: 'read' }
    stage.github.world.tokens.set('ghp_reader', { ...known, value: 'ghp_reader', permissions })
    const response = await put({ comments: 'off' })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'not-permitted' })
    expect(main()).toBe(stage.text)
  })

  it('is a conflict when the file in the repository has mistakes', async () => {
    const { put } = await open({ yaml: oneRoute })
    stage.github.act.pushFile({ as: 'ada', path: CONFIG_FILE, content: 'version: 2\n' })
    const response = await put({ comments: 'off' })
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('has mistakes') })
  })

  it('refuses what the rest of the file contradicts', async () => {
    const { put } = await open({ yaml: twoRoutes })
    const response = await put({ status_to_tracker: { FabrikamAgile: { closed: 'Resolved', open: 'New' } } })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      detail: expect.stringMatching(/"Resolved" means open here, and closed in the other direction/),
    })
    wroteNothing()
  })
})
