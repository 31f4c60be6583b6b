import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JiraServer } from '../../sandbox/jira/server.ts'
import { runCli } from '../../src/cli.ts'
import { until } from '../contract/queue.ts'
import { holdNext } from '../hold.ts'
import { asked, openActionStage, unpackAction } from './stage.ts'
import type { ActionStage } from './stage.ts'

const REF = 'refs/lockstep/state'

let action: string
let stage: ActionStage
beforeAll(async () => {
  action = await unpackAction()
})
beforeEach(async () => {
  stage = await openActionStage(action)
})
afterEach(async () => await stage.close())

const open = (count: number) => {
  for (let n = 1; n <= count; n++) {
    const number = stage.github.act.openIssue({
      as: 'ada',
      title: `Issue ${n}`,
      assignees: n % 2 === 0 ? ['ada'] : [],
    }).number
    if (n % 3 === 0) stage.github.act.comment({ as: 'grace', number, body: `About ${n}` })
  }
}

/** The side of the tracker, without what differs from run to run. */
const world = () =>
  (stage.jira === null ? workItems() : jiraIssues(stage.jira)).sort((a, b) =>
    String(a.title).localeCompare(String(b.title)),
  )

const workItems = () =>
  [...stage.azure.world.items.values()].map(({ revisions, comments, relations }) => {
    const { fields } = revisions.at(-1)!
    return {
      title: fields['System.Title'],
      state: fields['System.State'],
      assignee: (fields['System.AssignedTo'] as { displayName?: string } | undefined)?.displayName,
      comments: comments.length,
      marks: relations.length,
    }
  })

const jiraIssues = ({ world: { issues } }: JiraServer) =>
  [...issues.values()].map(({ summary, statusId, assigneeKey, comments, remoteLinks, properties }) => ({
    title: summary,
    state: statusId,
    assignee: assigneeKey,
    comments: comments.length,
    marks: remoteLinks.length + properties.size,
  }))

const titles = () => world().map(({ title }) => title)

