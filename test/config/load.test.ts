import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadConfig, type LoadOptions } from '../../src/config/load.ts'
import { printProblem, type Problem } from '../../src/config/problem.ts'

const FILE = '.github/lockstep.yml'

const tracker = `trackers:
  jira:
    kind: jira
    url: https://jira.example.com
    project: PLAT
    token: $JIRA_TOKEN
`
const head = `version: 1\n${tracker}`
const good = `${head}routes:\n  - to: jira\n`

const problemsOf = (text: string, options?: LoadOptions): readonly Problem[] => {
  const loaded = loadConfig(text, FILE, options)
  return loaded.problems ?? loaded.warnings
}

const at = ({ line, column }: Problem) => `${line}:${column}`

describe('a good file', () => {
  it('is read with every default filled in', () => {
    const { config } = loadConfig(good, FILE)
    expect(config?.routes[0]).toMatchObject({ to: 'jira', conflict: 'newest', when: { state: 'open' }, create: 'both' })
    expect(config?.routes[0]?.sync).toMatchObject({ title: 'both', milestone: 'off' })
    expect(config?.people).toMatchObject({ match: 'verified', unmatched: 'keep' })
  })

  it('may have a byte order mark and the line ends of Windows', () => {
    expect(loadConfig(`\uFEFF${good.replaceAll('\n', '\r\n')}`, FILE).config?.routes).toHaveLength(1)
  })

  it('may give an issue a ticket in each of several trackers', () => {
    const two = good
      .replace('routes:', 'routes:\n  - to: boards')
      .replace(
        'trackers:',
        'trackers:\n  boards: { kind: azure, url: https://dev.azure.com/acme, project: Fabrikam, token: $ADO_TOKEN }',
      )
    expect(loadConfig(two, FILE).config?.routes.map(({ to }) => to)).toEqual(['boards', 'jira'])
  })

  it('may lead to a tracker that the operator offers', () => {
    const text = 'version: 1\nroutes:\n  - to: company\n'
    expect(loadConfig(text, FILE, { connections: { company: { kind: 'azure' } } }).config).toBeDefined()
    expect(problemsOf(text, { connections: { kompany: { kind: 'azure' } } })[0]?.remedy).toContain(
      'Did you mean "kompany"?',
    )
  })
})

describe('an example', () => {
  const folder = new URL('../../examples/', import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith('.yml'))

  it.each(files)('%s loads without a warning', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8')
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../schema/lockstep.schema.json')
    expect(problemsOf(text).map(printProblem)).toEqual([])
    expect(loadConfig(text, file).config).toBeDefined()
  })

  it('of the smallest kind takes ten lines', () => {
    const text = readFileSync(new URL('minimal.yml', folder), 'utf8')
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(10)
  })

  it('in the documentation loads too', () => {
    const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
    const blocks = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, block]) => block!)
    expect(blocks).not.toHaveLength(0)
    for (const block of blocks) expect(problemsOf(block).map(printProblem)).toEqual([])
  })
})

const route = (...lines: string[]) => `${head}routes:\n  - to: jira\n${lines.map((line) => `    ${line}\n`).join('')}`
const azure = (...lines: string[]) =>
  `version: 1\ntrackers:\n  boards:\n    kind: azure\n${lines.map((line) => `    ${line}\n`).join('')}routes:\n  - to: boards\n`
const jira = (...lines: string[]) => azure(...lines).replace('kind: azure', 'kind: jira')

