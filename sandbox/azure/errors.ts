import type { SandboxReply } from '../kit/router.ts'

const replies = new WeakMap<Error, SandboxReply>()

export interface Refusal {
  readonly status: number
  readonly typeKey: string
  readonly message: string
  readonly family?: 'wit' | 'core' | 'web' | 'hooks'
  readonly customProperties?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

const FAMILIES = {
  wit: { space: 'Microsoft.TeamFoundation.WorkItemTracking.Server', eventId: 3200 },
  core: { space: 'Microsoft.TeamFoundation.Core.WebApi', eventId: 3000 },
  web: { space: 'Microsoft.VisualStudio.Services.WebApi', eventId: 3000 },
  hooks: { space: 'Microsoft.VisualStudio.Services.ServiceHooks.WebApi', eventId: 4501 },
} as const

export function errorBody(refusal: Refusal): Record<string, unknown> {
  const { space, eventId } = FAMILIES[refusal.family ?? 'wit']
  return {
    $id: '1',
    ...(refusal.customProperties && { customProperties: refusal.customProperties }),
    innerException: null,
    message: refusal.message,
    typeName: `${space}.${refusal.typeKey}, ${space}`,
    typeKey: refusal.typeKey,
    errorCode: 0,
    eventId,
  }
}

/** Ends the request with the error body of the real server. */
export function refuse(refusal: Refusal): never {
  refuseWith(refusal.message, {
    status: refusal.status,
    // Recorded: an error body comes without the api-version in its content type.
    headers: { 'content-type': 'application/json; charset=utf-8', ...refusal.headers },
    body: errorBody(refusal),
  })
}

export function refuseWith(message: string, reply: SandboxReply): never {
  const error = new Error(message)
  replies.set(error, reply)
  throw error
}

export const refusalOf = (error: unknown): SandboxReply | undefined =>
  error instanceof Error ? replies.get(error) : undefined

export function refuseMissingItem(id: number | string): never {
  refuse({
    status: 404,
    typeKey: 'WorkItemUnauthorizedAccessException',
    message: `TF401232: Work item ${id} does not exist, or you do not have permissions to read it.`,
  })
}

export function refuseMissingProject(nameOrId: string): never {
  const isId = /^[0-9a-f-]{36}$/i.test(nameOrId)
  refuse({
    status: 404,
    family: 'core',
    typeKey: isId ? 'ProjectDoesNotExistException' : 'ProjectDoesNotExistWithNameException',
    message: isId
      ? `VS800075: The project with id 'vstfs:///Classification/TeamProject/${nameOrId}' does not exist, or you do not have permission to access it.`
      : `TF200016: The following project does not exist: ${nameOrId}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.`,
  })
}

/** The argument errors of the web layer: always a 400. */
export function refuseArgument(message: string, typeKey = 'VssPropertyValidationException'): never {
  refuse({ status: 400, family: 'web', typeKey, message })
}

export interface RuleError {
  readonly field: string
  readonly flags: string
  readonly code: number
  readonly message: string
}

/** All broken rules of a save at once; the first one gives the message. */
export function refuseRules(errors: readonly RuleError[]): never {
  const first = errors[0]!
  refuse({
    status: 400,
    typeKey: 'RuleValidationException',
    message: first.message,
    customProperties: {
      FieldReferenceName: first.field,
      FieldStatusFlags: first.flags,
      ErrorMessage: first.message,
      FieldStatusCode: first.code,
      RuleValidationErrors: errors.map((error) => ({
        fieldReferenceName: error.field,
        fieldStatusFlags: error.flags,
        errorMessage: error.message,
        fieldStatusCode: error.code,
        ruleValidationErrors: null,
      })),
    },
  })
}

/** A path that leads to no controller: text, with the message once more in a header (recorded). */
export function controllerNotFound(path: string): SandboxReply {
  const message = `The controller for path '${path}' was not found or does not implement IController.`
  return {
    status: 404,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-tfs-serviceerror': encodeURIComponent(message).replaceAll("'", '%27'),
    },
    body: message,
  }
}
