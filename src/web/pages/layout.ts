import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Visitor, WebContext } from '../context.ts'
import { mark, script, style } from './assets.ts'
import { html, raw } from './markup.ts'
import type { Markup } from './markup.ts'
import type { ReadScope } from './scope.ts'

export interface Page {
  readonly title: string
  readonly content: Markup
  readonly status?: ContentfulStatusCode
}

export interface MenuEntry {
  readonly path: string
  readonly label: string
  /** How many things wait for a person there. */
  readonly waiting?: 'attention'
}

export type Show = (context: WebContext, page: Page) => Promise<Response>

/** The frame around every page: the menu, who is signed in, and what was just done. */
export const createLayout =
  (menu: readonly MenuEntry[], readScope: ReadScope): Show =>
  async (context, { title, content, status = 200 }) => {
    const visitor = context.get('visitor')
    const counts = visitor === null ? null : (await readScope(visitor)).counts
    const waiting = counts === null ? 0 : counts.conflict + counts.failed
    const told = findTold(context.req.query('told'))
    return await context.html(
      html`<!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <title>${title} · Lockstep</title>
            <link rel="stylesheet" href="${style.path}" />
            <link rel="icon" href="${mark.path}" type="image/svg+xml" />
            <script src="${script.path}" defer></script>
          </head>
          <body>
            <a class="skip" href="#content">Skip to the content</a>
            <div class="shell ${visitor === null ? 'outside' : ''}">
              <header class="side">
                <a class="brand" href="/">${brandMark} Lockstep</a>
                ${visitor === null ? '' : pageMenu(menu, context.req.path, waiting)}
                ${visitor === null ? '' : signedIn(visitor, context.get('csrf'))}
              </header>
              <main id="content" tabindex="-1">
                <div class="page">
                  ${told === undefined ? '' : html`<p class="note is-in-step" role="status">${told}</p>`} ${content}
                </div>
              </main>
            </div>
          </body>
        </html>`,
      status,
    )
  }

const brandMark = raw(
  '<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M5 19 11 5M13 19 19 5" fill="none" stroke="currentColor" stroke-width="3.4" stroke-linecap="round"/></svg>',
)

const pageMenu = (menu: readonly MenuEntry[], at: string, waiting: number): Markup =>
  html`<nav aria-label="Pages">
    <ul>
      ${menu.map((entry) => menuLink(entry, at, waiting))}
    </ul>
  </nav>`

function menuLink({ path, label, waiting }: MenuEntry, at: string, count: number): Markup {
  const here = path === '/' ? at === '/' : at === path || at.startsWith(`${path}/`)
  return html`<li>
    <a href="${path}" ${here ? raw('aria-current="page"') : ''}>
      ${label}
      ${
        waiting === undefined || count === 0
          ? ''
          : html`<span class="count">${count}<span class="unseen"> ${count === 1 ? 'waits' : 'wait'}</span></span>`
      }
    </a>
  </li>`
}

const signedIn = ({ login, name, local }: Visitor, csrf: string): Markup =>
  html`<div class="who">
    <strong>${name === '' ? login : name}</strong>
    ${local ? html`<span class="soft">this machine</span>` : html`<span class="soft">${login}</span>`}
    <form method="post" action="/sign-out">${token(csrf)}<button class="link" type="submit">Sign out</button></form>
  </div>`

/** What proves that a form is ours. */
export const token = (csrf: string): Markup => html`<input type="hidden" name="_csrf" value="${csrf}" />`

// A closed list: an address must not be able to put words on the page.
const told: Readonly<Record<string, string>> = {
  asked: 'A sync was asked for. The pair changes here as soon as it is done.',
  parted: 'The pair was parted. Both sides stay as they are, and nothing new is created for either.',
  decided: 'Decided. Both sides say the same now.',
  undecided: 'The decision was carried out as far as it went; see below for what is left.',
  revived: 'Back in the queue. It is tried again now.',
}
export type Told = keyof typeof told

const findTold = (key: string | undefined): string | undefined =>
  key !== undefined && Object.hasOwn(told, key) ? told[key] : undefined

interface Heading {
  readonly title: Markup | string
  readonly lead?: Markup | string
  readonly trail?: Markup
  readonly actions?: Markup
}

export const heading = ({ title, lead, trail, actions }: Heading): Markup =>
  html`<div class="head">
    <div>
      ${trail === undefined ? '' : html`<p class="trail">${trail}</p>`}
      <h1>${title}</h1>
      ${lead === undefined ? '' : html`<p class="lead">${lead}</p>`}
    </div>
    ${actions === undefined ? '' : html`<div class="actions">${actions}</div>`}
  </div>`

/** Where there is nothing to show, what will be there and how it comes. */
export const empty = (title: string, text: Markup | string, action?: Markup): Markup =>
  html`<div class="empty">
    <svg viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">
      <g fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round">
        <rect x="5" y="13" width="16" height="22" rx="4" />
        <rect x="27" y="13" width="16" height="22" rx="4" />
        <path d="M17 24h14" />
      </g>
    </svg>
    <h2>${title}</h2>
    <p>${text}</p>
    ${action ?? ''}
  </div>`

interface Trouble {
  readonly message: string
  readonly remedy: string | null
}

export const trouble = (title: string, { message, remedy }: Trouble): Markup =>
  html`<div class="note is-failed" role="alert">
    <strong>${title}</strong>
    <p>${message}</p>
    ${remedy === null ? '' : html`<p class="remedy">${remedy}</p>`}
  </div>`
