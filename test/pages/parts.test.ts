import { describe, expect, it } from 'vitest'
import type { StoredEntry } from '../../src/core/events.ts'
import { fingerprint } from '../../src/core/fingerprint.ts'
import { remember } from '../../src/core/remember.ts'
import type { Account } from '../../src/core/ticket.ts'
import { barChart, lineChart, roundUp } from '../../src/web/pages/charts.ts'
import { printSubject } from '../../src/web/pages/doctor.ts'
import { age, printActor, printValue } from '../../src/web/pages/markup.ts'
import { foldRepeats } from '../../src/web/pages/pair-history.ts'
import { printBeside, printRemembered } from '../../src/web/pages/remembered.ts'
import { createGitHubReader, createHealthReader, createTimings } from '../../src/web/pages/index.ts'
import { diffLines } from '../../src/web/pages/options-change.ts'
import { filterOf, pairStates, stateOf } from '../../src/web/pages/pair-state.ts'
import { entry } from '../store/records.ts'
import { openStage, repo } from '../flows/stage.ts'

describe('charts', () => {
  it.each([
    [0, 4],
    [3, 4],
    [9, 10],
    [11, 20],
    [53, 80],
    [999, 1000],
    [1001, 2000],
  ])('have an axis that reads well: %d fits under %d', (value, top) => expect(roundUp(value, 4)).toBe(top))

  it('say in words what they show, and draw nothing where there is nothing', async () => {
    const drawn = String(
      await barChart(
        [
          { label: '10:00', value: 0 },
          { label: '10:01', value: 3 },
        ],
        '3 "syncs"',
      ),
    )
    expect(drawn).toContain('aria-label="3 &quot;syncs&quot;"')
    expect(drawn.match(/class="bar"/g)).toHaveLength(1)
    expect(drawn).toContain('10:01: 3')
    expect(drawn).not.toContain('style=')
  })

  it('leave out the minutes in which nothing was measured', async () => {
    const lines = [{ name: 'first', values: [null, 1, null, 2] }] as const
    const drawn = String(await lineChart(lines, { labels: ['a', 'b', 'c', 'd'], summary: 'times' }))
    expect(drawn.match(/<circle/g)).toHaveLength(2)
  })
})

describe('latencies', () => {
  it('are kept by the minute, for an hour', () => {
    let now = Date.parse('2026-03-01T10:00:30Z')
    const timings = createTimings({ clock: { now: () => new Date(now) } })
    for (const seconds of [3, 1, 2]) timings.note(seconds)
    now += 60_000
    timings.note(9)
    const read = timings.readTimings()
    expect(read).toHaveLength(60)
    expect(read.slice(-3)).toEqual([
      { minute: '2026-03-01T09:59:00.000Z', median: null, slowest: null },
      { minute: '2026-03-01T10:00:00.000Z', median: 2, slowest: 3 },
      { minute: '2026-03-01T10:01:00.000Z', median: 9, slowest: 9 },
    ])
    now += 3_600_000
    expect(timings.readTimings().every(({ median }) => median === null)).toBe(true)
  })
})