/** A broken file, where it is wrong, the path, and a piece of the message and of the remedy. */
const broken: readonly (readonly [
  name: string,
  text: string,
  at: string,
  path: string,
  message: string,
  remedy: string,
])[] = [
  ['an empty file', '', '1:1', '', 'empty', 'version: 1'],
  ['only a comment', '# nothing yet\n', '1:1', '', 'empty', 'version: 1'],
  ['a list at the root', '- to: jira\n', '1:1', '', 'must be a mapping', 'version: 1'],
  ['another version', good.replace('1', '2'), '1:10', 'version', 'number 2', 'Expected 1'],
  ['no version', good.replace('version: 1\n', ''), '1:1', 'version', 'missing', 'Expected 1'],
  ['no routes', `${head}routes: []\n`, '8:9', 'routes', 'the list is empty', 'a list'],
  ['a misspelt key', route('whne: { labels: [a] }'), '10:5', 'routes[0].whne', 'no such key', 'Did you mean "when"?'],
  [
    'a key of another place',
    route('unmatched: keep'),
    '10:5',
    'routes[0].unmatched',
    'no such key',
    'belongs under people',
  ],
  [
    'a misspelt field',
    route('sync: { titel: both }'),
    '10:13',
    'routes[0].sync.titel',
    'no such key',
    'Did you mean "title"?',
  ],
  [
    'a misspelt word',
    route('sync: { title: to-traker }'),
    '10:20',
    'routes[0].sync.title',
    'not known',
    'Did you mean "to-tracker"?',
  ],
  [
    'no where off is meant',
    route('sync: { title: no }'),
    '10:20',
    'routes[0].sync.title',
    '"no"',
    'Did you mean "off"?',
  ],
  [
    'false where off is meant',
    route('sync: { title: false }'),
    '10:20',
    'routes[0].sync.title',
    'the boolean false',
    'Did you mean "off"?',
  ],
  ['yes where true is meant', route('adopt: yes'), '10:12', 'routes[0].adopt', 'text in YAML 1.2', 'Write true.'],
  ['off where false is meant', route('adopt: off'), '10:12', 'routes[0].adopt', 'text in YAML 1.2', 'Write false.'],
  [
    'a boolean for a label',
    route('when: { labels: [true] }'),
    '10:22',
    'routes[0].when.labels[0]',
    'the boolean true',
    '"true"',
  ],
  [
    'a number for a milestone',
    route('when: { milestones: 1.0 }'),
    '10:25',
    'routes[0].when.milestones',
    'the number 1',
    '"1.0"',
  ],
  [
    'a number for a key',
    route('milestone: { 1.10: Next }'),
    '10:18',
    'routes[0].milestone["1.10"]',
    'the number 1.1',
    '"1.10"',
  ],
  ['a boolean for a key', route('true: x'), '10:5', 'routes[0].true', 'the boolean true', '"true"'],
  [
    'no such day',
    route('when: { since: 2026-02-30 }'),
    '10:20',
    'routes[0].when.since',
    'cannot stand here',
    'a day such as',
  ],
  [
    'a policy for no field',
    route('conflict: { titel: github }'),
    '10:17',
    'routes[0].conflict.titel',
    'no such key',
    '"title"',
  ],
  [
    'a mapping for a field',
    route('fields: { A: { b: 1 } }'),
    '10:18',
    'routes[0].fields.A',
    'a mapping cannot',
    'a mapping with default',
  ],
  ['a list for a word', route('create: [both]'), '10:13', 'routes[0].create', 'a list cannot', 'to-github'],
  [
    'an empty condition',
    route('from: {}'),
    '10:11',
    'routes[0].from',
    'name a query or a label',
    'a mapping with query',
  ],
  ['a key twice', route('adopt: true', 'adopt: false'), '11:5', 'routes[0].adopt', 'a second time', 'Keep one'],
  ['an anchor', route('project: &a PLAT'), '10:14', 'routes[0].project', 'anchors', 'Remove the anchor'],
  ['an alias', route('when: *a'), '10:11', 'routes[0].when', 'aliases', 'Write the value out'],
  ['a merge key', route('<<: { adopt: true }'), '10:5', 'routes[0]["<<"]', 'not allowed', 'Write the keys out'],
  ['a dangerous tag', route('adopt: !!js/function x'), '10:26', 'routes[0].adopt', 'tags', 'Remove the tag'],
  ['a tab', route('when:', '\tlabels: a'), '11:5', '', 'tab', 'spaces'],
  ['two documents', `${good}---\nversion: 1\n`, '10:1', '', 'second document', 'Keep one document'],
  ['an old YAML', `%YAML 1.1\n---\n${good}`, '1:1', '', 'old version of YAML', '%YAML'],
  ['an open bracket', route('when: { labels: [a }'), '10:24', '', 'no valid YAML', 'bracket'],
  ['an open quote', route('area: "x'), '11:1', '', 'no valid YAML', 'quote'],
  ['a colon in text', route('area: a: b'), '10:11', '', 'no valid YAML', 'quotes'],
  [
    'a comma in text',
    route('from: { query: a IN (1, 2) }').replace(', 2)', ', b)'),
    '10:29',
    'routes[0].from["b)"]',
    'no such key',
    'quotes',
  ],
  [
    'an unknown tracker',
    good.replace('to: jira', 'to: jria'),
    '9:9',
    'routes[0].to',
    'no tracker "jria"',
    'Did you mean "jira"?',
  ],
  [
    'no tracker at all',
    'version: 1\nroutes: [{ to: jira }]\n',
    '2:16',
    'routes[0].to',
    'no tracker',
    'Describe it under "trackers"',
  ],
  [
    'a bad name',
    good.replace('  jira:', '  Jira:').replace('to: jira', 'to: Jira'),
    '3:3',
    'trackers.Jira',
    'no good name',
    'lower-case',
  ],
  [
    'an unknown kind',
    good.replace('kind: jira', 'kind: jirra'),
    '4:11',
    'trackers.jira.kind',
    '"jirra"',
    'Did you mean "jira"?',
  ],
  ['a missing address', good.replace(/ {4}url.*\n/, ''), '3:3', 'trackers.jira.url', 'missing', 'https://'],
  ['an address without https', good.replace('https://', ''), '5:10', 'trackers.jira.url', 'cannot stand', 'https://'],
  [
    'an address from a variable',
    good.replace(/url: .*/, 'url: $JIRA_URL'),
    '5:10',
    'trackers.jira.url',
    '$JIRA_URL',
    'Only secrets',
  ],
  [
    'no organization',
    azure('url: https://dev.azure.com', 'project: F', 'token: $T'),
    '5:10',
    'trackers.boards.url',
    'organization is missing',
    'ORGANIZATION',
  ],
  [
    'the address of a project',
    azure('url: https://dev.azure.com/contoso/F/_boards', 'project: F', 'token: $T'),
    '5:10',
    'trackers.boards.url',
    'more than',
    'https://dev.azure.com/contoso,',
  ],
  [
    'no collection',
    azure('url: https://tfs.example.com', 'project: F', 'token: $T'),
    '5:10',
    'trackers.boards.url',
    'collection is missing',
    'DefaultCollection',
  ],
  [
    'the address of a ticket',
    jira('url: https://example.com/jira/browse/F-1', 'project: F', 'token: $T'),
    '5:10',
    'trackers.boards.url',
    'a page',
    'Write https://example.com/jira.',
  ],
  [
    'Jira Cloud',
    jira('url: https://x.atlassian.net', 'project: F', 'token: $T'),
    '5:10',
    'trackers.boards.url',
    'Jira Cloud',
    'Data Center',
  ],
  [
    'no sign-in',
    azure('url: https://dev.azure.com/contoso', 'project: F'),
    '3:3',
    'trackers.boards',
    'no way of signing in',
    'token or entra',
  ],
  [
    'two sign-ins',
    jira('url: https://example.com', 'project: F', 'token: $T', 'username: a', 'password: $P'),
    '8:5',
    'trackers.boards.username',
    '2 ways',
    'Keep one',
  ],
  [
    'a username alone',
    jira('url: https://example.com', 'project: F', 'username: a'),
    '7:15',
    'trackers.boards.username',
    'without a password',
    'password: $NAME',
  ],
  [
    'a small variable',
    good.replace('$JIRA_TOKEN', '$jira_token'),
    '7:12',
    'trackers.jira.token',
    'never stands in the file',
    'in capitals',
  ],
  [
    'the notation of workflows',
    good.replace('$JIRA_TOKEN', '${{ secrets.JIRA_TOKEN }}'),
    '7:12',
    'trackers.jira.token',
    'written as $NAME',
    'Write $JIRA_TOKEN.',
  ],
  ['an empty secret', good.replace(' $JIRA_TOKEN', ''), '7:5', 'trackers.jira.token', 'no value', '$NAME'],
  [
    'a field without its map',
    route('sync: { priority: both }'),
    '10:23',
    'routes[0].sync.priority',
    'no map',
    'priority:',
  ],
  [
    'one state for both',
    route('status: { open: To Do, closed: To Do }'),
    '10:36',
    'routes[0].status.closed',
    'both the state',
    'different',
  ],
  [
    'one state for what is assigned and closed, whatever its letter case',
    route('status: { assigned: done, closed: Done }'),
    '10:39',
    'routes[0].status.closed',
    'assigned and closed are both the state "done"',
    'different',
  ],
  [
    'one state for what is assigned and not',
    route('status: { open: To Do, assigned: To Do }'),
    '10:38',
    'routes[0].status.assigned',
    'open and assigned are both the state "To Do"',
    'different',
  ],
  [
    'an assigned state that means closed',
    route('status: { assigned: Doing, from: { Doing: closed } }'),
    '10:47',
    'routes[0].status.from.Doing',
    'means closed here, and open in',
    'agree',
  ],
  [
    'a state with two meanings',
    route('status: { closed: Done, from: { Done: open } }'),
    '10:43',
    'routes[0].status.from.Done',
    'means open here',
    'agree',
  ],
  [
    'tickets that never become issues',
    route('create: to-github'),
    '10:13',
    'routes[0].create',
    '"from" says which',
    'from:',
  ],
  [
    'an ordered query',
    route('from: { query: a = b ORDER BY c }'),
    '10:20',
    'routes[0].from.query',
    'ORDER BY',
    'Remove it',
  ],
  ['an area in Jira', route('area: x'), '10:5', 'routes[0].area', 'only Azure DevOps', 'components'],
  [
    'a route behind one that takes all',
    `${good}  - to: jira\n    when: { labels: [a] }\n`,
    '10:5',
    'routes[1]',
    'no issue ever comes here',
    'Move this one up',
  ],
  ['a route twice', `${good}  - to: jira\n`, '10:5', 'routes[1]', 'repeats routes[0]', 'Remove one'],
  [
    'an archive without its key',
    `${good}people:\n  archive: people.tar\n`,
    '11:12',
    'people.archive',
    'without its key',
    'key: $NAME',
  ],
  [
    'a name instead of an address',
    `${good}people:\n  map: { octocat: Octo }\n`,
    '11:19',
    'people.map.octocat',
    '"Octo"',
    'an e-mail address',
  ],
  [
    'an address of two people',
    `${good}people:\n  map: { a: x@example.com, b: X@example.com }\n`,
    '11:31',
    'people.map.b',
    'belongs to a',
    'one login',
  ],
  [
    'a login with its sign',
    `${good}people:\n  map: { "@a": x@example.com }\n`,
    '11:10',
    'people.map["@a"]',
    'no GitHub login',
    'Write a.',
  ],
]

