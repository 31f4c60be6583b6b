import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { entry, fullLink, link } from '../store/records.ts'
import {
  chromiumPath,
  findBarriers,
  looks,
  openBrowser,
  openPage,
  overflowOf,
  previewOptions,
  withBrowser,
} from './browser.ts'
import type { Scene } from './scene.ts'
import { openPages, visitor } from './stage.ts'
import type { PagesStage } from './stage.ts'
import { openStory } from './story.ts'

const REPO = 'repo=acme%2Frocket'
const hostile = `"'><img src=x onerror="window.pwned=1"></textarea></script><script>window.pwned=1</script>`

/** Text that would run wherever it were taken for markup, in every place that text can come from. */
async function openHostile(): Promise<PagesStage> {
  const stage = await openPages({
    readHealth: async () => [
      { name: hostile, product: hostile, project: hostile, state: 'failing', message: hostile, left: 3 },
    ],
    examine: async () => [{ area: 'boards', subject: hostile, severity: 'error', message: hostile, remedy: hostile }],
    queue: {
      depth: async () => ({ waiting: 0, running: 0, blocked: 0, dead: 1, oldest: null }),
      failed: async () => [
        {
          key: 'issue:acme/rocket#3',
          lane: 'acme',
          kind: 'issue',
          facts: { owner: 'acme', repo: 'rocket' },
          comments: false,
          attempts: 9,
          addedAt: '2026-03-01T09:00:00.000Z',
          code: 'internal',
          message: hostile,
          remedy: hostile,
          failedAt: '2026-03-01T10:00:00.000Z',
        },
      ],
      replay: async () => 1,
    },
  })
  stage.signIn({ ...visitor(), name: hostile })
  for (const number of [1, 2]) {
    const base = fullLink(number).base!
    const issue = { owner: 'acme', repo: 'rocket', number }
    await stage.store.links.save(
      {
        ...link(number),
        issue,
        ticket: { connection: 'boards', key: `${number}${hostile.replaceAll(' ', '')}` },
        outcome: number === 1 ? 'conflicted' : 'failed',
        base: { ...base, issue: { title: hostile.slice(0, 100) } },
        conflicts: number === 1 ? [{ field: `fields.${hostile}`, issue: hostile, ticket: hostile, since: '' }] : [],
      },
      [
        entry(hostile, {
          organization: 'acme',
          issue: `acme/rocket#${number}`,
          ticket: `boards:${number}${hostile.replaceAll(' ', '')}`,
          actor: hostile,
          code: hostile,
          outcome: hostile,
          requestIds: [hostile],
          changes: [{ side: 'github', field: hostile, before: hostile, after: [hostile] }],
          details: { notes: [hostile], remedy: hostile },
        }),
      ],
    )
  }
  return stage
}

