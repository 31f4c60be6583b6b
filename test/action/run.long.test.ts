import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asked, openActionStage, readAction, unpackAction } from './stage.ts'
import type { ActionStage } from './stage.ts'

let action: string
let stage: ActionStage
beforeAll(async () => {
  action = await unpackAction()
})
beforeEach(async () => {
  stage = await openActionStage(action)
})
afterEach(async () => await stage.close())

const open = (title: string, more: object = {}) => stage.github.act.openIssue({ as: 'ada', title, ...more })

const lineOf = (key: string): number => stage.config.split('\n').findIndex((line) => line.trim() === key) + 1

const titles = () => stage.tickets().map((fields) => fields['System.Title'])

describe('a scheduled sync', () => {
  it('brings the world in step, and tells it in outputs and summary', async () => {
    const { number } = open('The engine | does <b>not</b> start', { assignees: ['ada'] })
    const { code, outputs, summary, stdout } = await stage.run()
    expect(code).toBe(0)
    expect(Object.keys(outputs).toSorted()).toEqual(Object.keys(readAction().outputs).toSorted())
    expect(outputs).toMatchObject({
      created: '1',
      failed: '0',
      changed: 'true',
      conflicts: '[]',
      summary: '1 created.',
    })
    expect(JSON.parse(readFileSync(outputs['plan']!, 'utf8'))).toMatchObject({ outcomes: [{ outcome: 'created' }] })
    expect(summary).toContain(`[\\#${number}](${stage.github.url}/acme/rocket/issues/${number})`)
    expect(summary).toContain(`[1](${stage.azure.collectionUrl}/Fabrikam/_workitems/edit/1)`)
    expect(stdout).toContain('::group::Sync')

    stage.github.act.editIssue({ as: 'ada', number, title: 'Now it starts | @grace <i>' })
    const second = await stage.run()
    expect(second.outputs).toMatchObject({ updated: '1', changed: 'true' })
    expect(second.summary).toContain(String.raw`Now it starts \| @⁠grace \<i\>`)
    expect(titles()).toEqual(['Now it starts | @grace <i>'])
  })

  it('hides every secret in every form', async () => {
    open('One')
    const { stdout } = await stage.run({ with: { 'people-key': 'one\ntwo-is-longer\n' } })
    const basic = Buffer.from(':ado_sandbox_pat').toString('base64')
    for (const form of ['ghs_sandbox_actions', 'ado_sandbox_pat', basic, 'two-is-longer']) {
      expect(stdout).toContain(`::add-mask::${form}\n`)
    }
    expect(stdout.replaceAll(/^::add-mask::.*$/gm, '')).not.toMatch(/ado_sandbox_pat|ghs_sandbox/)
  })

  it('is red when something failed, and says what', async () => {
    open('One')
    const { code, stdout, summary } = await stage.run({ env: { ADO_TOKEN: 'wrong' } })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^::error title=/m)
    expect(summary).toContain('### The run broke off')
  })

  it('fails over a conflict only when asked to', async () => {
    const config = configOf().replace('to: boards', 'to: boards\n    conflict: { title: ask }')
    const { number } = open('One')
    await stage.run({ config })
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    stage.azure.acts.edit({ id: 1, fields: { 'System.Title': 'Three' } })
    const first = await stage.run({ config })
    expect(first).toMatchObject({ code: 0, outputs: { conflicted: '1', conflicts: `["acme/rocket#${number}"]` } })
    expect(first.summary).toContain('### Waiting for a person')
    stage.github.act.editIssue({ as: 'ada', number, title: 'Four' })
    expect((await stage.run({ config, with: { 'fail-on': 'conflict' } })).code).toBe(1)
    stage.github.act.editIssue({ as: 'ada', number, title: 'Five' })
    expect((await stage.run({ config, with: { 'fail-on': 'never' } })).code).toBe(0)
  })

  it('stops at the deadline and leaves the rest to the next run', async () => {
    for (let n = 1; n <= 3; n++) open(`Issue ${n}`)
    const first = await stage.run({ with: { deadline: '0' } })
    expect(first).toMatchObject({ code: 0, outputs: { created: '0' } })
    expect(first.summary).toContain('The deadline came: the next run goes on from here.')
    expect((await stage.run()).outputs['created']).toBe('3')
  })

  it('keeps what it did when it is cancelled', async () => {
    for (let n = 1; n <= 30; n++) open(`Issue ${n}`)
    // What is made together is reconciled one by one, and after the first nothing is made until the run was cancelled.
    const stopped = Promise.withResolvers<void>()
    stage.azure.faults.add(
      { path: String.raw`\$batch`, status: 404 },
      { path: String.raw`\$Task`, times: 1 },
      { path: String.raw`\$Task`, held: stopped.promise },
    )
    const onOutput = (text: string, stop: (signal: NodeJS.Signals) => void) => {
      if (!text.includes('Created')) return
      stop('SIGINT')
      stopped.resolve()
    }
    const cancelled = await stage.run({ onOutput })
    expect(cancelled.code).toBe(130)
    const done = Number(cancelled.outputs['created'])
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThan(30)
    stage.azure.faults.clear()
    expect((await stage.run()).outputs['created']).toBe(String(30 - done))
    expect(new Set(titles()).size).toBe(30)
    expect(titles()).toHaveLength(30)
  })

  it('names the people whom nobody knows over there', async () => {
    open('One', { assignees: ['hedy'] })
    const { code, summary } = await stage.run()
    expect(code).toBe(0)
    expect(summary).toMatch(/### Unmatched people and other notes\n\n- .*hedy.* \[\\#1\]\(/)
  })

  it('gives a sign of life while it works', async () => {
    for (let n = 1; n <= 3; n++) open(`Issue ${n}`)
    // They are made together, and that takes until there was one.
    const heard = Promise.withResolvers<void>()
    stage.azure.faults.add({ path: String.raw`\$batch`, held: heard.promise })
    const onOutput = (text: string) => {
      if (text.includes('looked at so far')) heard.resolve()
    }
    // A minute takes a tenth of a second.
    const hasty = `const set = setInterval; globalThis.setInterval = (work, ms) => set(work, ms / 600)`
    const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hasty)}` }
    const { code, stdout } = await stage.run({ env, onOutput })
    expect(code).toBe(0)
    expect(stage.azure.journal.entries.filter(({ fault }) => fault !== null)).toHaveLength(1)
    expect(stdout).toMatch(/^… \d looked at so far\. /m)
  })

  it('draws the runs before', async () => {
    const { number } = open('One')
    await stage.run({ runNumber: 41 })
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    const { summary } = await stage.run({ runNumber: 42 })
    expect(summary).toContain('```mermaid')
    expect(summary).toContain('x-axis ["#41", "#42"]')
  })

  it('keeps its links in a database as well, which only then is loaded', async () => {
    open('One')
    const database = { with: { state: `sqlite:${join(action, 'links.sqlite')}` } }
    expect((await stage.run(database)).outputs['created']).toBe('1')
    expect((await stage.run(database)).outputs['created']).toBe('0')
    expect(asked(stage.github).filter((path) => path.includes('/git/'))).toEqual([])
  })
})