describe('a broken file', () => {
  it.each(broken)('with %s is one problem, at its place, with a remedy', (_, text, place, path, message, remedy) => {
    const [problem, ...more] = problemsOf(text)
    expect(more.map(printProblem)).toEqual([])
    expect(problem).toMatchObject({ severity: 'error', file: FILE, path })
    expect(at(problem!)).toBe(place)
    expect(problem!.message).toContain(message)
    expect(problem!.remedy).toContain(remedy)
  })

  it('shows the line with a caret under the place', () => {
    const [problem] = problemsOf(route('sync: { titel: both }'))
    expect(printProblem(problem!)).toBe(
      `${FILE}:10:13: error: routes[0].sync.titel: there is no such key
        sync: { titel: both }
                ^^^^^
  Did you mean "title"?`,
    )
  })

  it('tells all of its mistakes at once, in the order of the file', () => {
    const text = `version: 2
trackers:
  boards: { kind: azure, url: https://dev.azure.com, project: 7 }
routes:
  - to: board
    sync: { titel: both, body: bth }
people:
  match: Verified
`
    expect(problemsOf(text).map((problem) => `${at(problem)} ${problem.path}`)).toEqual([
      '1:10 version',
      '3:3 trackers.boards',
      '3:31 trackers.boards.url',
      '3:63 trackers.boards.project',
      '5:9 routes[0].to',
      '6:13 routes[0].sync.titel',
      '6:32 routes[0].sync.body',
      '8:10 people.match',
    ])
  })

  it('does not blame the consequences of a mistake', () => {
    const misspelt = good.replace('token:', 'tokn:')
    expect(problemsOf(misspelt).map(({ path }) => path)).toEqual(['trackers.jira.tokn'])
    const shadowed = `${head}routes:\n  - to: jira\n    when: { lables: [a] }\n  - to: jira\n    when: { labels: [b] }\n`
    expect(problemsOf(shadowed).map(({ path }) => path)).toEqual(['routes[0].when.lables'])
  })

  it('keeps its columns behind a byte order mark and with the line ends of Windows', () => {
    expect(problemsOf('\uFEFFversoin: 1\r\nroutes: x\r\n').map(at)).toEqual(['1:1', '2:9'])
  })
})

