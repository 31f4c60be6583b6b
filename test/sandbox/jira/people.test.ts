import { describe, expect, it } from 'vitest'
import { withJira } from './asking.ts'
import type { Ask } from './asking.ts'

const names = async (ask: Ask, path: string): Promise<string[]> =>
  (await ask(path)).body.map(({ name }: { name: string }) => name)

describe('finding people', () => {
  it.each([
    ['ada', ['ada']],
    ['par', ['ada']],
    ['ark', []],
    ['ben@example', ['ben']],
    ['renamed', ['fay.new']],
    ['new', ['fay.new', 'gus']],
    ['.', ['ada', 'ben', 'cleo', 'dora', 'fay.new', 'gus', 'lockstep']],
  ])('matches the start of a word: %s', async (query, expected) => {
    const { ask } = await withJira()
    expect(await names(ask, `user/search?username=${query}`)).toEqual(expected)
  })

  it('pages, and includes the inactive when asked', async () => {
    const { ask } = await withJira()
    expect(await names(ask, 'user/search?username=.&startAt=1&maxResults=2')).toEqual(['ben', 'cleo'])
    expect(await names(ask, 'user/search?username=.&includeInactive=true&includeActive=false')).toEqual(['eli'])
    expect((await ask('user/search')).body.errorMessages).toEqual(['The username query parameter was not provided'])
  })

  it('is capped at 1000', async () => {
    const { ask } = await withJira({ seed: 'large' })
    expect(await names(ask, 'user/search?username=.&maxResults=5000')).toHaveLength(1000)
  })

  it.each([true, false])('works by a hidden address where switched so (%s)', async (searchHiddenMail) => {
    const { ask } = await withJira({ switches: { searchHiddenMail } })
    expect(await names(ask, 'user/search?username=cleo@example.com')).toEqual(searchHiddenMail ? ['cleo'] : [])
  })
})

describe('whom an issue can be assigned to', () => {
  it('is bounded by version: 100 without paging, or 1000 with', async () => {
    const { ask } = await withJira({ seed: 'large' })
    expect(await names(ask, 'user/assignable/search?project=PLAT')).toHaveLength(50)
    expect(
      await names(ask, 'user/assignable/search?project=PLAT&username=user&maxResults=1000&startAt=5'),
    ).toHaveLength(100)
    const { ask: askEight } = await withJira({ seed: 'large', version: '8' })
    const paged = await names(askEight, 'user/assignable/search?project=PLAT&username=user&maxResults=1000&startAt=5')
    expect([paged.length, paged[0]]).toEqual([995, 'user0005'])
  })

  it('leaves out the inactive and those without the permission', async () => {
    const { jira, ask } = await withJira()
    jira.acts.deny({ who: 'ben', project: 'PLAT', permission: 'ASSIGNABLE_USER' })
    expect(await names(ask, 'user/assignable/search?issueKey=PLAT-1')).toEqual([
      'ada',
      'cleo',
      'dora',
      'fay.new',
      'gus',
      'lockstep',
    ])
    expect(await names(ask, 'user/assignable/multiProjectSearch?projectKeys=PLAT,OPS&username=ben')).toEqual([])
    expect((await ask('user/assignable/search?project=NONE')).body.errorMessages).toEqual([
      "No project could be found with key 'NONE'.",
    ])
    expect((await ask('user/assignable/search?project=')).status).toBe(400)
  })
})

describe('an e-mail address', () => {
  it.each([
    ['PUBLIC', 'ada@example.com'],
    ['LOGGED_IN', 'ada@example.com'],
    ['HIDDEN', undefined],
    ['MASKED', 'ada at example dot com'],
  ] as const)('shows as the server is set: %s', async (emailVisibility, expected) => {
    const { ask } = await withJira({ switches: { emailVisibility } })
    const { body } = await ask('user?username=ada')
    expect(body.emailAddress).toBe(expected)
    expect('emailAddress' in body).toBe(expected !== undefined)
  })

  it('may differ from person to person in the small seed', async () => {
    const { ask } = await withJira()
    expect('emailAddress' in (await ask('user?username=cleo')).body).toBe(false)
    expect((await ask('user?username=dora')).body.emailAddress).toBe('dora dot masked at example dot com')
  })
})

