export interface SandboxRequest {
  readonly method: string
  /** Decoded per segment only when read through `params`; this is the raw path. */
  readonly path: string
  readonly query: URLSearchParams
  /** The query as it came, without the question mark. */
  readonly search: string
  readonly params: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** `http://host:port` as the caller addressed it. */
  readonly origin: string
}

export interface SandboxReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** An object is sent as JSON; text and bytes as they are; nothing for an empty reply. */
  readonly body?: unknown
}

export type Handler = (request: SandboxRequest) => SandboxReply | Promise<SandboxReply>
export type Route = readonly [method: string, pattern: string, handler: Handler]

export interface Router {
  find(method: string, path: string): { handler: Handler; params: Record<string, string>; pattern: string } | undefined
  /** Methods that some route accepts on this path: to tell 404 from 405. */
  methods(path: string): readonly string[]
}

/** `:name` takes one segment or the rest of one (`$:type`), `*name` takes all that is left. Case counts unless told otherwise. */
function compile(pattern: string, ignoreCase: boolean): { regexp: RegExp; names: string[] } {
  const names: string[] = []
  const source = pattern
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/([:*])([A-Za-z]\w*)/g, (_, kind: string, name: string) => {
      names.push(name)
      return kind === ':' ? '([^/]+?)' : '(.*)'
    })
  return { regexp: new RegExp(`^${source}/?$`, ignoreCase ? 'i' : ''), names }
}

export function createRouter(routes: readonly Route[], { ignoreCase = false } = {}): Router {
  const compiled = routes.map(([method, pattern, handler]) => ({
    method,
    pattern,
    handler,
    ...compile(pattern, ignoreCase),
  }))
  return {
    find(method, path) {
      for (const route of compiled) {
        if (route.method !== method) continue
        const match = route.regexp.exec(path)
        if (match === null) continue
        const params: Record<string, string> = {}
        for (const [index, name] of route.names.entries()) {
          try {
            params[name] = decodeURIComponent(match[index + 1] ?? '')
          } catch {
            // A stray percent sign: the real servers take the text as it is.
            params[name] = match[index + 1] ?? ''
          }
        }
        return { handler: route.handler, params, pattern: route.pattern }
      }
      return undefined
    },
    methods: (path) => [...new Set(compiled.filter((r) => r.regexp.test(path)).map((r) => r.method))],
  }
}

/** The request body as JSON; `undefined` when it is empty or no JSON. */
export function parseBody(request: SandboxRequest): unknown {
  if (request.body.length === 0) return undefined
  try {
    return JSON.parse(request.body.toString('utf8'))
  } catch {
    return undefined
  }
}