describe('a difference of two texts', () => {
  const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`)
  const show = (before: readonly string[], after: readonly string[]) =>
    diffLines(`${before.join('\n')}\n`, `${after.join('\n')}\n`).map(({ kind, text }) => `${kind} ${text}`)

  it('keeps three lines around each change, and leaves out the rest', () => {
    const before = numbered(20)
    expect(show(before, before.with(9, 'other'))).toEqual([
      'gap …',
      'same line 7',
      'same line 8',
      'same line 9',
      'minus line 10',
      'plus other',
      'same line 11',
      'same line 12',
      'same line 13',
      'gap …',
    ])
  })

  it('tells additions at the start and at the end', () => {
    expect(show(['a'], ['new', 'a', 'last'])).toEqual(['plus new', 'same a', 'plus last'])
    expect(show(['a'], ['a'])).toEqual(['gap …'])
  })
})

describe('values for people', () => {
  it.each([
    [null, ''],
    [['a', 'b'], 'a, b'],
    [true, 'yes'],
    [0, '0'],
    [{ a: 1 }, '{"a":1}'],
  ])('%j is printed as %j', (value, text) => expect(printValue(value)).toBe(text))

  it.each([
    ['2026-03-01T09:59:50Z', 'just now'],
    ['2026-03-01T09:50:00Z', '10 min ago'],
    ['2026-03-01T05:00:00Z', '5 h ago'],
    ['2026-02-20T10:00:00Z', '9 days ago'],
    ['2025-01-01T10:00:00Z', '1 Jan 2025'],
  ])('%s is %s', async (at, text) => {
    expect(String(await age(at, new Date('2026-03-01T10:00:00Z')))).toContain(`>${text}</time>`)
  })
})

describe('who or what caused something', () => {
  it.each([
    ['schedule', 'on schedule'],
    ['command line', 'from the command line'],
    ['webhook', 'after a webhook'],
    ['hook:jira', 'by a hook of jira'],
    ['issue_comment run 12', 'by run 12 of the Action (issue_comment)'],
    ['ada', 'by ada'],
    ['renovate[bot]', 'by renovate[bot]'],
  ])('%s is told as %s', (actor, text) => expect(printActor(actor)).toBe(text))
})

describe('what is remembered of a value', () => {
  const account: Account = {
    id: 'a-1',
    handle: 'grace',
    name: 'Grace Murray',
    emails: [],
    emailHidden: false,
    active: true,
    human: true,
  }

  it('is told as it stands, where it is kept as it stands', () => {
    expect(printRemembered('title', 'Valve 3 leaks')).toBe('Valve 3 leaks')
    expect(printRemembered('labels', ['bug', 'engine'])).toBe('bug, engine')
    expect(printRemembered('assignee', null)).toBe('nothing')
  })

  it('is told by what stands there now, where only a fingerprint is kept and it fits', () => {
    const long = 'x'.repeat(200)
    expect(printBeside('assignee', fingerprint('a-1'), account)).toBe('Grace Murray')
    expect(printBeside('assignee', fingerprint('a-2'), account)).toBe('somebody else')
    expect(printBeside('assignee', fingerprint('a-2'), null)).toBe('a person of the tracker')
    expect(printBeside('title', remember(long), long)).toBe(long)
    expect(printBeside('title', remember(long), 'short')).toBe('another text')
    expect(printBeside('title', remember(long), null)).toBe('a longer text')
  })
})

describe('a history', () => {
  const stored = (id: number, message: string, changes: StoredEntry['changes'] = []): StoredEntry => ({
    ...entry(message, { at: `2026-03-01T10:0${id}:00.000Z`, changes }),
    id,
  })

  it('tells once what was found again and again', () => {
    const change = { side: 'github', field: 'title', before: 'a', after: 'b' } as const
    const entries = [
      stored(6, 'differs'),
      stored(5, 'differs'),
      stored(4, 'differs', [change]),
      stored(3, 'differs'),
      stored(2, 'in step'),
      stored(1, 'in step'),
    ]
    expect(foldRepeats(entries).map(({ newest, oldest, times }) => [newest.id, oldest.id, times])).toEqual([
      [6, 5, 2],
      [4, 4, 1],
      [3, 3, 1],
      [2, 1, 2],
    ])
  })
})

describe('what the doctor looked at', () => {
  it.each([
    ['boards', 'routes[0].status.closed', 'Route 1: status.closed'],
    ['boards', 'routes[11]', 'Route 12'],
    ['github', 'sign-in', 'Sign-in'],
    ['people', 'boards', 'boards'],
  ])('of %s, %s is called %s', (area, subject, name) => expect(printSubject({ area, subject })).toBe(name))
})

describe('the states of a pair', () => {
  const kinds = (['active', 'paused', 'ended'] as const).flatMap((state) =>
    [null, 'created', 'updated', 'unchanged', 'skipped', 'conflicted', 'blocked', 'failed'].map((outcome) => ({
      state,
      outcome,
    })),
  )

  it('cover every pair, and each filter finds exactly its own', () => {
    for (const kind of kinds) {
      const found = pairStates.filter((one) => {
        const { state, outcomes } = filterOf(one)
        return state === kind.state && outcomes?.includes(kind.outcome) !== false
      })
      expect(found).toEqual([stateOf(kind)])
    }
  })
})

describe('the health of connections', () => {
  it('is asked of the server, and a failure is told with its remedy', async () => {
    const stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Issue' } }], quick: true })
    let now = Date.now()
    const clock = { now: () => new Date(now) }
    const { trackers } = stage.wired.deps
    const read = createHealthReader({
      trackers,
      clock,
      mayUse: ([owner]) => owner === 'acme',
      readLeft: (name) => (name === 'boards' ? 42 : null),
    })
    try {
      expect(await read(['acme'])).toMatchObject([
        { name: 'boards', product: 'Azure DevOps Services', project: 'Fabrikam', state: 'well', left: 42 },
      ])
      expect(await read(['globex'])).toEqual([])
      stage.azure.faults.add({ status: 401, body: {} })
      expect(await read(['acme'])).toMatchObject([{ state: 'well' }])
      now += 61_000
      expect(await read(['acme'])).toMatchObject([{ state: 'failing', message: expect.stringMatching(/\S/) }])
    } finally {
      await stage.close()
    }
  })

  it('is that of GitHub, too, with the organization of the visitor that has the least left', async () => {
    const stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Issue' } }], quick: true })
    let now = Date.now()
    const fullAt = '2026-03-01T10:40:00.000Z'
    const limits = [
      { owner: 'acme', left: 40, fullAt },
      { owner: 'Globex', left: 7, fullAt },
      { owner: 'initech', left: 0, fullAt },
    ]
    const read = createGitHubReader({
      serverUrl: 'https://github.com',
      clock: { now: () => new Date(now) },
      greet: async () => await stage.wired.client.call('GET /repos/{owner}/{repo}', repo),
      readLimits: () => limits,
    })
    try {
      const well = { name: 'GitHub', product: 'github.com', project: null, state: 'well', message: null }
      expect(await read(['acme', 'globex'])).toEqual({ ...well, left: 7, leftOf: 'Globex', fullAt })
      expect(await read(['acme'])).toMatchObject({ left: 40, leftOf: 'acme' })
      expect(await read(['initech'])).toMatchObject({
        state: 'limited',
        left: 0,
        message: expect.stringContaining('by itself'),
      })
      expect(await read(['umbrella'])).toEqual({ ...well, left: null })
      now += 61_000
      stage.github.faults.add({ path: '/repos', status: 401, body: {} })
      expect(await read(['acme'])).toMatchObject({ state: 'failing', message: expect.stringMatching(/\S/), left: 40 })
    } finally {
      await stage.close()
    }
  })
})
