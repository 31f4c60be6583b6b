import { describe, expect, it } from 'vitest'
import { newIssue, searchFor, withJira } from './asking.ts'
import type { Ask } from './asking.ts'

const keys = async (ask: Ask, jql: string, as?: string): Promise<string> => {
  const { status, body } = await ask(searchFor(jql, '&fields=summary'), as === undefined ? {} : { as })
  if (status !== 200) return body.errorMessages.join(' ')
  return body.issues.map(({ key }: { key: string }) => key).join(' ')
}

describe('JQL finds', () => {
  it.each([
    ['project = PLAT', 'PLAT-4 PLAT-3 PLAT-2 PLAT-1'],
    ['project = platform ORDER BY key', 'PLAT-1 PLAT-2 PLAT-3 PLAT-4'],
    ['project in (OPS, 10002) order by key', 'LONG-1 OPS-1 OPS-2'],
    ['key = PLAT-1', 'PLAT-1'],
    ['issuekey in (PLAT-1, OPS-2) ORDER BY key DESC', 'PLAT-1 OPS-2'],
    ['status = "In Progress"', 'PLAT-2'],
    ['statusCategory = Done ORDER BY key', 'OPS-2 PLAT-3'],
    ['statusCategory != 3 AND project = OPS', 'OPS-1'],
    ['assignee = ada ORDER BY key ASC', 'LONG-1 PLAT-1 PLAT-3'],
    ['assignee = "ben@example.com" AND status = Open', 'OPS-1'],
    ['assignee is EMPTY', 'PLAT-4'],
    ['assignee != ada AND project = PLAT', 'PLAT-2'],
    ['NOT assignee = ada AND project = PLAT', 'PLAT-2'],
    ['NOT (assignee = ada OR assignee is empty) AND project = PLAT', 'PLAT-2'],
    ['reporter = currentUser()', ''],
    ['labels = theme', 'PLAT-2'],
    ['labels in (login, ui) ORDER BY key', 'PLAT-1 PLAT-2'],
    ['labels is not EMPTY ORDER BY key', 'PLAT-1 PLAT-2'],
    ['issuetype = Bug ORDER BY key', 'OPS-2 PLAT-1'],
    ['type = Story AND project = PLAT', 'PLAT-2'],
    ['priority > Medium ORDER BY priority DESC', 'OPS-1 PLAT-1'],
    ['resolution = Unresolved AND project = OPS', 'OPS-1'],
    ['resolution is EMPTY AND project = OPS', 'OPS-1'],
    ['resolution = Fixed', 'OPS-2'],
    ['text ~ "dark"', 'PLAT-2'],
    ['text ~ dar', ''],
    ['text ~ "dar*"', 'PLAT-2'],
    ['summary ~ "login page"', 'PLAT-1'],
    ['summary ~ "\\"page login\\""', ''],
    ['description ~ happens', 'PLAT-1'],
    ['created >= "2026-01-05 09:02" AND created < "2026/01/05 09:04" ORDER BY created', 'PLAT-3 PLAT-4'],
    ['created <= "2026-01-05 09:00"', 'PLAT-1'],
    ['updated >= -5m', ''],
    ['issue.property[lockstep].id = 1', ''],
    ['ORDER BY updated ASC, key ASC', 'PLAT-1 PLAT-2 PLAT-3 PLAT-4 OPS-1 OPS-2 LONG-1'],
    ['project = PLAT ORDER BY assignee, key', 'PLAT-1 PLAT-3 PLAT-2 PLAT-4'],
  ])('%s', async (jql, expected) => {
    const { ask } = await withJira()
    expect(await keys(ask, jql)).toBe(expected)
  })

  it('children by parent, members of versions and components', async () => {
    const { jira, ask } = await withJira()
    jira.acts.createIssue({ project: 'PLAT', summary: 'Below', parent: 'PLAT-1' })
    await ask('PUT issue/PLAT-2', {
      body: { fields: { fixVersions: [{ name: '1.0' }], components: [{ name: 'ui' }] } },
    })
    expect(await keys(ask, 'parent = PLAT-1')).toBe('PLAT-5')
    expect(await keys(ask, 'fixVersion = "1.0" AND component = ui')).toBe('PLAT-2')
  })
})