describe.skipIf(chromiumPath === undefined)(`in a browser ${withBrowser}`, () => {
  let browser: Browser
  let full: Scene
  let empty: PagesStage
  let closed: PagesStage
  let evil: PagesStage
  beforeAll(async () => {
    browser = await openBrowser()
    full = await openStory(12)
    empty = await openPages()
    closed = await openPages()
    closed.signIn(null)
    evil = await openHostile()
  }, 180_000)
  afterAll(async () => {
    await Promise.all([browser.close(), full.close(), empty.close(), closed.close(), evil.close()])
  })

  const pages: readonly (readonly [string, 'full' | 'empty' | 'closed' | 'evil', string])[] = [
    ['the way in', 'closed', '/'],
    ['the overview', 'full', '/'],
    ['an empty overview', 'empty', '/'],
    ['a failing overview', 'evil', '/'],
    ['the pairs', 'full', '/pairs'],
    ['no pairs', 'empty', '/pairs'],
    ['hostile pairs', 'evil', '/pairs'],
    ['older issues', 'full', '/pairs/older'],
    ['older issues that were asked for', 'full', `/pairs/older?${REPO}`],
    ['a pair in conflict', 'full', '/pairs/acme/rocket/1/boards'],
    ['a pair that cannot be read', 'evil', '/pairs/acme/rocket/1/boards'],
    ['what needs attention', 'full', '/attention'],
    ['nothing that needs attention', 'empty', '/attention'],
    ['much that needs attention', 'evil', '/attention'],
    ['people', 'full', `/people?${REPO}&connection=boards`],
    ['a person', 'full', `/people/ada?${REPO}&connection=boards`],
    ['accounts', 'full', `/people/accounts?${REPO}&connection=boards&q=a`],
    ['options', 'full', `/options?${REPO}&connection=boards`],
    ['imports', 'full', '/imports'],
    ['the doctor', 'full', `/doctor?${REPO}`],
    ['a failing doctor', 'evil', `/doctor?${REPO}`],
    ['a page that is not there', 'full', '/pairs/acme/rocket/9999/boards'],
  ]

  it.each(looks)('every page is usable by everybody and fits its window: $name', { timeout: 600_000 }, async (look) => {
    const page = await openPage(browser, look)
    const stages = { full: full.pages, empty, closed, evil }
    const judge = async (name: string) => {
      expect({ name, barriers: await findBarriers(page) }).toEqual({ name, barriers: [] })
      expect({ name, overflow: await overflowOf(page) }).toEqual({ name, overflow: 0 })
      expect({ name, pwned: await page.evaluate('window.pwned ?? null') }).toEqual({ name, pwned: null })
    }
    for (const [name, stage, path] of pages) {
      await page.goto(stages[stage].url + path, { waitUntil: 'domcontentloaded' })
      await judge(name)
    }
    await previewOptions(page, full.pages.url)
    await judge('the preview of changed options')
    await page.context().close()
  })

  it('a change of the options is shown as the file and as what it would do, before it is proposed', async () => {
    const page = await openPage(browser, looks[0])
    await previewOptions(page, full.pages.url)
    const text = await page.locator('main').innerText()
    expect(text).toContain('+     sync: { title: to-tracker }')
    expect(text).toMatch(/Engine does not start below[^]*Would update title of the ticket/)
    expect(text).toMatch(/No longer:\s+Title of the issue/)
    expect(text).toMatch(/Fins wobble[^]*Assignee of the ticket[^]*Hedy Kiesler/)
    await page.getByRole('button', { name: 'Open a pull request' }).click()
    await page.getByRole('link', { name: /^Pull request #\d+$/ }).waitFor()
    await page.context().close()
  })

  it('hostile text stands there as it was written', async () => {
    const page = await openPage(browser, looks[0])
    for (const path of ['/', '/pairs/acme/rocket/1/boards', '/attention']) {
      await page.goto(evil.url + path, { waitUntil: 'domcontentloaded' })
      expect(await page.locator('main').innerText()).toContain('<img src=x onerror="window.pwned=1">')
      expect(await page.locator('main img, main script').count()).toBe(0)
    }
    await page.context().close()
  })

  it('no page breaks the policy that forbids foreign and inline code', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    for (const [, stage, path] of pages) {
      if (stage === 'full') await page.goto(full.pages.url + path, { waitUntil: 'domcontentloaded' })
    }
    expect(complaints).toEqual([])
    await context.close()
  })

  it('changes come in by themselves, and wait while they are paused', async () => {
    const stage = await openPages()
    const context = await browser.newContext()
    const page = await context.newPage()
    // Only what happens once the stream is open is news.
    const streaming = page.waitForResponse(`${stage.url}/live`)
    await page.goto(stage.url, { waitUntil: 'domcontentloaded' })
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await streaming
    const happen = async (number: number) => {
      const issue = { owner: 'acme', repo: 'rocket', number }
      const told = entry(`it happened to ${number}`, { organization: 'acme', issue: `acme/rocket#${number}` })
      await stage.store.links.save({ ...link(number), issue, outcome: 'failed' }, [told])
    }
    await happen(1)
    await page.getByText('it happened to 1').waitFor()
    expect(await page.getByText('Nothing has happened yet').count()).toBe(0)
    await page.locator('[data-state="failed"]:text("1")').waitFor()

    await page.getByRole('button', { name: 'Pause' }).click()
    await happen(2)
    await page.locator('[data-state="failed"]:text("2")').waitFor()
    expect(await page.getByText('it happened to 2').count()).toBe(0)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('it happened to 2').waitFor()
    await context.close()
    await stage.close()
  })

  it('everything can be reached and done from the keyboard', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${full.pages.url}/pairs/acme/rocket/1/boards`, { waitUntil: 'domcontentloaded' })
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    const reached: string[] = []
    for (let step = 0; step < 12; step++) {
      await page.keyboard.press('Tab')
      reached.push(
        String(await page.evaluate('document.activeElement.innerText'))
          .split('\n')[0]!
          .trim(),
      )
    }
    expect(reached).toEqual(expect.arrayContaining(['Sync now', 'Part…']))
    expect(reached.some((name) => name.startsWith('Keep GitHub’s'))).toBe(true)
    await context.close()
  })

  it('everything works without script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${full.pages.url}/attention`, { waitUntil: 'domcontentloaded' })
    await page
      .getByRole('button', { name: /^Keep the tracker’s/ })
      .first()
      .click()
    await page.getByText('Decided. Both sides say the same now.').waitFor()
    await page.goto(`${full.pages.url}/pairs?q=stand+2`, { waitUntil: 'domcontentloaded' })
    expect(await page.locator('tbody tr').count()).toBe(1)
    await page.goto(`${full.pages.url}/pairs`, { waitUntil: 'domcontentloaded' })
    await page.getByRole('link', { name: 'Older issues' }).click()
    await page.getByRole('button', { name: 'Make their tickets' }).click()
    await page.getByText('It begins when its turn has come.').waitFor()
    await context.close()
  })

  it('people are suggested while one types', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${full.pages.url}/people?${REPO}&connection=boards`, { waitUntil: 'domcontentloaded' })
    await page.getByLabel('Name or address in boards').pressSequentially('ada')
    await page.locator('#accounts li').filter({ hasText: 'Ada Byron' }).first().waitFor()
    await page.goto(`${full.pages.url}/options?${REPO}&connection=boards`, { waitUntil: 'domcontentloaded' })
    await page.getByLabel('address in boards').pressSequentially('hedy')
    await page.locator('#accounts option[value="hedy.kiesler@example.com" i]').waitFor({ state: 'attached' })
    await context.close()
  })
})
