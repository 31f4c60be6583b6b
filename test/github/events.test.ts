import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { findTouched } from '../../src/github/events.ts'
import { describeWithData, readSharedJson, sharedDataPath } from '../shared-data.ts'

const context = { app: { id: 1, login: 'lockstep[bot]' }, configFile: '.github/lockstep.yml' }
const find = (event: string, payload: object) => findTouched(event, payload, context)

const envelope = {
  installation: { id: 7 },
  repository: { name: 'rocket', default_branch: 'main', owner: { login: 'acme' } },
  sender: { login: 'ada' },
}
const issue = (number: number, more: object = {}) => ({
  number,
  repository_url: 'https://api.github.com/repos/acme/rocket',
  ...more,
})
const ref = (number: number) => ({ owner: 'acme', repo: 'rocket', number })

interface Example {
  readonly action?: string
  readonly issue?: { readonly number: number; readonly pull_request?: unknown }
  readonly repository?: { readonly name: string; readonly owner: { readonly login: string } }
}
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as readonly {
  readonly name: string
  readonly examples: readonly Example[]
}[]
const examplesOf = (name: string) =>
  // Not all examples come from apps; what an app gets always names its installation.
  examples.find((one) => one.name === name)!.examples.map((payload) => ({ installation: { id: 7 }, ...payload }))

describe('the published example deliveries', () => {
  it('of issues touch their issue, and those of pull requests nothing', () => {
    const effects = examplesOf('issues').map((payload) => ({ payload, touched: find('issues', payload) }))
    expect(effects.length).toBeGreaterThan(20)
    for (const { payload, touched } of effects) {
      const silent = ['locked', 'unlocked', 'pinned', 'unpinned'].includes(payload.action!)
      if (silent || payload.issue!.pull_request !== undefined) expect(touched).toBeUndefined()
      else
        expect(touched?.issues).toEqual([
          {
            ref: {
              owner: payload.repository!.owner.login,
              repo: payload.repository!.name,
              number: payload.issue!.number,
            },
            comments: false,
          },
        ])
    }
  })

  it('of comments touch the comments of issues, and nothing of pull requests', () => {
    for (const payload of examplesOf('issue_comment')) {
      const touched = find('issue_comment', payload)
      if (payload.issue!.pull_request === undefined) expect(touched?.issues[0]).toMatchObject({ comments: true })
      else expect(touched).toBeUndefined()
    }
  })

  it('of everything else are understood or left alone, and none breaks it', () => {
    for (const { name, examples: payloads } of examples) {
      for (const payload of payloads) expect(() => find(name, payload)).not.toThrow()
    }
  })
})

describeWithData('recorded deliveries', () => {
  const files = readdirSync(sharedDataPath('github/webhooks')).filter((file) => file.endsWith('.json'))
  it.each(files)('%s is understood or left alone', (file) => {
    const [name = '', action = ''] = file.split('.')
    const payload = readSharedJson(`github/webhooks/${file}`) as object
    const touched = find(name, { installation: { id: 7 }, ...payload })
    const touching = ['issues.opened', 'issues.reopened', 'issues.labeled', 'issues.demilestoned']
    const ofPull = (payload as Example).issue?.pull_request !== undefined
    if (touching.includes(`${name}.${action}`) && !ofPull) expect(touched?.issues).toHaveLength(1)
  })
})

describe('a delivery', () => {
  it('of a sub-issue touches both issues where both lie in the repository, else its own', () => {
    const both = { ...envelope, action: 'sub_issue_added', sub_issue: issue(2), parent_issue: issue(1) }
    expect(find('sub_issues', both)?.issues.map((one) => one.ref)).toEqual([ref(2), ref(1)])
    const elsewhere = issue(5, { repository_url: 'https://api.github.com/repos/acme/engine' })
    expect(find('sub_issues', { ...both, parent_issue: elsewhere })?.issues.map((one) => one.ref)).toEqual([ref(2)])
  })

  it('that our own app caused is an echo, but one about an issue that it once opened is not', () => {
    expect(find('issues', { ...envelope, action: 'edited', issue: issue(1), sender: { login: 'lockstep[bot]' } })).toBe(
      undefined,
    )
    const ours = issue(1, { performed_via_github_app: { id: 1 } })
    expect(find('issues', { ...envelope, action: 'opened', issue: ours })).toBeUndefined()
    expect(find('issues', { ...envelope, action: 'edited', issue: ours })?.issues).toHaveLength(1)
    const comment = { id: 3, body: 'A copy', performed_via_github_app: { id: 1 } }
    expect(find('issue_comment', { ...envelope, action: 'created', issue: issue(1), comment })).toBeUndefined()
  })

  it('of a new comment that begins with a command is a command; an edit of it is nothing', () => {
    const comment = { id: 3, body: '/lockstep sync' }
    const command = { issue: ref(1), comment: 3 }
    const payload = { ...envelope, action: 'created', issue: issue(1), comment }
    expect(find('issue_comment', payload)).toMatchObject({ issues: [], command })
    expect(find('issue_comment', { ...payload, action: 'edited' })).toBeUndefined()
  })

  it.each([
    ['label', { action: 'edited', label: { name: 'defect' }, changes: { name: { from: 'bug' } } }, 'labels', 'bug'],
    ['label', { action: 'deleted', label: { name: 'bug' } }, 'labels', 'bug'],
    [
      'milestone',
      { action: 'edited', milestone: { title: 'M2' }, changes: { title: { from: 'M1' } } },
      'milestone',
      'M1',
    ],
    ['milestone', { action: 'deleted', milestone: { title: 'M1' } }, 'milestone', 'M1'],
  ])('of a %s that is renamed or gone names what it was called', (event, payload, field, name) => {
    expect(find(event, { ...envelope, ...payload })?.renamed).toMatchObject({ field, name })
  })

  it.each([
    ['label', { action: 'edited', label: { name: 'bug' }, changes: { color: { from: 'fff' } } }],
    ['label', { action: 'created', label: { name: 'bug' } }],
    ['milestone', { action: 'closed', milestone: { title: 'M1' } }],
  ])('of a %s that keeps its name touches nothing', (event, payload) => {
    expect(find(event, { ...envelope, ...payload })).toBeUndefined()
  })

  it('of a push counts when it changes the configuration on the default branch', () => {
    const commit = (path: string) => ({ added: [], modified: [path], removed: [] })
    const push = (more: object) => ({ ...envelope, ref: 'refs/heads/main', after: 'abc', commits: [], ...more })
    const config = { repo: { owner: 'acme', repo: 'rocket' }, sha: 'abc', pull: null }
    expect(find('push', push({ commits: [commit('README.md'), commit('.github/lockstep.yml')] }))).toMatchObject({
      config,
    })
    expect(find('push', push({ commits: [commit('README.md')] }))).toBeUndefined()
    expect(find('push', push({ ref: 'refs/heads/other', commits: [commit('.github/lockstep.yml')] }))).toBeUndefined()
  })

  it('without an installation, or in no known form, is left alone', () => {
    const { installation, ...without } = envelope
    expect(installation).toBeDefined()
    expect(find('issues', { ...without, action: 'edited', issue: issue(1) })).toBeUndefined()
    expect(find('issues', { ...envelope, action: 'edited' })).toBeUndefined()
    expect(findTouched('issues', null, context)).toBeUndefined()
  })
})
