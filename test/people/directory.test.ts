import { describe, expect, it, onTestFinished } from 'vitest'
import { PeopleRule } from '../../src/config/schema.ts'
import { normalizeEmail } from '../../src/core/people.ts'
import type { Tracker } from '../../src/core/ports.ts'
import { createArchiveSource } from '../../src/people/archive-source.ts'
import { createDirectory } from '../../src/people/directory.ts'
import type { AddressSource } from '../../src/people/directory.ts'
import { createMapSource, createStoreSource } from '../../src/people/sources.ts'
import { openAzure } from '../trackers/azure/stage.ts'
import { openJira } from '../trackers/jira/stage.ts'
import { jsonBytes, user, userEmail } from './archives.ts'
import { databases, importInto, openPeople } from './import-stage.ts'

async function azure(options: Parameters<typeof openAzure>[0] = {}) {
  const opened = await openAzure({ seed: 'small', ...options })
  onTestFinished(() => opened.close())
  return opened
}

async function jira(options: Parameters<typeof openJira>[0] = {}) {
  const opened = await openJira({ seed: 'small', ...options })
  onTestFinished(() => opened.close())
  return opened
}

interface Setting {
  readonly tracker: Tracker
  readonly clock: { now(): Date }
  readonly rule?: Partial<Parameters<typeof PeopleRule.parse>[0] & object>
  readonly rows?: readonly unknown[]
  readonly sources?: readonly AddressSource[]
}

function direct({ tracker, clock, rule = {}, rows = [], sources }: Setting) {
  const parsed = PeopleRule.parse(rule)
  const archive = createArchiveSource(jsonBytes(rows), { domains: parsed.domains })
  return createDirectory({
    rule: parsed,
    sources: sources ?? [createMapSource(parsed.map), archive],
    trackers: new Map([[tracker.connection, tracker]]),
    clock,
  })
}

const fabrikam = { project: 'Fabrikam', ticket: null }
const plat = { project: 'PLAT', ticket: null }

describe('addresses', () => {
  it('are compared in composed form and small letters, and never by what only looks alike', () => {
    expect(normalizeEmail(' ADA.Byron@Example.COM ')).toBe('ada.byron@example.com')
    expect(normalizeEmail('re\u0301ne@example.com')).toBe(normalizeEmail('R\u00c9NE@example.com'))
    expect(normalizeEmail('\uff41da@example.com')).not.toBe('ada@example.com')
    expect(normalizeEmail('\u0131da@example.com')).not.toBe('ida@example.com')
    expect(normalizeEmail('a.b+c@example.com')).not.toBe(normalizeEmail('ab@example.com'))
  })
})

