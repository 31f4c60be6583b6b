import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import type { Problem } from '../../src/config/problem.ts'

const tracker = `trackers:
  jira:
    kind: jira
    url: https://jira.example.com
    project: PLAT
    token: $JIRA_TOKEN
`
const good = `version: 1\n${tracker}routes:\n  - to: jira\n`

const problemsOf = (text: string): readonly Problem[] => {
  const loaded = loadConfig(text, '.github/lockstep.yml')
  return loaded.problems ?? loaded.warnings
}

describe('a hostile file', () => {
  it('of more than 1 MiB is refused', () => {
    expect(problemsOf(`${good}# ${'x'.repeat(1024 * 1024)}`)[0]?.message).toContain('1 MiB')
  })

  it('nested without end is refused', () => {
    const [problem, ...more] = problemsOf(`version: ${'['.repeat(100_000)}`)
    expect(more).toEqual([])
    expect(problem?.message).toContain('nested too deeply')
  })

  it('of twenty thousand mistakes is answered, with the first of them', () => {
    const numbers = Array.from({ length: 20_000 }, (_, index) => index)
    const keys = numbers.map((number) => `k${number}:`).join('\n')
    expect(problemsOf(keys).length).toBeGreaterThan(200)
    expect(problemsOf(`${good}    when: { labels: [${numbers.join()}] }\n`).length).toBe(200)
  })

  it('of aliases within aliases is never expanded', () => {
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefghij'.split('').map((name, i) => `${name}: &${name} [*${'abcdefghi'[i]}, *${'abcdefghi'[i]}]`),
    ]
    expect(problemsOf(bomb.join('\n')).some(({ message }) => message.includes('aliases'))).toBe(true)
  })

  it('cannot reach the prototype of an object', () => {
    expect(problemsOf(`${good}people:\n  map:\n    __proto__: x@example.com\n`)[0]?.message).toContain('not allowed')
  })
})
