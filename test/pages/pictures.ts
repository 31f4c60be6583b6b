import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { looks, openBrowser, openPage, previewOptions } from './browser.ts'
import { visitor } from './stage.ts'
import { openStory } from './story.ts'

// Takes the four pictures of docs/images; with --all FOLDER every page in every look, to be looked at.
const { values } = parseArgs({
  options: { all: { type: 'string' }, only: { type: 'string' }, look: { type: 'string' } },
})

const REPO = 'repo=acme%2Frocket'
const scene = await openStory()
const browser = await openBrowser()
const { url } = scene.pages
const pairs = await scene.wired.store.links.list({ connection: 'boards' })
const pairPath = (index: number) => `/pairs/acme/rocket/${pairs[index]!.issue.number}/boards`

const all: readonly (readonly [string, string | ((page: Page) => Promise<void>)])[] = [
  ['overview', '/'],
  ['pairs', '/pairs'],
  ['pairs-none', '/pairs?q=zebra'],
  ['older', '/pairs/older'],
  [
    'older-asked',
    async (page) => {
      await page.goto(`${url}/pairs/older`)
      await page.getByRole('button', { name: 'Make their tickets' }).click()
    },
  ],
  ['pair', pairPath(0)],
  ['pair-moved', pairPath(3)],
  ['attention', '/attention'],
  ['people', `/people?${REPO}&connection=boards`],
  ['person', `/people/ada?${REPO}&connection=boards`],
  ['person-none', `/people/mstein?${REPO}&connection=boards`],
  ['options', `/options?${REPO}&connection=boards`],
  ['options-jira', `/options?${REPO}&connection=jira`],
  ['preview', async (page) => await previewOptions(page, url)],
  ['imports', '/imports'],
  [
    'import',
    async (page) => {
      await page.goto(`${url}/imports`)
      await page.locator('a.title').first().click()
    },
  ],
  ['doctor', `/doctor?${REPO}`],
  ['doctor-not-yet', '/doctor'],
  [
    'door',
    async (page) => {
      scene.pages.signIn(null)
      await page.goto(url)
      scene.pages.signIn(visitor())
    },
  ],
  ['missing', '/pairs/acme/rocket/9999/boards'],
]

/** The four of the README, as high as they show their point. */
const best: readonly (readonly [string, number, string?])[] = [
  ['overview', 900],
  ['pair', 1000],
  ['options', 940, 'options-jira'],
  ['doctor', 1000],
]
const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url))

async function takeBest(): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  const [light] = looks
  for (const [name, height, shown = name] of best) {
    const page = await openPage(browser, light)
    await page.setViewportSize({ width: light.width, height })
    await open(page, shown)
    await page.screenshot({ path: join(FOLDER, `${name}.png`) })
    await page.context().close()
  }
}

async function takeAll(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const look of looks.filter(({ name }) => values.look === undefined || name === values.look)) {
    const page = await openPage(browser, look)
    for (const [name] of all) {
      if (values.only !== undefined && !values.only.split(',').includes(name)) continue
      await open(page, name)
      const file = `${name}-${look.name.replaceAll(' and ', '-')}.png`
      await page.screenshot({ path: join(folder, file), fullPage: true })
    }
    await page.context().close()
  }
}

async function open(page: Page, name: string): Promise<void> {
  const way = all.find(([known]) => known === name)?.[1]
  if (way === undefined) throw new Error(`There is no picture of ${name}.`)
  if (typeof way === 'string') await page.goto(url + way)
  else await way(page)
  // Fonts, and the first word of the live list.
  await page.waitForTimeout(300)
}

try {
  if (values.all === undefined) await takeBest()
  else await takeAll(values.all)
} finally {
  await browser.close()
  await scene.close()
}