describe('somebody on GitHub', () => {
  it('is found by any of their verified addresses, in any letter case', async () => {
    const { tracker, server } = await azure()
    const rows = [
      user(1, 'ada', { email: 'none@example.com' }),
      userEmail(1, 1, 'old@example.com'),
      userEmail(2, 1, 'ADA.BYRON@example.com'),
    ]
    const people = direct({ tracker, clock: server.clock, rows, rule: { domains: ['example.com'] } })
    expect(await people.findAccount('Ada', 'boards', fabrikam)).toMatchObject({
      kind: 'matched',
      found: { name: 'Ada Byron' },
      email: 'ADA.BYRON@example.com',
      source: 'archive',
    })
  })

  it('is not found by an address that nobody verified, unless the config takes any', async () => {
    const { tracker, server } = await azure()
    const rows = [user(1, 'ada', { email: 'ada.byron@example.com' })]
    const strict = direct({ tracker, clock: server.clock, rows })
    expect(await strict.findAccount('ada', 'boards', fabrikam)).toMatchObject({
      kind: 'unmatched',
      reason: 'No verified address of ada is known.',
    })
    const lenient = direct({ tracker, clock: server.clock, rows, rule: { match: 'any' } })
    expect(await lenient.findAccount('ada', 'boards', fabrikam)).toMatchObject({ kind: 'matched' })
  })

  it('is found by the first source that leads to an account; later ones are not asked', async () => {
    const { tracker, server } = await azure()
    const asked: string[] = []
    const later: AddressSource = {
      source: 'github',
      findAddresses: async (login) => {
        asked.push(login)
        return [{ email: 'grace.murray@example.com', verified: true, source: 'github' }]
      },
      findLogins: async () => [],
    }
    const map = createMapSource({ ada: ['ada.byron@example.com'], stray: ['nobody@example.com'] })
    const people = direct({ tracker, clock: server.clock, sources: [map, later] })
    expect(await people.findAccount('ada', 'boards', fabrikam)).toMatchObject({
      found: { name: 'Ada Byron' },
      source: 'config',
    })
    expect(asked).toEqual([])
    expect(await people.findAccount('stray', 'boards', fabrikam)).toMatchObject({
      found: { name: 'Grace Murray' },
      source: 'github',
    })
  })

  it('is nobody where two accounts fit, and both are named', async () => {
    const { tracker, server } = await azure()
    const map = { ada: ['ada.byron@example.com', 'grace.murray@example.com'] }
    const people = direct({ tracker, clock: server.clock, rule: { map } })
    const match = await people.findAccount('ada', 'boards', fabrikam)
    expect(match).toMatchObject({ kind: 'ambiguous' })
    expect(match.kind === 'ambiguous' ? match.candidates.join() : '').toMatch(/Ada Byron.*Grace Murray/)
  })

  it('is nobody where the only account is not active', async () => {
    const { tracker, server } = await azure()
    const people = direct({ tracker, clock: server.clock, rule: { map: { mstein: 'margaret.stein@example.com' } } })
    expect(await people.findAccount('mstein', 'boards', fabrikam)).toMatchObject({ kind: 'unmatched' })
  })

  it('is nobody where they left, or are a service, whatever address they have', async () => {
    const { tracker, server } = await azure()
    const rows = [
      user(1, 'left', { email: 'ada.byron@example.com', is_active: false }),
      user(2, 'service', { email: 'grace.murray@example.com', is_sentry_app: true }),
    ]
    const people = direct({ tracker, clock: server.clock, rows, rule: { match: 'any' } })
    expect(await people.findAccount('left', 'boards', fabrikam)).toMatchObject({
      reason: 'left is not active any more.',
    })
    expect(await people.findAccount('service', 'boards', fabrikam)).toMatchObject({
      reason: 'service is a service account.',
    })
    expect(server.journal.entries.filter(({ path }) => /graph|identities/i.test(path))).toEqual([])
  })

  it('is never asked for by an address that GitHub made up', async () => {
    const { tracker, server } = await azure()
    const people = direct({ tracker, clock: server.clock, rule: { map: { ada: '1+ada@users.noreply.github.com' } } })
    expect(await people.findAccount('ada', 'boards', fabrikam)).toMatchObject({ kind: 'unmatched' })
    expect(server.journal.entries).toEqual([])
  })

  it('complaint 24: is found in a Jira that hides addresses only where the config accepts the single hit', async () => {
    const { tracker, server } = await jira()
    const map = { cleo: 'cleo@example.com' }
    const refusing = direct({ tracker, clock: server.clock, rule: { map } })
    expect(await refusing.findAccount('cleo', 'jira', plat)).toMatchObject({
      kind: 'unmatched',
      reason: expect.stringContaining('people.hidden'),
    })
    const accepting = direct({ tracker, clock: server.clock, rule: { map, hidden: 'accept-single' } })
    expect(await accepting.findAccount('cleo', 'jira', plat)).toMatchObject({
      kind: 'matched',
      found: { name: 'Cleo Hidden', emailHidden: true },
    })
  })

  it('with an empty address is nobody, and no request is sent', async () => {
    const { tracker, server } = await jira()
    const rows = [user(1, 'blank', { email: '' }), userEmail(1, 1, ' ')]
    const people = direct({ tracker, clock: server.clock, rows, rule: { match: 'any' } })
    expect(await people.findAccount('blank', 'jira', plat)).toMatchObject({ kind: 'unmatched' })
    expect(server.journal.entries).toEqual([])
  })
})