const configOf = (): string => {
  const boards = `kind: azure\n    url: ${stage.azure.collectionUrl}\n    project: Fabrikam\n    token: $ADO_TOKEN`
  return `version: 1\ntrackers:\n  boards:\n    ${boards}\nroutes:\n  - to: boards\n    type: { default: Task }\n`
}

describe('a plan', () => {
  it('shows what would change, and changes nothing, not even the state', async () => {
    open('One')
    const { code, outputs, summary } = await stage.run({ event: 'workflow_dispatch', with: { command: 'plan' } })
    expect(code).toBe(0)
    expect(outputs).toMatchObject({ created: '1', changed: 'true' })
    expect(summary).toContain('what would change')
    expect(titles()).toEqual([])
    expect(asked(stage.github).filter((path) => !path.startsWith('GET'))).toEqual([])
  })

  it('on a pull request is one comment, edited from then on', async () => {
    open('One')
    const { act } = stage.github
    act.pushFile({ as: 'ada', path: 'a.txt', content: 'a', branch: 'routes' })
    const { number } = act.openPullRequest({ as: 'ada', title: 'Other routes', head: 'routes' })
    const payload = { pull_request: { number, head: { repo: { full_name: 'acme/rocket' } }, user: { login: 'ada' } } }
    const first = await stage.run({ event: 'pull_request', payload, with: { command: 'sync' } })
    expect(first).toMatchObject({ code: 0, outputs: { created: '1' } })
    open('Two')
    await stage.run({ event: 'pull_request', payload })
    const plans = commentsOf(number)
    expect(plans).toHaveLength(1)
    expect(plans[0]).toContain('2 created.')
    expect(titles()).toEqual([])
  })

  it('stands in the summary alone where the token may not comment', async () => {
    open('One')
    stage.github.act.pushFile({ as: 'ada', path: 'a.txt', content: 'a', branch: 'routes' })
    const { number } = stage.github.act.openPullRequest({ as: 'ada', title: 'Other routes', head: 'routes' })
    const payload = { pull_request: { number, head: { repo: { full_name: 'acme/rocket' } }, user: { login: 'ada' } } }
    const body = { message: 'Resource not accessible by integration' }
    stage.github.faults.add({ method: 'POST', path: '/comments', status: 403, body })
    const { code, stdout, summary } = await stage.run({ event: 'pull_request', payload })
    expect([code, summary]).toEqual([0, expect.stringContaining('1 created.')])
    expect(stdout).toContain('::notice title=Lockstep::The token may not comment on the pull request')
  })

  it('for a pull request from a fork is a check, without a single request', async () => {
    const payload = { pull_request: { number: 3, head: { repo: { full_name: 'x/rocket' } }, user: { login: 'x' } } }
    const { code, stdout } = await stage.run({ event: 'pull_request', payload, env: { ADO_TOKEN: '' } })
    expect(code).toBe(0)
    expect(stdout).toContain('::notice title=Lockstep::A pull request from a fork is only checked')
    expect(asked(stage.github)).toEqual([])
  })
})

