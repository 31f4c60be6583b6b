import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Link } from '../../src/core/link.ts'
import { measureComputing, measureSlowness } from '../slowness.ts'
import { fullLink, link } from '../store/records.ts'
import { openPages } from './stage.ts'
import type { PagesStage } from './stage.ts'

const COUNT = 10_000
const ROUNDS = 7
const outcomes = ['created', 'updated', 'unchanged', 'unchanged', 'conflicted', 'failed', 'blocked', null] as const

const pair = (number: number): Link => {
  const { base } = fullLink(number)
  return {
    ...link(number),
    issue: { owner: 'acme', repo: number % 2 === 0 ? 'rocket' : 'ground', number },
    base: { ...base!, issue: { ...base!.issue, title: `Printer ${number} on fire` } },
    outcome: outcomes[number % outcomes.length]!,
    state: number % 100 === 0 ? 'ended' : 'active',
  }
}

describe('ten thousand pairs', () => {
  let stage: PagesStage
  beforeAll(async () => {
    stage = await openPages()
    const { links } = stage.store
    for (let number = 1; number <= COUNT; number += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, index) => links.save(pair(number + index))))
    }
  }, 120_000)
  afterAll(async () => await stage.close())

  const text = async (path: string) => await (await stage.get(path)).text()
  const pathsOn = (page: string) => [...page.matchAll(/class="title" href="([^"]+)"/g)].map(([, path]) => path!)

  it.each(['/', '/pairs', '/pairs?state=failed', '/pairs?q=printer+9999', '/pairs?repo=acme/rocket', '/attention'])(
    'are shown by %s within 100 ms of computing',
    async (path) => {
      // The embedded store computes in this process and waits for nothing: what a page takes on a machine that is not
      // busy with something else is the time that it computes, and that can be measured on a busy one as well: there a
      // round may be dear, but never cheap.
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        // Counts are kept for some time, by another server not at all: each round begins with nothing.
        const fresh = await openPages({ store: stage.store })
        const { ms, result: page } = await measureComputing(async () => await (await fresh.get(path)).text())
        times.push(ms)
        expect(page).toContain('</html>')
        await fresh.close()
      }
      expect(Math.min(...times)).toBeLessThan(100 * (await measureSlowness()))
    },
  )

  it('are leafed through without missing one or showing one twice', async () => {
    const seen: string[] = []
    let path: string | undefined = '/pairs?state=failed&repo=acme/ground'
    while (path !== undefined) {
      const page = await text(path)
      seen.push(...pathsOn(page))
      path = /href="([^"]+)" rel="next"/.exec(page)?.[1]?.replaceAll('&amp;', '&')
    }
    const wanted = Array.from({ length: COUNT }, (_, index) => index + 1)
      .map(pair)
      .filter(({ issue, outcome, state }) => issue.repo === 'ground' && outcome === 'failed' && state === 'active')
    expect(wanted.length).toBeGreaterThan(100)
    expect(seen).toEqual(wanted.map(({ issue }) => `/pairs/acme/ground/${issue.number}/boards`))
  })

  it('are found by title, reference and ticket', async () => {
    // The ticket of 7234 is 8234.
    expect(pathsOn(await text('/pairs?q=printer+8234+fire'))).toEqual([
      '/pairs/acme/rocket/7234/boards',
      '/pairs/acme/rocket/8234/boards',
    ])
    expect(pathsOn(await text('/pairs?q=acme/ground%23777'))[0]).toBe('/pairs/acme/ground/777/boards')
    expect(pathsOn(await text('/pairs?q=boards:10777'))).toEqual(['/pairs/acme/ground/9777/boards'])
    expect(await text('/pairs?q=zebra')).toContain('Nothing matches')
  })

  it('are counted by state, the ended ones apart', async () => {
    const page = await text('/')
    const count = (state: string) =>
      Number(new RegExp(`data-state="${state}"\\s*>([\\d,]+)<`).exec(page)?.[1]?.replace(',', ''))
    const all = Array.from({ length: COUNT }, (_, index) => pair(index + 1)).filter(({ state }) => state === 'active')
    const by = (...wanted: (string | null)[]) => all.filter(({ outcome }) => wanted.includes(outcome)).length
    expect(count('failed')).toBe(by('failed'))
    expect(count('conflict')).toBe(by('conflicted'))
    expect(count('pending')).toBe(by(null))
    expect(count('in-step')).toBe(by('created', 'updated', 'unchanged'))
  })

  it('take nonsense in the address for no filter', async () => {
    const page = await text('/pairs?state=nonsense&repo=../..&connection=%00&after=x')
    expect(pathsOn(page)).toHaveLength(50)
    expect(pathsOn(page)[0]).toBe('/pairs/acme/ground/1/boards')
  })
})

describe('no pairs at all', () => {
  it('are said to be so, with what comes next', async () => {
    const stage = await openPages()
    try {
      expect(await (await stage.get('/')).text()).toContain('Nothing has happened yet')
      expect(await (await stage.get('/pairs')).text()).toContain('No pairs yet')
      expect(await (await stage.get('/attention')).text()).toContain('All is well')
    } finally {
      await stage.close()
    }
  })
})