describe('an account of a tracker', () => {
  it('is a login by the same rules: an unverified address is none', async () => {
    const { tracker, server } = await azure()
    const rows = [user(1, 'ada', { email: 'ada.byron@example.com' })]
    const { exact } = await tracker.people.findByEmail(['ada.byron@example.com'], fabrikam)
    const strict = direct({ tracker, clock: server.clock, rows })
    expect(await strict.findLogin(exact[0]!, 'boards')).toMatchObject({ kind: 'unmatched' })
    const trusting = direct({ tracker, clock: server.clock, rows, rule: { domains: ['example.com'] } })
    expect(await trusting.findLogin(exact[0]!, 'boards')).toMatchObject({ found: 'ada', source: 'archive' })
  })

  it('is the login of the first source that knows one, and nobody where that one knows two', async () => {
    const { tracker, server } = await azure()
    const { exact } = await tracker.people.findByEmail(['ada.byron@example.com'], fabrikam)
    const rows = [
      user(1, 'ada-old', { email: 'ada.byron@example.com' }),
      user(2, 'ada-older', { email: 'ADA.byron@example.com' }),
    ]
    const rule = { match: 'any' } as const
    const both = direct({ tracker, clock: server.clock, rows, rule })
    expect(await both.findLogin(exact[0]!, 'boards')).toMatchObject({
      kind: 'ambiguous',
      candidates: ['ada-old', 'ada-older'],
    })
    const mapped = direct({
      tracker,
      clock: server.clock,
      rows,
      rule: { ...rule, map: { ada: 'ada.byron@example.com' } },
    })
    expect(await mapped.findLogin(exact[0]!, 'boards')).toMatchObject({ found: 'ada', source: 'config' })
  })

  it('without an address is known again by who was found for a login before', async () => {
    const { tracker, server } = await jira()
    const people = direct({
      tracker,
      clock: server.clock,
      rule: { map: { cleo: 'cleo@example.com' }, hidden: 'accept-single' },
    })
    const match = await people.findAccount('cleo', 'jira', plat)
    if (match.kind !== 'matched') throw new Error('not matched')
    expect(await people.findLogin({ ...match.found, emails: [] }, 'jira')).toMatchObject({
      found: 'cleo',
      source: 'tracker',
    })
  })
})

describe.each(databases)('what was found, kept in %s', (_, create) => {
  it('is not asked for again by the next process, until an hour is over or an address changes', async () => {
    const { tracker, server, count } = await azure({ version: '2022' })
    const { store } = await openPeople(await create())
    await importInto(store, [user(1, 'ada'), userEmail(1, 1, 'ada.byron@example.com')], { domains: ['example.com'] })
    const open = (map: Record<string, string> = {}) => {
      const rule = PeopleRule.parse({ map })
      return createDirectory({
        rule,
        sources: [createMapSource(rule.map), createStoreSource(store)],
        trackers: new Map([['boards', tracker]]),
        clock: server.clock,
        matches: store.matches,
      })
    }
    expect(await open().findAccount('ada', 'boards', fabrikam)).toMatchObject({ kind: 'matched' })
    expect(count().reads).toBeGreaterThan(0)
    const again = open()
    expect(await again.findAccount('ADA', 'boards', fabrikam)).toMatchObject({
      found: { name: 'Ada Byron' },
      source: 'archive',
    })
    expect(count().reads).toBe(0)
    expect(await again.findMatchAge('ada', 'boards', fabrikam)).toBeDefined()
    expect((await store.findPerson('ada'))?.accounts).toMatchObject([{ connection: 'boards' }])

    const moved = open({ ada: 'grace.murray@example.com' })
    expect(await moved.findAccount('ada', 'boards', fabrikam)).toMatchObject({ found: { name: 'Grace Murray' } })
    count()
    server.clock.advance(61 * 60_000)
    expect(await open({ ada: 'grace.murray@example.com' }).findAccount('ada', 'boards', fabrikam)).toMatchObject({
      kind: 'matched',
    })
    expect(count().reads).toBeGreaterThan(0)
  })
})

describe.each(databases)('a listing of a tracker, kept in %s', (_, create) => {
  it('serves the next process', async () => {
    const { open, server } = await azure()
    const { store } = await openPeople(await create(), { time: server.clock })
    const find = (tracker: Tracker) => tracker.people.findByEmail(['ada.byron@example.com'], fabrikam)
    const listings = () => server.journal.entries.filter(({ path }) => /graph\/users/i.test(path)).length
    expect((await find(open({ cache: store.answers }))).exact).toHaveLength(1)
    const once = listings()
    expect(once).toBeGreaterThan(0)
    expect((await find(open({ cache: store.answers }))).exact).toHaveLength(1)
    expect(listings()).toBe(once)
  })
})

describe('explaining a match', () => {
  it('names each source, each address and why it counts, and each candidate', async () => {
    const { tracker, server } = await azure()
    const rows = [user(1, 'mstein', { email: 'margaret.stein@example.com' }), userEmail(1, 1, 'm@example.org')]
    const people = direct({ tracker, clock: server.clock, rows, rule: { domains: ['example.com'] } })
    const { steps, match } = await people.explain('mstein', 'boards', fabrikam)
    expect(match.kind).toBe('unmatched')
    expect(steps).toMatchObject([
      { source: 'config', addresses: [], search: null },
      {
        source: 'archive',
        standing: { active: true, human: true },
        addresses: [
          { email: 'margaret.stein@example.com', usable: true, why: 'people.domains trusts its domain' },
          { email: 'm@example.org', usable: false, why: 'it is not verified, and people.match asks for that' },
        ],
      },
    ])
  })
})
