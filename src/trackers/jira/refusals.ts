import { LockstepError } from '../../core/errors.ts'
import type { Refusal } from '../../core/ports.ts'
import { failureOf } from './client.ts'
import type { Fields } from './fields.ts'
import { isAbout } from './patch.ts'
import type { Part } from './patch.ts'

export interface RefusedPart {
  readonly part: Part
  readonly refusal: Refusal
}

/** Which parts of a write the server refused; empty when it refused the whole. */
export function findRefused(error: unknown, parts: readonly Part[]): readonly RefusedPart[] {
  return blamesOf(error).flatMap(([id, message]) => {
    const part = parts.find((one) => isAbout(one, id))
    return part === undefined ? [] : [{ part, refusal: toRefusal(part, message) }]
  })
}

/** Jira names each field that it does not take, by its id, all of them at once. */
const blamesOf = (error: unknown): readonly (readonly [id: string, message: string])[] =>
  error instanceof LockstepError && error.code === 'tracker-refused' && !error.effectUnknown
    ? Object.entries(failureOf(error)?.errors ?? {})
    : []

function toRefusal({ field, set = {} }: Part, message: string): Refusal {
  if (field === 'assignee' && !isOffScreen(message)) {
    const who = (set['assignee'] as { readonly name?: string } | null | undefined)?.name
    const remedy =
      who === undefined
        ? 'Allow unassigned issues in Jira, or choose another policy under people.unmatched.'
        : `Give ${who} the permission "Assignable User" in the project, or assign somebody else.`
    return { field, code: 'not-assignable', message, remedy }
  }
  return { field, code: 'field-refused', message, remedy: isOffScreen(message) ? OFF_SCREEN : null }
}

const isOffScreen = (message: string): boolean => /not on the appropriate screen/i.test(message)

const OFF_SCREEN =
  'Put the field on the screens of the project, give the account the permission for it, or leave it out of the route.'

/** A field that the server wants and that nobody wrote, as a failure that says what to do; else the failure as it was. */
export function explainDemand(error: unknown, fields: Fields): unknown {
  const [[id] = []] = blamesOf(error)
  if (id === undefined || !(error instanceof LockstepError)) return error
  const name = fields.find(id)?.name ?? id
  return new LockstepError('field-refused', error.message, {
    remedy: `Give "${name}" a value under "fields" of the route.`,
    details: error.details,
    cause: error,
  })
}