// The lease of a dead run's claims is over; the clock of the process is what tells it.
const LATER_MS = 6 * 60_000
const later = {
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(
    `const now = Date.now; globalThis.Date = class extends Date {
       constructor(...given) { given.length === 0 ? super(now() + ${LATER_MS}) : super(...given) }
       static now() { return now() + ${LATER_MS} }
     }`,
  )}`,
}

/** Ends a process when the servers have done the work of its nth request and nobody has answered yet. */
async function runUntil(nth: number): Promise<{ readonly killed: boolean }> {
  let seen = 0
  let kill = () => {}
  let killed = false
  const servers = [stage.github, stage.azure, ...(stage.jira === null ? [] : [stage.jira])]
  const restore = servers.map(({ journal }) => {
    const { add } = journal
    journal.add = (entry) => {
      if (++seen === nth) {
        killed = true
        kill()
      }
      return add(entry)
    }
    return () => (journal.add = add)
  })
  await stage.run({ onStart: (stop) => (kill = () => stop('SIGKILL')) })
  for (const each of restore) each()
  return { killed }
}

describe('two runs at once', () => {
  it('make every ticket once, and leave each other what is being made', async () => {
    open(12)
    const [first, second] = await Promise.all([stage.run(), stage.run()])
    expect([first.code, second.code]).toEqual([0, 0])
    expect(titles()).toHaveLength(12)
    expect(new Set(titles()).size).toBe(12)
    await stage.run({ env: later })
    expect((await stage.run({ env: later })).outputs['summary']).toBe('Nothing moved.')
    expect(titles()).toHaveLength(12)
  })

  it('on one issue do so too', async () => {
    open(1)
    const event = { event: 'issues', payload: { issue: { number: 1 } } }
    await Promise.all([stage.run(event), stage.run(event), stage.run()])
    expect(titles()).toEqual(['Issue 1'])
  })
})

describe('a run that is killed', () => {
  it.each(['azure', 'jira'] as const)(
    'at any tenth request and followed by another leads to the same world (%s)',
    async (tracker) => {
      const begin = async () => {
        await stage.close()
        stage = await openActionStage(action, tracker)
        open(10)
      }
      await begin()
      await stage.run()
      await stage.run()
      const undisturbed = world()
      expect(undisturbed).toHaveLength(10)
      for (let nth = 10; ; nth += 10) {
        await begin()
        const { killed } = await runUntil(nth)
        expect(await stage.run({ env: later })).toMatchObject({ code: 0 })
        await stage.run({ env: later })
        expect(world()).toEqual(undisturbed)
        if (killed) continue
        // Made together, ten tickets cost little more than thirty requests.
        expect(nth).toBeGreaterThan(30)
        break
      }
    },
    // Some twenty processes one after the other.
    600_000,
  )

  it('keeps the next one away from what it was making until its lease is over', async () => {
    open(1)
    // The claim is in the ref, the ticket is made only after the next run, and nobody hears of it.
    const making = holdNext(stage.azure, { method: 'POST', path: /\$(?:batch|Task)/ })
    let kill = () => {}
    const running = stage.run({ onStart: (stop) => (kill = () => stop('SIGKILL')) })
    await making.arrived
    expect(stage.repository().git.refs.has(REF)).toBe(true)
    kill()
    await running
    const soon = await stage.run()
    expect(soon).toMatchObject({ code: 0, outputs: { blocked: '1', created: '0' } })
    expect(soon.summary).toContain('### Blocked')
    making.release()
    await until(() => titles().length === 1)
    expect((await stage.run({ env: later })).outputs).toMatchObject({ blocked: '0', failed: '0' })
    expect(titles()).toEqual(['Issue 1'])
  })
})

describe('a state that was', () => {
  it('deleted is restored by the marks on the tickets', async () => {
    open(5)
    await stage.run()
    stage.repository().git.refs.delete(REF)
    const { code, stdout } = await stage.run()
    expect(code).toBe(0)
    expect(stdout).toContain('5 pairs were found again by their marks.')
    expect(titles()).toHaveLength(5)
  })

  it('deleted is restored by hand as well', async () => {
    open(3)
    await stage.run()
    stage.repository().git.refs.delete(REF)
    const file = join(action, 'lockstep.yml')
    writeFileSync(file, stage.config)
    let said = ''
    const code = await runCli(['links', 'rebuild', '--repo', 'acme/rocket', '--config', file], {
      stdout: { write: (text) => (said += text) },
      stderr: { write: (text) => (said += text) },
      env: {
        GITHUB_TOKEN: 'ghs_sandbox_actions',
        GITHUB_API_URL: stage.github.url,
        GITHUB_SERVER_URL: stage.github.url,
        ADO_TOKEN: 'ado_sandbox_pat',
        DATABASE_URL: 'ref',
      },
      cwd: action,
      isTTY: false,
    })
    expect([code, said]).toEqual([0, '3 pairs found again, 0 known already.\n'])
    expect((await stage.run()).stdout).not.toContain('found again')
    expect(titles()).toHaveLength(3)
  })

  it('turned back by force makes nothing twice', async () => {
    open(2)
    await stage.run()
    const { git } = stage.repository()
    const before = git.refs.get(REF)!
    open(3)
    await stage.run()
    expect(titles()).toHaveLength(5)
    git.refs.set(REF, before)
    expect((await stage.run()).code).toBe(0)
    expect(titles()).toHaveLength(5)
    git.refs.set(REF, before)
    await stage.run({ event: 'issues', payload: { issue: { number: 5 } } })
    expect(titles()).toHaveLength(5)
  })

  it('damaged is told, and its pairs are found again', async () => {
    open(3)
    await stage.run()
    const { git } = stage.repository()
    const commit = git.commit(git.refs.get(REF)!)!
    const files = new Map(git.files(commit.tree))
    const [shard] = [...files.keys()].filter((path) => path.startsWith('links/'))
    const text = git.blob(files.get(shard!)!.sha)!.toString()
    files.set(shard!, {
      mode: '100644',
      sha: git.writeBlob(Buffer.from(`{broken\n${text.split('\n').slice(1).join('\n')}`)),
    })
    git.refs.set(REF, git.writeCommit({ ...commit, tree: git.writeFiles(files), parents: [git.refs.get(REF)!] }))
    const { code, stdout } = await stage.run()
    expect(code).toBe(0)
    expect(stdout).toMatch(/^::warning.*Part of links\/acme\/rocket\/00000.jsonl/m)
    expect(stdout).toContain('1 pairs were found again by their marks.')
    open(1)
    await stage.run()
    expect(titles()).toHaveLength(4)
  })

  it('never writable ends the run before anything is created', async () => {
    open(2)
    stage.github.faults.add({
      method: 'POST',
      path: '/git/trees',
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    })
    const { code, stdout } = await stage.run()
    expect(code).toBe(1)
    expect(stdout).toContain('permissions: contents: write')
    expect(titles()).toEqual([])
  })
})

describe('the number of requests', () => {
  it('of a run without news is two of the state, two of GitHub, and one of a tracker that told its version', async () => {
    open(4)
    await stage.run()
    await stage.run()
    // A list is known by its ETag once the second of its newest item is over.
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    await stage.run()
    stage.github.journal.clear()
    stage.azure.journal.clear()
    expect((await stage.run()).outputs['summary']).toBe('Nothing moved.')
    expect(asked(stage.github)).toEqual([
      'GET /repos/acme/rocket/git/ref/lockstep%2Fstate',
      expect.stringMatching('GET /repos/acme/rocket/tarball/'),
      'GET /repos/acme/rocket/issues/comments',
      'GET /repos/acme/rocket/issues',
    ])
    expect(asked(stage.azure)).toEqual([
      'GET /contoso/_apis/connectionData',
      'GET /contoso/Fabrikam/_apis/wit/reporting/workitemrevisions',
    ])
  })

  it('of an event of one issue is three reads of GitHub, and one write of the tracker', async () => {
    open(2)
    await stage.run()
    await stage.run()
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    await stage.run()
    stage.github.act.editIssue({ as: 'ada', number: 2, title: 'Another' })
    stage.github.journal.clear()
    stage.azure.journal.clear()
    const event = { event: 'issues', payload: { issue: { number: 2 } } }
    expect((await stage.run(event)).outputs['summary']).toBe('1 updated.')
    expect(asked(stage.github).filter((path) => /\/(?:issues|git\/ref|tarball)\//.test(path))).toEqual([
      'GET /repos/acme/rocket/git/ref/lockstep%2Fstate',
      expect.stringMatching('GET /repos/acme/rocket/tarball/'),
      'GET /repos/acme/rocket/issues/2',
    ])
    const { reads, writes } = stage.azure.journal.count()
    expect(writes).toBe(1)
    expect(reads).toBeLessThanOrEqual(6)

    stage.github.journal.clear()
    expect((await stage.run(event)).outputs['summary']).toBe('1 unchanged.')
    // An event without news writes nothing, not even the state.
    expect(asked(stage.github)).toEqual([
      'GET /repos/acme/rocket/git/ref/lockstep%2Fstate',
      expect.stringMatching('GET /repos/acme/rocket/tarball/'),
      'GET /repos/acme/rocket/issues/2',
    ])
  })

  it('of claims is four for a whole page of issues', async () => {
    open(20)
    await stage.run()
    const writes = asked(stage.github).filter((path) => /git\/refs/.test(path))
    // One for the claims of the page, one for what came of them.
    expect(writes).toHaveLength(2)
    expect(titles()).toHaveLength(20)
  })
})