describe('a warning', () => {
  const warned: readonly (readonly [name: string, text: string, path: string, message: string])[] = [
    ['about http', good.replace('https:', 'http:'), 'trackers.jira.url', 'unencrypted'],
    [
      'about a tracker without a route',
      `${good.replace('routes:', '  spare: { kind: jira, url: "https://example.com", project: X, token: $T }\nroutes:')}`,
      'trackers.spare',
      'no route',
    ],
    [
      'about the name of a Jira project',
      good.replace('PLAT', 'Platform'),
      'trackers.jira.project',
      'key of a Jira project',
    ],
    [
      'about a type that is never made',
      route('type: { default: Task }', 'status: { open: { Tsk: A } }'),
      'routes[0].status.open.Tsk',
      'no tickets',
    ],
    [
      'about a type that is never made and never assigned',
      route('type: { default: Task }', 'status: { assigned: { Tsk: A } }'),
      'routes[0].status.assigned.Tsk',
      'no tickets',
    ],
    [
      'about a map that is off',
      route('priority: { P1: High }', 'sync: { priority: off }'),
      'routes[0].priority',
      'not used',
    ],
    ['about a "from" that is off', route('from: { label: a }', 'create: to-tracker'), 'routes[0].from', 'not used'],
  ]

  it.each(warned)('%s does not stop the file', (_, text, path, message) => {
    const { config, warnings } = loadConfig(text, FILE)
    expect(config).toBeDefined()
    expect(warnings).toMatchObject([{ severity: 'warning', path, message: expect.stringContaining(message) }])
  })

  it('is not given for http on this machine', () => {
    for (const host of ['localhost:8080', '127.0.0.1:1', '[::1]:1']) {
      expect(problemsOf(good.replace('https://jira.example.com', `http://${host}/jira`))).toEqual([])
    }
  })
})
