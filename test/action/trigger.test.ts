import { describe, expect, it } from 'vitest'
import { chooseJob, parsePayload } from '../../src/action/trigger.ts'

const nothing = { command: null, issue: null, 'dry-run': false, 'fail-on': null } as const

function choose(event: string, payload: unknown = {}, inputs: object = {}) {
  const env = { GITHUB_EVENT_NAME: event, GITHUB_REPOSITORY: 'acme/rocket', GITHUB_RUN_NUMBER: '7' }
  return chooseJob(env, parsePayload(JSON.stringify(payload)), { ...nothing, ...inputs })
}

const pull = (from: string | null, login = 'ada') => ({
  pull_request: { number: 3, head: { repo: from === null ? null : { full_name: from } }, user: { login } },
})

describe('the trigger decides', () => {
  it.each([
    ['schedule', {}, 'sync', 'error'],
    ['workflow_dispatch', {}, 'sync', 'error'],
    ['push', {}, 'check', 'error'],
    ['pull_request', pull('acme/rocket'), 'plan', 'error'],
    ['issues', { issue: { number: 4 } }, 'sync', 'never'],
    ['issue_comment', { issue: { number: 4 } }, 'sync', 'never'],
  ])('on %s', (event, payload, command, failOn) => {
    expect(choose(event, payload)).toMatchObject({ command, failOn, actor: `${event} run 7` })
  })

  it('which issue it is about', () => {
    expect(choose('issues', { issue: { number: 4 } }).issue).toBe(4)
    expect(choose('schedule').issue).toBeNull()
    expect(choose('workflow_dispatch', {}, { issue: 9 }).issue).toBe(9)
  })

  it('that comments under pull requests are nothing to do', () => {
    expect(choose('issue_comment', { issue: { number: 4, pull_request: {} } }).nothing).toMatch(/pull request/)
  })
})

describe('the inputs decide', () => {
  it('the command and when to fail, whatever the trigger', () => {
    expect(choose('push', {}, { command: 'sync' }).command).toBe('sync')
    expect(choose('issues', { issue: { number: 4 } }, { 'fail-on': 'error' }).failOn).toBe('error')
  })

  it('with dry-run, that a sync is a plan', () => {
    expect(choose('schedule', {}, { 'dry-run': true }).command).toBe('plan')
  })
})

describe('a pull request', () => {
  it.each([pull('stranger/rocket'), pull(null), pull('acme/rocket', 'dependabot[bot]')])(
    'without secrets is only checked',
    (payload) => {
      expect(choose('pull_request', payload, { command: 'sync' }).command).toBe('check')
    },
  )

  it('is never written for', () => {
    expect(choose('pull_request', pull('Acme/Rocket'), { command: 'sync' })).toMatchObject({
      command: 'plan',
      pullRequest: 3,
      note: 'Nothing is written for a pull request: this is the plan.',
    })
    expect(choose('pull_request_target', pull('acme/rocket'), { command: 'import-people' }).command).toBe('plan')
  })
})