const commentsOf = (number: number): string[] => {
  return stage
    .repository()
    .issues.get(number)!
    .comments.map(({ body }) => body)
}

describe('the doctor', () => {
  it('says what is in order and what is missing, and writes nothing', async () => {
    const { code, outputs, summary, stdout } = await stage.run({
      event: 'workflow_dispatch',
      with: { command: 'doctor' },
    })
    expect(code).toBe(0)
    expect(outputs['summary']).toMatch(/^\d+ checks: 0 errors, 1 warning\.$/)
    expect(summary).toContain('| ✅ ok | `boards` | `server` | Azure DevOps Services |')
    expect(stdout.match(/^::(?:error|warning).*?::/gm)).toEqual([
      `::warning title=people%3A boards,file=.github/lockstep.yml,line=${lineOf('map:')},col=3::`,
    ])
    const { issues, git } = stage.repository()
    expect([titles(), issues.size, git.refs.has('refs/lockstep/state')]).toEqual([[], 0, false])
  })

  it('shows what is wrong on its line of the configuration, with the remedy, and is red', async () => {
    const config = configOf().replace('to: boards', 'to: boards\n    status: { closed: Finished }')
    const { code, stdout, summary } = await stage.run({ config, with: { command: 'doctor' } })
    expect(code).toBe(1)
    const place = 'title=boards%3A routes[0].status.closed,file=.github/lockstep.yml,line=10,col=15'
    expect(stdout).toMatch(new RegExp(`^::error ${place.replaceAll(/[.[\]]/g, String.raw`\$&`)}::`, 'm'))
    expect(summary).toMatch(/\| ❌ error \| `boards` \| `routes\[0\].status.closed` \| .*Finished.*<br>→ .* \|/)
    const quiet = await stage.run({ config, with: { command: 'doctor', 'fail-on': 'never' } })
    expect(quiet.code).toBe(0)
    expect(quiet.stdout).not.toMatch(/^::error/m)
  })

  it('tells a sign-in that is refused from what comes of it', async () => {
    const { code, stdout } = await stage.run({ with: { command: 'doctor' }, env: { ADO_TOKEN: 'wrong' } })
    expect(code).toBe(1)
    expect(stdout.match(/^::error .*$/gm)).toEqual([expect.stringContaining('title=boards%3A sign-in,file=')])
  })

  it('looks for a pull request of our own as well', async () => {
    const payload = {
      pull_request: { number: 3, head: { repo: { full_name: 'acme/rocket' } }, user: { login: 'ada' } },
    }
    const { code, summary } = await stage.run({ event: 'pull_request', payload, with: { command: 'doctor' } })
    expect([code, summary]).toEqual([0, expect.stringContaining('held against the servers')])
  })
})