describe('JQL refuses', () => {
  it.each([
    ['nothing = 1', "Field 'nothing' does not exist or you do not have permission to view it."],
    ['project = NONE', "The value 'NONE' does not exist for the field 'project'."],
    ['project = 99', "A value with ID '99' does not exist for the field 'project'."],
    ['status = Sleeping', "The value 'Sleeping' does not exist for the field 'status'."],
    ['assignee = nobody', "The value 'nobody' does not exist for the field 'assignee'."],
    ['key = PLAT-99', "An issue with key 'PLAT-99' does not exist for field 'key'."],
    ['project ~ PLAT', "The operator '~' is not supported by the 'project' field."],
    ['summary = x', "The operator '=' is not supported by the 'summary' field."],
    [
      'updated > "2026-01-05 09:00:33"',
      "Date value '2026-01-05 09:00:33' for field 'updated' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
    ],
    [
      'project',
      "Error in the JQL Query: Expecting operator before the end of the query. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'. (line 1, character 8)",
    ],
    [
      'project = PLAT status = Open',
      "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'status'. (line 1, character 16)",
    ],
    [
      'summary ~ "open',
      "Error in the JQL Query: The quoted string 'open' has not been completed. (line 1, character 11)",
    ],
    [
      'assignee = a@example.com',
      "Error in the JQL Query: The character '@' is a reserved JQL character. You must enclose it in a string or use the escape '\\u0040' instead. (line 1, character 13)",
    ],
    ['assignee = someone()', "Unable to find JQL function 'someone()'."],
    ['ORDER BY nothing', "Not able to sort using field 'nothing'."],
  ])('%s', async (jql, message) => {
    const { ask } = await withJira()
    expect(await ask(searchFor(jql))).toMatchObject({ status: 400, body: { errorMessages: [message], errors: {} } })
  })

  it('not what it names in vain, when not validating', async () => {
    const { ask } = await withJira()
    for (const value of ['warn', 'false']) {
      const { status, body } = await ask(searchFor('project = PLAT AND nothing = 1', `&validateQuery=${value}`))
      expect([status, body.total, body.warningMessages]).toEqual([
        200,
        0,
        ["Field 'nothing' does not exist or you do not have permission to view it."],
      ])
    }
    expect((await ask(searchFor('project = ', '&validateQuery=false'))).status).toBe(400)
  })
})

describe('dates in JQL', () => {
  it('are read in the zone of whoever asks', async () => {
    const { ask } = await withJira()
    // PLAT-1 was created at 09:00 UTC: 10:00 in Berlin, 04:00 in New York.
    expect(await keys(ask, 'created < "2026-01-05 09:01"')).toBe('PLAT-1')
    expect(await keys(ask, 'created < "2026-01-05 10:01"', 'ada:ada')).toBe('PLAT-1')
    expect(await keys(ask, 'created < "2026-01-05 04:01"', 'ben:ben')).toBe('PLAT-1')
  })

  it('relative to now do not know zones', async () => {
    const { jira, ask } = await withJira()
    jira.clock.set('2026-03-01T12:00:00Z')
    jira.acts.edit({ issue: 'PLAT-1', fields: { summary: 'Touched' } })
    jira.clock.advance(4 * 60_000)
    for (const as of ['ada:ada', 'ben:ben']) expect(await keys(ask, 'updated >= -5m', as)).toBe('PLAT-1')
    jira.clock.advance(2 * 60_000)
    expect(await keys(ask, 'updated >= -5m')).toBe('')
    expect(await keys(ask, 'updated >= -1d')).toBe('PLAT-1')
  })
})

