import { Hono } from 'hono'
import type { WebEnv } from '../context.ts'
import type { Activity } from './activity.ts'
import { BACKFILL_PATH, mayAsk } from './backfill.ts'
import { barChart, lineChart, shareBar } from './charts.ts'
import type { Bar } from './charts.ts'
import type { ConnectionHealth, MinuteTiming, PagesDeps } from './deps.ts'
import { entryLine, readTitles } from './entry-line.ts'
import { empty, heading } from './layout.ts'
import type { Show } from './layout.ts'
import { html, plural, printCount } from './markup.ts'
import type { Markup } from './markup.ts'
import { pairStates, stateBadge, stateIcon, stateLabels, stateMeanings } from './pair-state.ts'
import type { PairState } from './pair-state.ts'
import type { ReadScope, Scope } from './scope.ts'
import { visitorOf } from './visitor.ts'

const SHOWN = 12

interface OverviewParts {
  readonly deps: PagesDeps
  readonly show: Show
  readonly activity: Activity
  readonly readScope: ReadScope
}

/** How everything stands, on one page. */
export function createOverview({ deps, show, activity, readScope }: OverviewParts): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  app.get('/', async (context) => {
    const visitor = visitorOf(context)
    const [scope, minutes, latest, github, trackers] = await Promise.all([
      readScope(visitor),
      activity.minutes(visitor),
      activity.latest(visitor, SHOWN),
      deps.readGitHub?.(visitor.organizations),
      deps.readHealth?.(visitor.organizations) ?? [],
    ])
    const titles = await readTitles(deps, latest)
    const now = deps.clock.now()
    const timings = deps.readTimings?.() ?? []
    const content = html`
      ${heading({ title: 'Overview', lead: lead(scope, deps.backfills !== undefined && mayAsk(visitor)) })}
      ${states(scope.counts)}
      <div class="columns">
        ${perMinute(minutes)} ${timings.length === 0 ? connections(github, trackers) : latency(timings)}
      </div>
      ${timings.length === 0 ? '' : connections(github, trackers)}
      <section class="card" aria-labelledby="latest-title">
        <div class="top">
          <h2 id="latest-title">Last changes</h2>
          <button class="button small" type="button" id="latest-pause" aria-pressed="false" hidden>Pause</button>
        </div>
        <div class="flush" role="log" aria-label="Last changes">
          ${
            latest.length === 0
              ? html`<div id="latest-empty">
                  ${empty('Nothing has happened yet', 'As soon as an issue or its ticket changes, it shows up here by itself.')}
                </div>`
              : ''
          }
          <ul class="list" id="latest" data-live="/live" ${latest.length === 0 ? 'hidden' : ''}>
            ${latest.map((entry) => entryLine(entry, titles.get(entry), now))}
          </ul>
        </div>
      </section>
    `
    return await show(context, { title: 'Overview', content })
  })
  return app
}

function lead({ counts, repos }: Scope, mayAskForOlder: boolean): Markup | string {
  const kept = pairStates.filter((state) => state !== 'ended').reduce((sum, state) => sum + counts[state], 0)
  if (kept === 0) {
    const none = 'No pairs yet. They come into being when an issue matches a route of its repository.'
    return mayAskForOlder ? html`${none} <a href="${BACKFILL_PATH}">Older issues</a> wait until somebody asks.` : none
  }
  return `${plural(kept, 'pair')} in ${plural(repos.length, 'repository', 'repositories')}.`
}

/** Always shown, so that a glance tells that there is none. */
const always: readonly PairState[] = ['in-step', 'pending', 'conflict', 'blocked', 'failed']

function states(counts: Scope['counts']): Markup {
  const tiles = pairStates.filter((state) => always.includes(state) || (state === 'paused' && counts[state] > 0))
  return html`<section class="card" aria-label="Pairs by state">
    ${shareBar(tiles.map((state) => ({ kind: state, count: counts[state] })))}
    <ul class="tiles">
      ${tiles.map(
        (state) =>
          html`<li>
            <a class="is-${state}" href="/pairs?state=${state}">
              <span class="label">${stateIcon(state)}${stateLabels[state]}</span>
              <span class="number ${counts[state] === 0 ? 'zero' : ''}" data-state="${state}"
                >${printCount(counts[state])}</span
              >
              <span class="meaning">${stateMeanings[state]}</span>
            </a>
          </li>`,
      )}
    </ul>
  </section>`
}

function perMinute(minutes: readonly Bar[]): Markup {
  const all = minutes.reduce((sum, { value }) => sum + value, 0)
  const most = Math.max(0, ...minutes.map(({ value }) => value))
  const summary = `${plural(all, 'sync', 'syncs')} in the last hour, at most ${printCount(most)} in a minute.`
  return html`<section class="card">
    <div class="top"><h2>Syncs per minute</h2></div>
    <div class="inside">
      ${barChart(minutes, summary)}
      <p class="meta">${summary}</p>
    </div>
  </section>`
}

const printSeconds = (seconds: number): string =>
  seconds < 10 ? `${Number(seconds.toFixed(1))} s` : `${Math.round(seconds)} s`

function latency(timings: readonly MinuteTiming[]): Markup {
  const last = timings.findLast(({ median }) => median !== null)
  const summary =
    last === undefined
      ? 'Nothing was measured in the last hour.'
      : `From event to effect at ${last.minute.slice(11, 16)}: ${printSeconds(last.median ?? 0)} in the middle, ${printSeconds(last.slowest ?? 0)} at the slowest.`
  const lines = [
    { name: 'first', values: timings.map(({ median }) => median) },
    { name: 'second', values: timings.map(({ slowest }) => slowest) },
  ] as const
  const labels = timings.map(({ minute }) => minute.slice(11, 16))
  return html`<section class="card">
    <div class="top">
      <h2>Latency</h2>
      <ul class="legend">
        <li class="is-first">middle</li>
        <li class="is-second">slowest</li>
      </ul>
    </div>
    <div class="inside">
      ${lineChart(lines, { labels, summary, print: printSeconds })}
      <p class="meta">${summary}</p>
    </div>
  </section>`
}

const healthBadges: Readonly<Record<ConnectionHealth['state'], Markup>> = {
  well: stateBadge('in-step', 'Well'),
  limited: stateBadge('blocked', 'Limited'),
  failing: stateBadge('failed', 'Failing'),
}

function connections(github: ConnectionHealth | undefined, trackers: readonly ConnectionHealth[]): Markup {
  const all = github === undefined ? trackers : [github, ...trackers]
  return html`<section class="card">
    <div class="top"><h2>Connections</h2></div>
    ${
      all.length === 0
        ? ''
        : html`<ul class="list flush">
            ${all.map(connectionLine)}
          </ul>`
    }
    ${trackers.length > 0 ? '' : empty('No tracker', 'The operator of this server has not given your organizations a tracker yet.')}
  </section>`
}

function connectionLine({ name, product, project, state, message, left, leftOf, fullAt }: ConnectionHealth): Markup {
  const facts = [
    product,
    project === null ? null : `project ${project}`,
    left === null ? null : `${plural(left, 'request')} left${leftOf === undefined ? '' : ` for ${leftOf}`}`,
    fullAt === undefined ? null : `full again at ${fullAt.slice(11, 16)} UTC`,
  ]
  return html`<li class="health">
    <div>
      <span class="name">${name}</span>
      <p class="facts number">${facts.filter((one) => one !== null).join(' · ')}</p>
    </div>
    ${healthBadges[state]} ${message === null ? '' : html`<p class="why">${message}</p>`}
  </li>`
}