describe('an event of an issue', () => {
  it.each([
    ['issues', { action: 'assigned' }],
    ['issue_comment', { action: 'created' }],
  ])('%s reconciles that issue alone', async (event, more) => {
    const { number } = open('This one')
    open('Not this one')
    const { code, outputs } = await stage.run({ event, payload: { ...more, issue: { number } } })
    expect(code).toBe(0)
    expect(outputs['created']).toBe('1')
    expect(titles()).toEqual(['This one'])
  })

  it('complaint 41: never ends as a failed run that an outsider would get a mail about, and is not forgotten', async () => {
    const { number } = open('One')
    const payload = { issue: { number } }
    await stage.run({ event: 'issues', payload })
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    const failed = await stage.run({ event: 'issue_comment', payload, env: { ADO_TOKEN: 'wrong' } })
    expect(failed.code).toBe(0)
    expect(failed.outputs['failed']).toBe('1')
    expect(failed.stdout).toMatch(/^::warning title=/m)
    expect(failed.stdout).not.toMatch(/^::error/m)
    expect(failed.summary).toContain('### Failed')
    expect((await stage.run()).outputs['updated']).toBe('1')
    const bad = await stage.run({ event: 'issues', payload, config: 'version: 2\n' })
    expect(bad.code).toBe(0)
    expect(
      (await stage.run({ event: 'issues', payload, with: { 'fail-on': 'error' }, env: { ADO_TOKEN: 'wrong' } })).code,
    ).toBe(1)
  })

  it('of a pull request is nothing to do', async () => {
    const { code } = await stage.run({ event: 'issue_comment', payload: { issue: { number: 1, pull_request: {} } } })
    expect(code).toBe(0)
    expect(asked(stage.github)).toEqual([])
  })
})

describe('a check', () => {
  it('runs on a push, and says what the configuration means', async () => {
    const { code, summary } = await stage.run({ event: 'push' })
    expect(code).toBe(0)
    expect(summary).toContain('`.github/lockstep.yml` is right')
    expect(asked(stage.github)).toEqual([])
  })

  it('annotates the lines of the configuration that are wrong', async () => {
    const { code, stdout, summary } = await stage.run({
      event: 'push',
      config: 'version: 1\ntrackers: {}\nroutes:\n  - too: x\n',
    })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^::error title=Lockstep,file=\.github\/lockstep\.yml,line=4,col=5::/m)
    expect(summary).toContain('has mistakes')
  })

  it('says which step is missing when there is no configuration', async () => {
    const { code, stdout } = await stage.run({ event: 'push', with: { config: 'nowhere.yml' } })
    expect(code).toBe(1)
    expect(stdout).toContain('Put actions/checkout before this step')
  })
})

describe('people of an archive', () => {
  const rows = [
    { model: 'sentry.user', pk: 1, fields: { username: 'grace', email: 'grace.murray@example.com', name: 'Grace' } },
    { model: 'sentry.email', pk: 1, fields: { email: 'grace.murray@example.com' } },
    { model: 'sentry.useremail', pk: 1, fields: { user: 1, email: 'grace.murray@example.com', is_verified: true } },
  ]
  const archive = (): string => {
    const file = join(action, 'people.json')
    writeFileSync(file, JSON.stringify(rows))
    return file
  }

  it('are matched by during a sync, and never kept in the ref', async () => {
    open('One', { assignees: ['grace'] })
    const config = `${configOf()}people: { match: any }\n`
    const { code, summary } = await stage.run({ config, with: { 'people-archive': archive() } })
    expect(code).toBe(0)
    expect(summary).toContain('1 created.')
    expect(stage.tickets()[0]!['System.AssignedTo']).toMatchObject({ displayName: 'Grace Murray' })
    const blobs = [...stage.repository().git.objects.values()].flatMap((one) =>
      one.type === 'blob' ? [one.bytes.toString()] : [],
    )
    expect(blobs.join('')).not.toContain('example.com')
  })

  it('are imported into a database, once', async () => {
    const given = {
      command: 'import-people',
      'people-archive': archive(),
      state: `sqlite:${join(action, 'people.sqlite')}`,
    }
    const first = await stage.run({ event: 'workflow_dispatch', with: given })
    expect(first.code).toBe(0)
    expect(first.summary).toContain('`sentry.user` | 1 ')
    expect((await stage.run({ event: 'workflow_dispatch', with: given })).summary).toContain('was done before')
  })

  it('without a database are only looked at', async () => {
    const { summary } = await stage.run({ with: { command: 'import-people', 'people-archive': archive() } })
    expect(summary).toContain('Nothing was kept')
  })

  it('that were tampered with end the run before anything is written', async () => {
    open('One')
    const file = join(action, 'people.tar')
    writeFileSync(file, Buffer.concat([Buffer.from('export.json'), Buffer.alloc(1013)]))
    const { code, stdout } = await stage.run({ with: { 'people-archive': file, 'people-key': 'no key' } })
    expect(code).toBe(1)
    expect(stdout).toMatch(/::error/)
    expect(titles()).toEqual([])
  })
})
