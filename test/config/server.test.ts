import { describe, expect, it } from 'vitest'
import { findServerReferences, loadServerConfig } from '../../src/config/load-server.ts'
import { loadRepositoryConfig } from '../../src/config/repository.ts'
import { findArchive, hasFeature, mayUse, mayUseProject, organizationsOf } from '../../src/config/server.ts'

const FILE = `version: 1
address: https://lockstep.example.com/
connections:
  boards: { kind: azure, url: https://dev.azure.com/fabrikam, project: Fabrikam, token: $BOARDS_TOKEN }
  jira: { kind: jira, url: https://jira.example.com, project: PLAT, token: $JIRA_TOKEN }
organizations:
  Acme:
    connections: { boards: [Fabrikam], jira: any }
  globex:
    connections: { jira: [GLOB] }
    features: [people-search]
`

function load(text: string) {
  const { server, problems = [] } = loadServerConfig(text, 'lockstep.server.yml')
  if (server === undefined) throw new Error(problems.map(({ message }) => message).join('; '))
  return server
}

const complaints = (text: string) =>
  (loadServerConfig(text, 'lockstep.server.yml').problems ?? []).map(
    ({ line, severity, message, remedy }) => `${line}: ${severity}: ${message}. ${remedy}`,
  )

describe("the operator's file", () => {
  it('says who may use which connection, which projects and which features', () => {
    const server = load(FILE)
    expect(server.address).toBe('https://lockstep.example.com')
    expect(['acme', 'ACME', 'globex', 'other'].map((name) => mayUse(server, name, 'boards'))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(mayUseProject(server, 'acme', { connection: 'boards', project: 'Secret' })).toBe(false)
    expect(mayUseProject(server, 'acme', { connection: 'jira', project: 'OPS' })).toBe(true)
    expect(mayUseProject(server, 'globex', { connection: 'jira', project: 'PLAT' })).toBe(false)
    expect([hasFeature(server, 'acme', 'issue-sync'), hasFeature(server, 'globex', 'issue-sync')]).toEqual([
      true,
      false,
    ])
    expect(organizationsOf(server, 'jira')).toEqual(['Acme', 'globex'])
    expect(mayUse(server, 'acme', 'constructor')).toBe(false)
  })

  it('names the environment variables it needs, and where', () => {
    expect(findServerReferences(load(FILE))).toEqual([
      { name: 'BOARDS_TOKEN', usedAt: ['connections.boards.token'] },
      { name: 'JIRA_TOKEN', usedAt: ['connections.jira.token'] },
    ])
  })

  it('is told all its mistakes at once, with the line and what would be right', () => {
    expect(
      complaints(
        FILE.replace('token: $BOARDS_TOKEN', 'tokn: $BOARDS_TOKEN')
          .replace('boards: [Fabrikam]', 'bords: [Fabrikam]')
          .replace('people-search', 'people-serch'),
      ),
    ).toEqual([
      expect.stringMatching(/^4: error: there is no such key\. Did you mean "token"\?/),
      expect.stringMatching(/^8: error: there is no connection "bords"\. Did you mean "boards"\?/),
      expect.stringMatching(/^11: error: "people-serch" is not known here\. Did you mean "people-search"\?/),
    ])
    expect(complaints('- 1')).toEqual([expect.stringContaining('must be a mapping')])
  })

  it('never shows a secret that was written down', () => {
    const { problems = [] } = loadServerConfig(FILE.replace('$JIRA_TOKEN', 'hunter2hunter2'), 'lockstep.server.yml')
    expect(problems).toHaveLength(1)
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })

  it('asks for a client secret: no workflow is there whose token could be exchanged', () => {
    const entra = FILE.replace('token: $BOARDS_TOKEN', 'entra: { tenant: t, client: c }')
    expect(complaints(entra)).toEqual([expect.stringMatching(/^4: error: there is no client secret/)])
  })

  it('warns of a connection that nobody may use', () => {
    const { warnings = [] } = loadServerConfig(FILE.replace('boards: [Fabrikam], ', ''), 'lockstep.server.yml')
    expect(warnings.map(({ message }) => message)).toEqual(['no organization may use this connection'])
  })
})

describe('an archive of people', () => {
  const people = 'people: { repository: Rocket, archive: people.tar, key: $PEOPLE_KEY }'
  const file = FILE.replace('    features: [people-search]', `    ${people}`)

  it('is named by the operator for one repository, and nowhere else', () => {
    const server = load(file)
    expect(findArchive(server, { owner: 'Globex', repo: 'rocket' })).toMatchObject({ archive: 'people.tar' })
    expect(findArchive(server, { owner: 'globex', repo: 'moon' })).toBeUndefined()
    expect(findArchive(server, { owner: 'acme', repo: 'rocket' })).toBeUndefined()
    expect(findServerReferences(server)).toContainEqual({
      name: 'PEOPLE_KEY',
      usedAt: ['organizations.globex.people.key'],
    })
  })

  it('is opened by a key that is named, never written down', () => {
    expect(complaints(file.replace('$PEOPLE_KEY', 'people.pem')).join()).toContain('a secret never stands in the file')
    expect(complaints(file.replace(', key: $PEOPLE_KEY', ''))).toHaveLength(1)
  })
})

describe('the configuration of a repository on a shared server', () => {
  const server = load(FILE)
  const read = (text: string, organization = 'acme') =>
    loadRepositoryConfig(`version: 1\n${text}`, '.github/lockstep.yml', { server, organization })
  const told = (text: string, organization?: string) =>
    (read(text, organization).problems ?? []).map(({ line, message }) => `${line}: ${message}`)

  it('names a connection, and gets it with its address and the name of its secret', () => {
    expect(read('routes: [{ to: boards }]').config?.trackers['boards']).toMatchObject({
      url: 'https://dev.azure.com/fabrikam',
      token: '$BOARDS_TOKEN',
    })
  })

  it('may not describe one, so no pull request can send a credential anywhere', () => {
    const evil = `trackers:
  boards: { kind: azure, url: https://evil.example.org/x, project: P, token: $BOARDS_TOKEN }
routes: [{ to: boards }]`
    expect(told(evil)).toEqual(['2: only the operator of this server may set this'])
    expect(told('routes: [{ to: boards }]\npeople: { archive: /etc/passwd, key: $WEBHOOK_SECRET }')).toEqual([
      '3: only the operator of this server may set this',
      '3: only the operator of this server may set this',
    ])
  })

  it('knows only the connections of its own organization, and does not tell that there are others', () => {
    const [own] = read('routes: [{ to: boards }]', 'globex').problems ?? []
    const [none] = read('routes: [{ to: nobody }]', 'globex').problems ?? []
    expect(own?.message.replaceAll('boards', 'X')).toBe(none?.message.replaceAll('nobody', 'X'))
    expect(own?.remedy).toBe(none?.remedy)
    expect(own?.remedy).not.toContain('fabrikam')
  })

  it('reaches only the projects that its organization was given', () => {
    expect(told('routes: [{ to: jira, project: GLOB }]', 'globex')).toEqual([])
    expect(told('routes: [{ to: jira }]', 'globex')).toEqual(['2: this organization may not use the project "PLAT"'])
    expect(told('routes: [{ to: boards, project: Secret }]')).toEqual([
      '2: this organization may not use the project "Secret"',
    ])
  })
})
