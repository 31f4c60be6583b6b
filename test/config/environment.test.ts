import { describe, expect, it } from 'vitest'
import { printEnvironmentProblem, readEnvironment, requireEnvironment } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'

const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----'

const { config } = loadConfig(
  `version: 1
trackers:
  boards: { kind: azure, url: "https://dev.azure.com/contoso", project: Fabrikam, token: $ADO_TOKEN }
  jira: { kind: jira, url: "https://jira.example.com", project: PLAT, username: lockstep, password: $JIRA_PASSWORD }
routes: [{ to: boards, when: { labels: a } }, { to: jira }]
people: { archive: people.tar, key: $PEOPLE_KEY }
`,
  'lockstep.yml',
)

const problemsOf = (...args: Parameters<typeof readEnvironment>) =>
  (readEnvironment(...args).problems ?? []).map(printEnvironmentProblem)

describe('the environment', () => {
  it('of a workflow needs no more than its token', () => {
    expect(readEnvironment({ GITHUB_TOKEN: 't' }, { door: 'action' }).environment).toEqual({
      github: { apiUrl: 'https://api.github.com', serverUrl: 'https://github.com', token: 't', app: null },
      state: { kind: 'ref' },
      configFile: '.github/lockstep.yml',
      logLevel: 'info',
      proxy: { https: null, http: null, except: null },
      secrets: {},
    })
  })

  it('of the app takes its key with line breaks, without them, or in base64', () => {
    for (const key of [PEM, PEM.replaceAll('\n', '\\n'), Buffer.from(PEM).toString('base64')]) {
      const { environment } = readEnvironment({ APP_ID: '7', PRIVATE_KEY: key, WEBHOOK_SECRET: 's' }, { door: 'app' })
      expect(environment?.github.app).toEqual({ id: '7', privateKey: { pem: PEM }, webhookSecret: 's' })
    }
  })

  it.each([
    [
      'postgres://me:secret@db.example.com/lockstep',
      { kind: 'postgres', url: 'postgres://me:secret@db.example.com/lockstep' },
    ],
    ['sqlite:/var/lib/lockstep.sqlite', { kind: 'sqlite', file: '/var/lib/lockstep.sqlite' }],
    ['memory:', { kind: 'memory' }],
    ['', { kind: 'sqlite', file: '.lockstep/lockstep.sqlite' }],
  ])('puts the state where DATABASE_URL=%s says', (url, state) => {
    expect(readEnvironment({ GITHUB_TOKEN: 't', DATABASE_URL: url }).environment?.state).toEqual(state)
  })

  it('reads the proxy in small letters too', () => {
    const { environment } = readEnvironment({ GITHUB_TOKEN: 't', https_proxy: 'http://p.example.com', NO_PROXY: 'a,b' })
    expect(environment?.proxy).toEqual({ https: 'http://p.example.com', http: null, except: 'a,b' })
  })

  it('holds what the names in the configuration stand for, without the blanks around it', () => {
    const { environment } = readEnvironment(
      { GITHUB_TOKEN: 't', ADO_TOKEN: 'a\n', JIRA_PASSWORD: 'b', PEOPLE_KEY: PEM },
      { config },
    )
    expect(environment?.secrets).toEqual({ ADO_TOKEN: 'a', JIRA_PASSWORD: 'b', PEOPLE_KEY: PEM })
  })

  it('reports all of its mistakes at once, and where the configuration needs them', () => {
    const variables = {
      LOG_LEVEL: 'loud',
      GITHUB_API_URL: 'github.example.com',
      DATABASE_URL: 'mysql://me:secret@db',
      ADO_TOKEN: '',
      JIRA_PASSWRD: 'b',
      HTTPS_PROXY: 'proxy:3128',
    }
    const problems = problemsOf(variables, { config })
    expect(problems.map((text) => text.split('\n')[0])).toEqual([
      'GITHUB_API_URL has a value that cannot be used.',
      'DATABASE_URL has a value that cannot be used.',
      'LOG_LEVEL has a value that cannot be used.',
      'HTTPS_PROXY has a value that cannot be used.',
      'GITHUB_TOKEN is not set.',
      'ADO_TOKEN is empty (used by trackers.boards.token).',
      'JIRA_PASSWORD is not set (used by trackers.jira.password).',
      'PEOPLE_KEY is not set (used by people.key).',
    ])
    expect(problems.join()).toContain('Did you mean $JIRA_PASSWRD there?')
    expect(problems.join()).toContain('one of trace, debug')
  })

  it('never quotes a value', () => {
    const values = {
      GITHUB_TOKEN: 't',
      DATABASE_URL: 'mysql://me:hunter2@db',
      APP_ID: 'hunter2',
      PRIVATE_KEY: 'hunter2',
    }
    expect(problemsOf(values)).toHaveLength(3)
    expect(problemsOf(values).join()).not.toContain('hunter2')
  })

  it('of the app is refused without a webhook secret', () => {
    expect(problemsOf({ APP_ID: '7', PRIVATE_KEY_PATH: 'key.pem' }, { door: 'app' })).toEqual([
      expect.stringContaining('WEBHOOK_SECRET is not set'),
    ])
    expect(problemsOf({ GITHUB_TOKEN: 't' }, { door: 'app' })).toHaveLength(3)
  })

  it('is refused with two keys, or half an app', () => {
    expect(problemsOf({ APP_ID: '7', PRIVATE_KEY: PEM, PRIVATE_KEY_PATH: 'key.pem' })).toHaveLength(1)
    expect(problemsOf({ GITHUB_TOKEN: 't', APP_ID: '7' })).toEqual([expect.stringContaining('PRIVATE_KEY is not set')])
  })

  it('keeps its state in a git ref in the Action and, when told so, at the command line', () => {
    const variables = { GITHUB_TOKEN: 't', DATABASE_URL: 'ref' }
    expect(readEnvironment(variables, { door: 'action' }).environment?.state).toEqual({ kind: 'ref' })
    expect(readEnvironment(variables, { door: 'cli' }).environment?.state).toEqual({ kind: 'ref' })
    expect(problemsOf({ ...variables, APP_ID: '7', PRIVATE_KEY: PEM, WEBHOOK_SECRET: 's' }, { door: 'app' })).toEqual([
      expect.stringContaining('which the app cannot use'),
    ])
  })

  it('ends a command with the code environment-invalid', () => {
    expect(() => requireEnvironment(readEnvironment({}))).toThrow(
      expect.objectContaining({ code: 'environment-invalid' }),
    )
  })
})
