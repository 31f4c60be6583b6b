import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { printProblems } from '../../src/config/problem.ts'

const SECRET = 'hunter2-hunter2-hunter2'
const GITHUB_TOKEN = `ghp_${'0123456789abcdef'.repeat(3).slice(0, 36)}`

const file = (tracker: string, rest = '') => `version: 1
trackers:
  jira:
    kind: jira
    url: https://jira.example.com
    project: PLAT
    ${tracker}
routes:
  - to: jira
${rest}`

const told = (text: string): string => {
  const { problems } = loadConfig(text, 'lockstep.yml')
  expect(problems).toBeDefined()
  return printProblems(problems!)
}

describe('a secret in the file', () => {
  const places: readonly (readonly [name: string, text: string])[] = [
    ['as a token', file(`token: ${SECRET}`)],
    ['that begins like a variable', file('token: $hunter2hunter2')],
    ['in quotes', file(`token: "${SECRET}"`)],
    ['as a password', file(`username: a\n    password: ${SECRET}`)],
    ['under a misspelt key', file(`tokn: ${SECRET}\n    token: $T\n    password: ${SECRET}`)],
    ['over several lines', file(`token: |\n      ${SECRET}\n      ${SECRET}`)],
    ['in a list', file(`token: [${SECRET}]`)],
    ['in a file that is no YAML', file(`token: ${SECRET}: [`)],
    ['on a broken line below its key', file(`token:\n      ${SECRET}: {`)],
    ['in an address', file('token: $T').replace('https://', `https://me:${SECRET}@`)],
    ['behind an anchor', file(`token: &x ${SECRET}`)],
  ]

  it.each(places)('%s is an error and is never shown', (_, text) => {
    expect(told(text)).not.toContain('hunter2')
  })

  it.each([
    ['in a comment', file('token: $T # GITHUB').replace('GITHUB', GITHUB_TOKEN)],
    ['as a label', file('token: $T', `    when: { labels: [${GITHUB_TOKEN}] }\n`)],
    ['as a key', file('token: $T', `    type: { ${GITHUB_TOKEN}: Bug }\n`)],
    [
      'as a private key',
      file('token: $T', `    area: "-----BEGIN PRIVATE KEY-----\\nMIIabc\\n-----END PRIVATE KEY-----"\n`),
    ],
  ])('is recognised by its form %s', (_, text) => {
    const shown = told(text)
    expect(shown).toContain('this looks like a secret')
    expect(shown).not.toContain(GITHUB_TOKEN)
    expect(shown).not.toContain('MIIabc')
  })

  it('is masked where its line is shown for another mistake', () => {
    const shown = told(
      `version: 1\ntrackers: { jira: { kind: jira, url: nowhere, project: P, token: ${SECRET} } }\nroutes: [{ to: jira }]\n`,
    )
    expect(shown).toContain('"nowhere"')
    expect(shown).not.toContain('hunter2')
  })

  it('has the column of the value', () => {
    expect(told(file(`token: ${SECRET}`))).toContain(
      'lockstep.yml:7:12: error: trackers.jira.token: a secret never stands in the file',
    )
  })
})