describe('a person', () => {
  it('keeps the key through a renaming, and is found by the new name alone', async () => {
    const { jira, ask } = await withJira()
    jira.acts.renameUser({ name: 'ada', to: 'ada.park' })
    expect((await ask('user?username=ada.park')).body).toMatchObject({ name: 'ada.park', key: 'ada' })
    expect((await ask('user?key=ada')).body.name).toBe('ada.park')
    expect(await ask('user?username=ada')).toMatchObject({
      status: 404,
      body: { errorMessages: ["The user named 'ada' does not exist"] },
    })
    expect((await ask('issue/PLAT-1?fields=assignee')).body.fields.assignee).toMatchObject({
      name: 'ada.park',
      key: 'ada',
    })
    expect((await ask('user?username=gus')).body.key).toBe('JIRAUSER10203')
    expect((await ask('user')).status).toBe(400)
  })

  it('who was deleted leaves the name', async () => {
    const { ask } = await withJira()
    expect((await ask('issue/PLAT-3?fields=reporter')).body.fields.reporter).toEqual({ name: 'hana', active: false })
    expect((await ask('user?username=hana')).status).toBe(404)
    expect((await ask('user?username=hana&includeDeleted=true')).body.deleted).toBe(true)
  })

  it('who was anonymised has a made-up name', async () => {
    const { jira, ask } = await withJira()
    const { name } = jira.acts.anonymizeUser({ name: 'ben' })
    expect(name).toMatch(/^jirauser\d+$/)
    expect((await ask('issue/PLAT-2?fields=assignee')).body.fields.assignee).toMatchObject({ name, active: false })
  })

  it('who is inactive cannot sign in', async () => {
    const { jira, ask } = await withJira()
    jira.acts.deactivateUser({ name: 'ada' })
    expect((await ask('myself', { as: 'ada:ada' })).status).toBe(401)
    jira.acts.activateUser({ name: 'ada' })
    expect((await ask('myself', { as: 'ada:ada' })).status).toBe(200)
  })
})

describe('lists of people', () => {
  it('stream through a cursor in version 10 alone', async () => {
    const { ask } = await withJira()
    const seen: string[] = []
    for (let path: string | undefined = 'user/list?maxResults=4'; path !== undefined;) {
      const { body } = await ask(path)
      seen.push(...body.values.map(({ name }: { name: string }) => name))
      path = body.isLast ? undefined : `user/list?maxResults=4&cursor=${body.nextCursor}`
    }
    expect([seen.length, new Set(seen).size]).toEqual([8, 8])
    const { ask: askNine } = await withJira({ version: '9' })
    expect((await askNine('user/list')).status).toBe(404)
  })

  it('of groups are for administrators', async () => {
    const { ask } = await withJira()
    expect((await ask('group/member?groupname=security-team')).body).toMatchObject({
      total: 1,
      isLast: true,
      values: [{ name: 'ada' }],
    })
    expect((await ask('group/member?groupname=security-team', { as: 'ada:ada' })).status).toBe(403)
    expect((await ask('group/member?groupname=none')).status).toBe(404)
  })

  it('say what one may do', async () => {
    const { jira, ask } = await withJira()
    jira.acts.deny({ who: 'ada', project: 'PLAT', permission: 'CREATE_ISSUES' })
    const may = async (query: string) =>
      (await ask(`mypermissions${query}`, { as: 'ada:ada' })).body.permissions.CREATE_ISSUES.havePermission
    expect([await may('?projectKey=PLAT'), await may('?projectKey=OPS'), await may('')]).toEqual([false, true, true])
  })
})
