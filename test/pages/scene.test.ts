import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Link } from '../../src/core/link.ts'
import { openArchive } from '../../src/people/archive.ts'
import { importPeople } from '../../src/people/import.ts'
import { email, jsonBytes, user, userEmail } from '../people/archives.ts'
import { openScene } from './scene.ts'
import type { Scene } from './scene.ts'
import { CSRF, systemClock, visitor } from './stage.ts'

const REPO = 'repo=acme%2Frocket'

describe('the pages over live servers', () => {
  let scene: Scene
  let pairs: readonly Link[]
  beforeAll(async () => {
    scene = await openScene()
    pairs = await scene.wired.store.links.list({ connection: 'boards' })
  }, 120_000)
  afterAll(async () => await scene.close())

  const pathOf = ({ issue, ticket }: Link) => `/pairs/acme/rocket/${issue.number}/${ticket.connection}`
  const text = async (path: string) => await (await scene.pages.get(path)).text()
  const words = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
  const find = async ({ issue, ticket }: Link) => (await scene.wired.store.links.find(issue, ticket.connection))!

  it('show both sides as they stand now, and what a sync would do, without doing it', async () => {
    const pair = pairs[0]!
    scene.azure.acts.edit({ id: Number(pair.ticket.key), fields: { 'System.Title': 'Fresh from the tracker' } })
    const page = words(await text(pathOf(pair)))
    expect(page).toContain('Would update title of the issue.')
    expect(page).toMatch(/Title of the issue .* became Fresh from the tracker/)
    expect(page).toMatch(/Fresh from the tracker/)
    expect(page).toMatch(/Title [^|]* would change .*Fresh from the tracker/)
    const now = await scene.wired.host.readIssue(pair.issue)
    expect(now).not.toMatchObject({ title: 'Fresh from the tracker' })
    expect(await find(pair)).toEqual(pair)
  })

  it('bring a pair in step on request, and tell it in the history', async () => {
    const pair = pairs[1]!
    scene.azure.acts.edit({ id: Number(pair.ticket.key), fields: { 'System.Title': 'Asked for by a person' } })
    expect((await scene.pages.post(`${pathOf(pair)}/sync`, { _csrf: CSRF })).status).toBe(303)
    const page = words(await text(pathOf(pair)))
    expect(page).toContain('Nothing: both sides are in step.')
    expect(page).toMatch(/Updated title of the issue\. .* became Asked for by a person .*by ada/)
  })

  it('let a person decide a conflict', async () => {
    const pair = pairs[2]!
    scene.github.act.editIssue({ as: 'ada', number: pair.issue.number, title: 'Here' })
    scene.azure.acts.edit({ id: Number(pair.ticket.key), fields: { 'System.Title': 'There' } })
    await scene.sync()
    const page = words(await text('/attention'))
    expect(page).toMatch(/1 conflict .* Title .* On GitHub Here Keep GitHub’s .* In boards There Keep the tracker’s/)
    const wrong = await scene.pages.post(`${pathOf(pair)}/resolve`, { _csrf: CSRF, field: 'title', winner: 'both' })
    expect(wrong.status).toBe(400)
    const decision = { _csrf: CSRF, field: 'title', winner: 'tracker' }
    const reply = await scene.pages.post(`${pathOf(pair)}/resolve`, decision)
    expect(reply.headers.get('location')).toBe(`${pathOf(pair)}?told=decided`)
    expect(await scene.wired.host.readIssue(pair.issue)).toMatchObject({ title: 'There' })
    expect(words(await text('/attention'))).toContain('All is well')
    // Sent twice, as a double click does.
    expect((await scene.pages.post(`${pathOf(pair)}/resolve`, decision)).status).toBe(400)
  })

  it('name the people of a conflict, though only their fingerprints are kept', async () => {
    const pair = pairs[6]!
    scene.github.act.assign({ as: 'ada', number: pair.issue.number, assignees: ['ada'] })
    scene.azure.acts.assign({ id: Number(pair.ticket.key), to: 'grace.murray@example.com' })
    await scene.sync()
    const page = words(await text(pathOf(pair)))
    expect(page).toMatch(/Changed differently on both sides .* On GitHub .*ada .* In boards Grace Murray/)
    const waiting = words(await text('/attention'))
    expect(waiting).toContain('In boards a person of the tracker Keep the tracker’s')
    expect(page + waiting).not.toMatch(/[0-9a-f]{32}/)
    const decision = { _csrf: CSRF, field: 'assignee', winner: 'tracker' }
    await scene.pages.post(`${pathOf(pair)}/resolve`, decision)
  })

  it('part a pair, and both sides stay', async () => {
    const pair = pairs[3]!
    expect((await scene.pages.post(`${pathOf(pair)}/part`, { _csrf: CSRF })).status).toBe(303)
    expect(await find(pair)).toMatchObject({ state: 'ended' })
    expect(await scene.wired.host.readIssue(pair.issue)).toMatchObject({ open: true })
    const page = words(await text(pathOf(pair)))
    expect(page).toContain('Ended')
    expect(page).not.toContain('Sync now')
  })

  it('say why a pair cannot be read, and show the rest', async () => {
    const pair = pairs[4]!
    scene.azure.faults.add({ path: 'workitems', status: 401, body: {} })
    const page = words(await text(pathOf(pair)))
    scene.azure.faults.clear()
    expect(page).toContain('The two sides could not be read just now')
    expect(page).toMatch(/History .*Created Issue/)
  })

  it('say who matches whom, and why not', async () => {
    const page = words(await text(`/people?${REPO}&connection=boards`))
    expect(page).toMatch(/ada Ada Byron .*by ada\.byron@example\.com, known from the configuration Matched/)
    expect(page).toMatch(/mstein .*No verified address of mstein is known\. Name their address for mstein Not matched/)
    const person = words(await text(`/people/ada?${REPO}&connection=boards`))
    expect(person).toMatch(/1\. The configuration .* ada\.byron@example\.com it is verified Counts/)
  })

  it('show people only to those who may write in the repository', async () => {
    scene.pages.signIn(visitor({ writes: false }))
    for (const path of [`/people?${REPO}`, `/people/ada?${REPO}`, `/people/accounts?${REPO}&q=a`, `/options?${REPO}`]) {
      const reply = await scene.pages.get(path)
      expect(reply.status).toBe(403)
      expect(await reply.text()).not.toContain('@example')
    }
    scene.pages.signIn(visitor({ organizations: ['globex'] }))
    expect((await scene.pages.get(`/people?${REPO}`)).status).toBe(404)
    expect((await scene.pages.get(`/doctor?${REPO}`)).status).toBe(404)
    expect((await scene.pages.get(`/options?${REPO}`)).status).toBe(404)
    scene.pages.signIn(visitor())
  })

  it('find accounts while somebody types', async () => {
    const part = await text(`/people/accounts?${REPO}&connection=boards&q=ada&part=list`)
    expect(part).toMatch(/^<ul/)
    expect(part).toContain('Ada Byron')
    const offered = await text(`/people/accounts?${REPO}&connection=boards&q=ada&part=options`)
    expect(offered).toMatch(/<option value="ada\.byron@example\.com"/i)
  })

  it('turn options into a pull request, after a preview of the file and of its effect', async () => {
    const pair = pairs[5]!
    scene.azure.acts.edit({ id: Number(pair.ticket.key), fields: { 'System.Title': 'Only here' } })
    const form = await text(`/options?${REPO}&connection=boards`)
    const fields = readForm(form)
    expect(fields).toMatchObject({ title: 'both', conflict: 'ask', assignee_to_tracker: 'on' })
    const unchanged = await scene.pages.post('/options/preview', fields)
    expect(words(await unchanged.text())).toContain('Nothing to change')

    const changed = { ...fields, title: 'to-tracker', login: 'hedy', email: 'hedy.kiesler@example.com' }
    const preview = await (await scene.pages.post('/options/preview', changed)).text()
    expect(preview).toContain('<span class="plus">+     sync: { title: to-tracker }\n</span>')
    expect(preview).toContain('<span class="plus">+     hedy: hedy.kiesler@example.com\n</span>')
    expect(preview).not.toContain('class="minus"')
    expect(words(preview)).toMatch(
      new RegExp(`acme/rocket#${pair.issue.number} No longer: Title of the issue .* became Only here`),
    )

    const reply = await scene.pages.post('/options/propose', readForm(preview))
    const [, number] = /Pull request #(\d+)/.exec(await reply.text()) ?? []
    const pull = await scene.wired.client.call('GET /repos/{owner}/{repo}/pulls/{pull_number}', {
      owner: 'acme',
      repo: 'rocket',
      pull_number: Number(number),
    })
    expect(pull).toMatchObject({ data: { state: 'open', title: 'Lockstep: change the options of boards' } })
  })

  it('say of options that cannot be set why that is so, and offer the others', async () => {
    const path = `/options?${REPO}&connection=boards`
    expect(words(await text(path))).toMatch(
      /3 more projects, to which no route leads FabrikamAgile No route leads to it/,
    )
    scene.azure.faults.add({ path: '_apis/projects', status: 403, body: {} })
    const page = await text(`${path}&fresh=1`)
    scene.azure.faults.clear()
    expect(words(page)).toMatch(/Not available now Status to the tracker \S+/)
    expect(page).toContain('name="title"')
    expect(page).not.toContain('name="status_to_tracker')
    expect(words(await text(`${path}&fresh=1`))).toContain('States read just now')
  })

  it('bring the login along when an address is to be named', async () => {
    const people = await text(`/people?${REPO}&connection=boards`)
    const [, path = ''] = /href="(\/options[^"]*login=mstein[^"]*)"/.exec(people) ?? []
    expect(readForm(await text(path.replaceAll('&amp;', '&')))).toMatchObject({ login: 'mstein' })
  })

  it('refuse options that do not fit together, with the reason', async () => {
    const fields = readForm(await text(`/options?${REPO}&connection=boards`))
    const reply = await scene.pages.post('/options/preview', { ...fields, login: 'hedy', email: 'nobody' })
    expect(reply.status).toBe(400)
    expect(words(await reply.text())).toContain('people.map')
  })

  it('tell what became of the rows of an import, to whoever runs every organization', async () => {
    expect(words(await text('/imports'))).toContain('Nothing was imported yet')
    const rows = [
      user(1, 'emmy'),
      userEmail(1, 1, 'emmy@example.com'),
      email(1, ''),
      userEmail(2, 9, 'lost@example.com'),
    ]
    const archive = await openArchive(jsonBytes(rows))
    const { people } = scene
    const { id } = await importPeople({ archive, store: people, clock: systemClock, scope: 'user', actor: 'grace' })
    expect(words(await text('/imports'))).toMatch(/4 rows, by grace/)
    const page = words(await text(`/imports/${encodeURIComponent(id)}`))
    expect(page).toMatch(/Kind New Known before Merged Renamed Left out .*Person 1 0 0 0 0/)
    expect(page).toMatch(/2 rows left out .*the address is empty .*points at something that was not imported/)
    expect((await scene.pages.get('/imports/other')).status).toBe(404)
    scene.pages.signIn({ ...visitor({ organizations: ['acme', 'globex'] }), administers: (one) => one === 'acme' })
    expect((await scene.pages.get('/imports')).status).toBe(404)
    expect((await scene.pages.get(`/imports/${encodeURIComponent(id)}`)).status).toBe(404)
    scene.pages.signIn(visitor())
  })

  it('tell the findings of the doctor', async () => {
    const page = words(await text(`/doctor?${REPO}`))
    expect(page).toMatch(/boards .*Signed in as Lockstep Sync\. .*Good/)
    expect(page).toMatch(/People .*Warning/)
    expect(words(await text('/doctor'))).toContain('Not examined yet')
  })
})

/** What a browser would send back of the form, unchanged. */
function readForm(page: string): Record<string, string> {
  const fields: Record<string, string> = {}
  const form = /<form[^>]*action="\/options\/(?:preview|propose)"[\s\S]*?<\/form>/.exec(page)![0]
  const attribute = (tag: string, name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  const plain = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const name = attribute(tag, 'name')
    const off = /\sdisabled/.test(tag) || (attribute(tag, 'type') === 'checkbox' && !/\schecked/.test(tag))
    if (name !== undefined && !off) fields[name] = plain(attribute(tag, 'value') ?? '')
  }
  for (const [select] of form.matchAll(/<select[\s\S]*?<\/select>/g)) {
    const [tag = ''] = /<select[^>]*>/.exec(select) ?? []
    const chosen = /<option([^>]*\sselected[^>]*)>/.exec(select)?.[1] ?? /<option([^>]*)>/.exec(select)?.[1] ?? ''
    if (!/\sdisabled/.test(tag)) fields[attribute(tag, 'name')!] = plain(attribute(chosen, 'value') ?? '')
  }
  return fields
}
