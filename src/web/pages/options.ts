import { Hono } from 'hono'
import { LockstepError } from '../../core/errors.ts'
import type { RepoRef } from '../../core/issue.ts'
import type { WebContext, WebEnv } from '../context.ts'
import type { PagesDeps } from './deps.ts'
import { empty, heading, trouble } from './layout.ts'
import type { Show } from './layout.ts'
import { html } from './markup.ts'
import type { Markup } from './markup.ts'
import { optionsForm, pathOf } from './options-cards.ts'
import type { Place } from './options-cards.ts'
import { planChange, Wanted } from './options-change.ts'
import type { Change } from './options-change.ts'
import { previewEffects } from './options-effects.ts'
import { readChanged } from './options-form.ts'
import { previewPage } from './options-preview.ts'
import { chooseConnection } from './people.ts'
import { chooseRepo, chooser, repoChoice } from './place.ts'
import type { ReadScope } from './scope.ts'
import { demand, notHere, visitorOf } from './visitor.ts'

interface OptionsParts {
  readonly deps: PagesDeps
  readonly openOptions: NonNullable<PagesDeps['openOptions']>
  readonly show: Show
  readonly readScope: ReadScope
}

interface Asked {
  readonly wanted: string | undefined
  /** Asks the tracker again, whatever was kept. */
  readonly fresh?: boolean
}

/** What travels and how, as a form; what it changes is a pull request. */
export function createOptionsPage({ deps, openOptions, show, readScope }: OptionsParts): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  async function openPlace(context: WebContext, repo: RepoRef, { wanted, fresh = false }: Asked): Promise<Place> {
    demand(visitorOf(context), repo, 'write')
    const connection = chooseConnection(await deps.open(repo), wanted).tracker.connection
    const scope = await openOptions(repo)
    const { organization, routes } = scope
    return { repo, connection, scope, described: await scope.describe({ connection, organization, routes, fresh }) }
  }

  async function readForm(context: WebContext) {
    const fields = await context.req.parseBody()
    const { repo: wanted, connection } = fields
    const visitor = visitorOf(context)
    const repo = chooseRepo(visitor, await readScope(visitor), typeof wanted === 'string' ? wanted : undefined)
    if (repo === undefined || typeof connection !== 'string') throw notHere()
    return { fields, place: await openPlace(context, repo, { wanted: connection }) }
  }

  app.get('/options', async (context) => {
    const visitor = visitorOf(context)
    const scope = await readScope(visitor)
    const repo = chooseRepo(visitor, scope, context.req.query('repo'))
    const head = heading({
      title: 'Options',
      lead: 'What travels, and how. A change becomes a pull request for the configuration.',
    })
    if (repo === undefined) {
      const none = empty('No repository yet', 'With the first pair there are options to change.')
      return await show(context, {
        title: 'Options',
        content: html`${head}
          <section class="card">${none}</section>`,
      })
    }
    const { connection, fresh, login = '' } = context.req.query()
    const place = await openPlace(context, repo, { wanted: connection, fresh: fresh !== undefined })
    const { trackers } = await deps.open(repo)
    const values = [...trackers.keys()]
    const connections = { name: 'connection', label: 'Connection', values, chosen: place.connection }
    const content = html`${head} ${chooser('/options', [repoChoice(scope, repo), connections], 'Show')}
    ${await optionsForm(place, { csrf: context.get('csrf'), login })}`
    return await show(context, { title: 'Options', content })
  })

  app.post('/options/preview', async (context) => {
    const { fields, place } = await readForm(context)
    const { options, values, scene } = place.described
    const [login, email] = [fields['login'], fields['email']].map((one) => (typeof one === 'string' ? one.trim() : ''))
    const override = login === undefined || login === '' || email === undefined ? null : { login, email }
    const wanted: Wanted = { values: readChanged(options, values, fields), override }
    const change = await planChange(place.scope, scene, wanted)
    if (change.kind !== 'changed')
      return await show(context, {
        title: 'Options',
        content: notChanged(place, change),
        status: change.kind === 'refused' ? 400 : 200,
      })
    const { repo, connection } = place
    const effects = await previewEffects(await deps.open(repo), { repo, connection, config: change.config, override })
    const content = previewPage({ ...place, change, effects, wanted, csrf: context.get('csrf') })
    return await show(context, { title: 'Preview', content })
  })

  app.post('/options/propose', async (context) => {
    const { fields, place } = await readForm(context)
    const wanted = Wanted.safeParse(parseJson(fields['wanted'])).data
    if (wanted === undefined) throw new LockstepError('usage', 'The form does not say what to change.')
    const change = await planChange(place.scope, place.described.scene, wanted)
    if (change.kind !== 'changed')
      return await show(context, { title: 'Options', content: notChanged(place, change), status: 400 })
    const pull = await place.scope.file.propose({
      text: change.edited,
      version: change.file.version,
      title: `Lockstep: change the options of ${place.connection}`,
      body: `${visitorOf(context).login} changed the options of the connection \`${place.connection}\`.\n\nIt takes effect when this is merged.`,
    })
    const content = html`${heading({ title: 'Pull request opened', lead: 'It takes effect when it is merged.' })}
      <p class="note is-in-step"><a href="${pull.url}">Pull request #${pull.number}</a></p>
      <p><a class="button" href="${pathOf(place)}">Back to the options</a></p>`
    return await show(context, { title: 'Pull request opened', content })
  })
  return app
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : '')
  } catch {
    return undefined
  }
}

function notChanged(place: Place, change: Exclude<Change, { readonly kind: 'changed' }>): Markup {
  const back = html`<p><a class="button" href="${pathOf(place)}">Back to the options</a></p>`
  if (change.kind === 'unchanged')
    return html`${heading({ title: 'Nothing to change', lead: 'The file says all of this already.' })} ${back}`
  return html`${heading({ title: 'That does not fit together' })}
  ${change.problems.map(({ option, message }) => trouble(option, { message, remedy: null }))} ${back}`
}
