import { expect, it } from 'vitest'
import { measureComputing, measureSlowness } from '../../slowness.ts'
import { newIssue, withJira } from './asking.ts'

it('starts with the people and projects, and no issue, from the empty seed', async () => {
  const { ask } = await withJira({ seed: 'empty' })
  expect((await ask('project')).body).toHaveLength(3)
  expect((await ask('search')).body.total).toBe(0)
  expect((await ask('POST issue', { body: newIssue() })).body.key).toBe('PLAT-1')
})

it('starts from an object, always with the bot', async () => {
  const { ask } = await withJira({
    seed: {
      people: [{ name: 'zoe' }],
      projects: [{ key: 'ZOO', lead: 'zoe', workflow: 'long' }],
      issues: [{ project: 'ZOO', summary: 'Feed', status: 'In Test', assignee: 'zoe' }],
    },
  })
  expect((await ask('issue/ZOO-1')).body.fields).toMatchObject({
    summary: 'Feed',
    status: { name: 'In Test' },
    assignee: { name: 'zoe' },
    reporter: { name: 'lockstep' },
  })
})

it('is driven over the wire too', async () => {
  const { jira, ask } = await withJira()
  const act = (body: object) => ask('POST /_sandbox/act', { body })
  expect((await act({ do: 'comment', issue: 'PLAT-1', body: 'Hello', as: 'ben' })).status).toBe(200)
  expect((await act({ do: 'set', emailVisibility: 'HIDDEN' })).body.emailVisibility).toBe('HIDDEN')
  expect((await act({ do: 'assign', issue: 'NONE-1', to: null })).body).toEqual({ error: 'no issue NONE-1' })
  const state = (await ask('/_sandbox/state')).body
  expect(state.issues[0]).toMatchObject({ key: 'PLAT-1', comments: [{ author: 'ben', body: 'Hello' }] })
  await ask('myself')
  expect(jira.journal.entries.at(-1)).toMatchObject({ path: '/rest/api/2/myself', who: 'lockstep', status: 200 })
  await ask('POST /_sandbox/reset', { body: { seed: 'empty' } })
  expect((await ask('search')).body.total).toBe(0)
  expect(jira.switches.emailVisibility).toBe('PUBLIC')
})

it('holds ten thousand issues and answers what has changed at once', async () => {
  const { jira, ask } = await withJira({ seed: 'large' })
  jira.acts.assign({ issue: 'PLAT-5000', to: 'user0001' })
  await ask('search?jql=updated%20%3E%3D%20-5m')
  const times: number[] = []
  for (let round = 0; round < 20; round++) {
    const search = async () => await ask('search?jql=updated%20%3E%3D%20-5m&fields=summary')
    const { ms, result } = await measureComputing(search)
    times.push(ms)
    expect(result.body.total).toBe(1)
  }
  expect(Math.min(...times)).toBeLessThan(60 * (await measureSlowness()))
})

it('can insist on a login for everything but its own description', async () => {
  const { ask } = await withJira({ switches: { anonymousAccess: false } })
  expect((await ask('project', { as: null })).status).toBe(401)
  expect((await ask('serverInfo', { as: null })).status).toBe(200)
  expect((await ask('project')).status).toBe(200)
})

it('can do without the CAPTCHA, the node id, and with a smaller cap of searches', async () => {
  const { ask } = await withJira({ switches: { captchaAfter: 0, nodeId: null, searchCap: 3 } })
  for (let attempt = 0; attempt < 5; attempt++) await ask('myself', { as: 'ada:wrong' })
  const { status, headers } = await ask('myself', { as: 'ada:ada' })
  expect([status, headers.has('x-anodeid')]).toEqual([200, false])
  expect((await ask('search?maxResults=100')).body).toMatchObject({ maxResults: 3, total: 7 })
})

it('shows addresses to the signed-in alone where set so', async () => {
  const { jira, ask } = await withJira({ switches: { emailVisibility: 'LOGGED_IN' } })
  jira.acts.changeProject({ project: 'PLAT', public: true })
  const assignee = async (as?: null) =>
    (await ask('issue/PLAT-1?fields=assignee', as === null ? { as } : {})).body.fields.assignee
  expect((await assignee()).emailAddress).toBe('ada@example.com')
  expect('emailAddress' in (await assignee(null))).toBe(false)
})
