import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const chromiumPath = PATHS.find((path) => existsSync(path))

/** For `describe.skipIf`: the name says why it did not run. */
export const withBrowser = chromiumPath === undefined ? '(skipped: Chromium is not installed)' : ''

export const openBrowser = async (): Promise<Browser> =>
  await chromium.launch({
    executablePath: chromiumPath!,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

export const looks = [
  { name: 'wide and light', width: 1280, colorScheme: 'light' },
  { name: 'wide and dark', width: 1280, colorScheme: 'dark' },
  { name: 'narrow and light', width: 390, colorScheme: 'light' },
  { name: 'narrow and dark', width: 390, colorScheme: 'dark' },
] as const

export type Look = (typeof looks)[number]

export const openPage = async (browser: Browser, { width, colorScheme }: Look): Promise<Page> => {
  // The check itself is put into the page, which our own policy would refuse.
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true })
  return await context.newPage()
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What keeps people from using the page, by the rules of axe; none is what we want. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ path: axePath })
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>('axe.run()')
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`))
}

/** By how many pixels the page is wider than its window. */
export const overflowOf = async (page: Page): Promise<number> =>
  await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')

/** Changes a direction and names an address in the form, and stops where a pull request would be opened. */
export async function previewOptions(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/options?repo=acme%2Frocket&connection=boards`)
  await page.getByLabel('Title').selectOption('to-tracker')
  await page.getByLabel('GitHub login').fill('hedy')
  await page.getByLabel('address in boards').fill('hedy.kiesler@example.com')
  await page.getByRole('button', { name: 'Preview the change' }).click()
  await page.getByRole('heading', { level: 1, name: 'Preview' }).waitFor()
}