describe('a search', () => {
  it('answers pages, 50 unless told and never more than the cap', async () => {
    const { ask } = await withJira({ seed: 'large' })
    const page = async (query: string) => {
      const { body } = await ask(searchFor('project = PLAT ORDER BY updated ASC, key ASC', `&fields=updated${query}`))
      return [body.startAt, body.maxResults, body.total, body.issues.length, body.issues[0]?.key]
    }
    expect(await page('')).toEqual([0, 50, 10_000, 50, 'PLAT-1'])
    expect(await page('&startAt=9990&maxResults=100')).toEqual([9990, 100, 10_000, 10, 'PLAT-9991'])
    expect(await page('&maxResults=5000')).toEqual([0, 1000, 10_000, 1000, 'PLAT-1'])
    expect(await page('&maxResults=0')).toEqual([0, 0, 10_000, 0, undefined])
  })

  it('answers the navigable fields unless told', async () => {
    const { ask } = await withJira()
    const fields = async (query: string) =>
      Object.keys((await ask(searchFor('key = PLAT-1', query))).body.issues[0].fields)
    const navigable = await fields('')
    expect([navigable.includes('summary'), navigable.includes('comment'), navigable.includes('attachment')]).toEqual([
      true,
      false,
      false,
    ])
    expect(await fields('&fields=summary,comment')).toEqual(['summary', 'comment'])
    expect((await fields('&fields=*all,-description')).includes('description')).toBe(false)
    expect((await fields('&fields=-summary')).includes('status')).toBe(true)
  })

  it('is the same by POST', async () => {
    const { ask } = await withJira()
    const body = {
      jql: 'project = PLAT',
      startAt: 1,
      maxResults: 2,
      fields: ['summary'],
      expand: ['changelog', 'names'],
    }
    const found = (await ask('POST search', { body })).body
    expect(found).toMatchObject({ startAt: 1, maxResults: 2, total: 4, names: { summary: 'Summary' } })
    expect(found.issues.map(({ key }: { key: string }) => key)).toEqual(['PLAT-3', 'PLAT-2'])
    expect(found.issues[0].changelog).toMatchObject({ total: 0 })
  })

  it('lags behind what was written, while reading does not', async () => {
    const { jira, ask } = await withJira({ switches: { indexLagMs: 2000 } })
    jira.clock.set('2026-03-01T12:00:00Z')
    await ask('POST issue', { body: newIssue() })
    await ask('PUT issue/PLAT-1', { body: { fields: { summary: 'Second' } } })
    jira.clock.advance(1000)
    await ask('PUT issue/PLAT-1', { body: { fields: { summary: 'Third' } } })
    await ask('DELETE issue/PLAT-2')
    const summaries = async () =>
      (await ask(searchFor('project = PLAT ORDER BY key', '&fields=summary'))).body.issues.map(
        ({ key, fields }: { key: string; fields: { summary: string } }) => `${key} ${fields.summary}`,
      )
    expect(await summaries()).toEqual([
      'PLAT-1 Login page does not load',
      'PLAT-2 Add a dark theme',
      'PLAT-3 Remove the old importer',
      'PLAT-4 Nobody has looked at this',
    ])
    expect((await ask('issue/PLAT-1?fields=summary')).body.fields.summary).toBe('Third')
    jira.clock.advance(1000)
    expect((await summaries())[0]).toBe('PLAT-1 Second')
    jira.clock.advance(1000)
    expect(await summaries()).toEqual([
      'PLAT-1 Third',
      'PLAT-3 Remove the old importer',
      'PLAT-4 Nobody has looked at this',
      'PLAT-5 Something',
    ])
  })

  it('suggests values', async () => {
    const { ask } = await withJira()
    const { body } = await ask('jql/autocompletedata/suggestions?fieldName=status&fieldValue=in')
    expect(body.results).toContainEqual({ value: '"In Progress"', displayName: '<b>In</b> Progress' })
  })
})
