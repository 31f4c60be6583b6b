import { Hono } from 'hono'
import { z } from 'zod'
import { proposeOptions } from '../config/propose.ts'
import type { LoadOptions } from '../config/load.ts'
import type { RouteRule } from '../config/schema.ts'
import type { ConfigFile } from '../core/config-file.ts'
import { asLockstepError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Organization, OptionsReader } from '../sync/options.ts'
import type { WebContext, WebEnv } from './context.ts'

/** What the API of the options stands on, for one organization. */
export interface OptionsScope {
  readonly organization: Organization
  readonly routes: readonly RouteRule[]
  readonly describe: OptionsReader
  readonly file: ConfigFile
  readonly load?: LoadOptions
}

export interface OptionsApiDeps {
  /** `undefined` when there is no such organization, or none for whoever asks. */
  findScope(slug: string, context: WebContext): Promise<OptionsScope | undefined>
  /** Who asks. */
  readActor(context: WebContext): string
}

const PATH = '/api/organizations/:organization/connections/:connection/options'

const Values = z.record(z.string(), z.unknown())

/** Reads the options of a connection, and turns new values into a pull request. */
export function createOptionsApi({ findScope, readActor }: OptionsApiDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get(PATH, async (context) => {
    const scope = await findScope(context.req.param('organization'), context)
    if (scope === undefined) return context.json({ detail: 'There is no such organization.' }, 404)
    const { connection, options, values, ageMs } = await describe(scope, context)
    return context.json({ connection, options, values, ageMs })
  })

  app.put(PATH, async (context) => {
    const scope = await findScope(context.req.param('organization'), context)
    if (scope === undefined) return context.json({ detail: 'There is no such organization.' }, 404)
    const values = Values.safeParse(await context.req.json().catch(() => undefined))
    if (!values.success) return context.json({ detail: 'Expected a JSON object: option to value.' }, 400)
    const { scene } = await describe(scope, context)
    if (scene.barred !== null) return context.json({ detail: scene.barred }, 403)
    const change = await proposeOptions({
      file: scope.file,
      scene,
      values: values.data,
      actor: readActor(context),
      ...(scope.load === undefined ? {} : { load: scope.load }),
    })
    switch (change.kind) {
      case 'refused':
        return context.json({ detail: change.problems[0]?.message ?? '', problems: change.problems }, 400)
      case 'unchanged':
        return context.json({ changed: false, pullRequest: null })
      case 'proposed':
        return context.json({ changed: true, pullRequest: change.pull }, 202)
    }
  })

  app.onError((thrown, context) => {
    const { code, message, remedy } = asLockstepError(thrown)
    return context.json({ detail: message, remedy, code }, STATUS[code] ?? 500)
  })
  return app
}

const STATUS: Partial<Record<ErrorCode, 400 | 403 | 404 | 409 | 502 | 503>> = {
  usage: 400,
  'not-found': 404,
  'config-missing': 404,
  'config-invalid': 409,
  'not-permitted': 403,
  'github-refused': 502,
  unreachable: 502,
  'limit-reached': 503,
}

const describe = ({ describe: read, organization, routes }: OptionsScope, context: WebContext) =>
  read({
    connection: context.req.param('connection') ?? '',
    organization,
    routes,
    fresh: context.req.query('fresh') === 'true',
  })
