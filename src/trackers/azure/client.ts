import type { AzureConnection } from '../../config/schema.ts'
import { LockstepError } from '../../core/errors.ts'
import { createHttp, replyOf } from '../../http/index.ts'
import type { HttpReply, HttpRequest } from '../../http/index.ts'
import type { TrackerDeps } from '../deps.ts'
import { ConnectionData, Failure } from './schema.ts'
import { createSignIn } from './sign-in.ts'

export interface AzureRequest extends Omit<HttpRequest, 'path'> {
  /** Below `_apis/`. */
  readonly api: string
  readonly project?: string | undefined
  /** Another base than the organization's: the hosts for people. */
  readonly base?: string | undefined
  /** `-preview` or `-preview.4`: for a resource that never left the preview. */
  readonly preview?: string
}

/** Whom we talk to. */
export interface Session {
  readonly hosted: boolean
  /** The api-version that is spoken, such as `7.1`. */
  readonly version: number
}

/** Who we are. */
export interface Self {
  readonly id: string
  readonly descriptor: string | null
  readonly name: string
}

export interface AzureClient {
  readonly connection: string
  /** Without a slash at the end. */
  readonly base: string
  request(request: AzureRequest): Promise<HttpReply>
  /** Services is known by its address; a Server is asked, once per process. */
  session(): Promise<Session>
  /** Asked once per process. */
  self(): Promise<Self>
}

/** The newest released version; what is newer in Services is preview. */
const NEWEST = 7.1
const services: Session = { hosted: true, version: NEWEST }

export function createAzureClient(connection: string, config: AzureConnection, deps: TrackerDeps): AzureClient {
  const base = config.url.replace(/\/+$/, '')
  const isServices = isAzureHost(new URL(base))
  const signIn = createSignIn(connection, config, deps)
  const http = createHttp({
    ...deps,
    name: connection,
    base,
    authorize: () => signIn.authorize(),
    // Identities have hosts of their own in Services; a Server has one host.
    allows: isServices ? isAzureHost : () => false,
    concurrency: config.concurrency,
    proxy: deps.env,
    // Without it, bad credentials are answered with a redirect to a sign-in page.
    headers: { 'x-tfs-fedauthredirect': 'Suppress' },
    readMessage,
  })
  let connected: Promise<Session & { readonly self: Self }> | null = null

  async function send(request: AzureRequest, version: number): Promise<HttpReply> {
    const { api, project, preview = '', query, ...rest } = request
    const root = request.base ?? base
    const path = `${root}${project === undefined ? '' : `/${encodeURIComponent(project)}`}/_apis/${api}`
    try {
      return await http.request({
        ...rest,
        path,
        query: { ...query, 'api-version': `${version.toFixed(1)}${preview}` },
      })
    } catch (error) {
      if (error instanceof LockstepError && error.code === 'not-signed-in') signIn.forget()
      throw isRevisionClash(error) ? asTicketChanged(error) : error
    }
  }

  async function readConnection() {
    const ask = (version: number) => send({ method: 'GET', api: 'connectionData', preview: '-preview' }, version)
    let version = NEWEST
    const reply = await ask(version).catch((error: unknown) => {
      const older = readOlderVersion(error)
      if (older === undefined) throw error
      version = older
      return ask(older)
    })
    const { authenticatedUser, deploymentType } = reply.read(ConnectionData)
    return {
      hosted: deploymentType.toLowerCase() === 'hosted',
      version,
      self: {
        id: authenticatedUser.id,
        descriptor: authenticatedUser.subjectDescriptor ?? null,
        name: authenticatedUser.customDisplayName ?? authenticatedUser.providerDisplayName ?? '',
      },
    }
  }

  function connect() {
    connected ??= readConnection().catch((error: unknown) => {
      connected = null
      throw error
    })
    return connected
  }

  const session = async (): Promise<Session> => (isServices ? services : await connect())

  return {
    connection,
    base,
    session,
    self: async () => (await connect()).self,
    async request(request) {
      return send(request, (await session()).version)
    },
  }
}

const isAzureHost = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' && /(^|\.)(dev\.azure\.com|visualstudio\.com)$/.test(hostname)

// A Server says which version it would take: "The latest REST API version this server supports is 7.0."
function readOlderVersion(error: unknown): number | undefined {
  const said = failureOf(error)
  if (said?.typeKey !== 'VssVersionOutOfRangeException') return undefined
  const version = Number(/supports is (\d+\.\d+)/.exec(said.message)?.[1])
  return version > 0 && version < NEWEST ? version : undefined
}

/** What Azure itself says about a failed request. */
export function failureOf(error: unknown): Failure | undefined {
  const reply = replyOf(error)
  return reply === undefined ? undefined : Failure.safeParse(reply.body).data
}

// A body that is no JSON, such as that of a path that leads nowhere, has its message in a header.
function readMessage({ body, headers }: HttpReply): string | undefined {
  const said = Failure.safeParse(body)
  if (said.success && said.data.message !== '') return said.data.message
  const header = headers.get('x-tfs-serviceerror')
  if (header === null) return undefined
  try {
    return decodeURIComponent(header.replaceAll('+', ' '))
  } catch {
    return header
  }
}

const isRevisionClash = (error: unknown): error is LockstepError =>
  error instanceof LockstepError &&
  error.code !== 'ticket-changed' &&
  (failureOf(error)?.message.includes('TF26071') ?? false)

const asTicketChanged = (error: LockstepError): LockstepError =>
  new LockstepError('ticket-changed', error.message, { retryable: true, details: error.details, cause: error })
