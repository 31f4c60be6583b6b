import { z } from 'zod'
import type { TicketPatch } from '../../core/change.ts'
import { LockstepError } from '../../core/errors.ts'
import type { Refusal } from '../../core/ports.ts'
import { failureOf } from './client.ts'
import { estimateField } from './fields.ts'
import type { Part } from './patch.ts'
import type { Failure, WorkItemType } from './schema.ts'

export interface RefusedPart {
  readonly part: Part
  readonly refusal: Refusal
}

const Link = z.object({ url: z.string() })

interface Blame {
  /** Reference name, or the name that people see. */
  readonly field: string
  readonly message: string
}

/** Stands for the field where a link is refused. */
const RELATIONS = 'relations'

export interface RefusalContext {
  readonly type: WorkItemType | undefined
  /** The state the ticket is in; `null` for a new one. */
  readonly state: string | null
}

/** What this patch asks for that a work item of this type cannot have at all. */
export function findImpossible(patch: TicketPatch, type: WorkItemType | undefined): readonly Refusal[] {
  const refusals: Refusal[] = []
  const refuse = (field: string, message: string) =>
    void refusals.push({ field, code: 'field-refused', message, remedy: `Leave ${field} out of the route.` })
  if (patch.estimate !== undefined && estimateField(type) === undefined) {
    refuse('estimate', `The type ${type?.name ?? 'of this work item'} has no field for an estimate.`)
  }
  if ((patch.components?.add.length ?? 0) > 0) refuse('components', 'Azure DevOps has no components.')
  return refusals
}

/** Which parts of a write the server refused, as far as its message names them; empty when it refused the whole. */
export function findRefused(error: unknown, parts: readonly Part[], context: RefusalContext): readonly RefusedPart[] {
  if (!(error instanceof LockstepError) || !['tracker-refused', 'not-found', 'not-permitted'].includes(error.code))
    return []
  const said = failureOf(error)
  if (said === undefined) return []
  const refused = new Map<Part, RefusedPart>()
  for (const blame of [...blamesOf(said), ...missingTarget(said, parts)]) {
    const part = parts.find((one) => one.ops.some((op) => isAbout(op, blame))) ?? partThatDemands(parts, blame)
    if (part !== undefined && !refused.has(part)) refused.set(part, { part, refusal: toRefusal(part, blame, context) })
  }
  return [...refused.values()]
}

function blamesOf({ message, customProperties }: Failure): readonly Blame[] {
  const rules = customProperties?.RuleValidationErrors ?? []
  if (rules.length > 0) {
    return rules.map(({ fieldReferenceName, errorMessage }) => ({
      field: fieldReferenceName,
      message: errorMessage || message,
    }))
  }
  const named =
    customProperties?.ReferenceName ??
    // The sentences that are known to name a field: rules, identities, tree names, unknown fields, lists.
    /TF401320: Rule Error for field (.+?)\. Error code/.exec(message)?.[1] ??
    /for field '([^']+)' is an unknown identity/.exec(message)?.[1] ??
    /TF401347: .*field '([^']+)'/.exec(message)?.[1] ??
    /TF51535: Cannot find field ([^\s,]+?)\.?$/.exec(message)?.[1] ??
    /The field '([^']+)' contains the value/.exec(message)?.[1]
  if (named !== undefined) return [{ field: named, message }]
  if (/TF20103[56]/.test(message)) return [{ field: RELATIONS, message }]
  return []
}

/** The work item to link to is not there, or not for us. */
function missingTarget({ message }: Failure, parts: readonly Part[]): readonly Blame[] {
  const [, id] = /TF401232: Work item (\d+) /.exec(message) ?? []
  const targets = parts.flatMap(({ ops }) => ops.map(({ value }) => Link.safeParse(value).data?.url))
  return targets.some((url) => id !== undefined && url?.endsWith(`/${id}`)) ? [{ field: RELATIONS, message }] : []
}

function isAbout({ path }: Part['ops'][number], { field }: Blame): boolean {
  if (path.startsWith('/relations/')) return field === RELATIONS
  const name = path.split('/').slice(2).join('/')
  return [name, name.split('.').at(-1) ?? ''].some((one) => loose(one) === loose(field))
}

// What people see as "Assigned To" ends the reference name as AssignedTo.
const loose = (name: string): string => name.replaceAll(/[\s_]/g, '').toLowerCase()

/** The field that the server wants and that nobody wrote, as a failure that says what to do; else the failure as it was. */
export function explainDemand(error: unknown): unknown {
  const said = failureOf(error)
  const [blame] = said === undefined ? [] : blamesOf(said)
  if (blame === undefined || blame.field === RELATIONS || !(error instanceof LockstepError)) return error
  return new LockstepError('field-refused', error.message, {
    remedy: `Give "${blame.field}" a value under "fields" of the route.`,
    details: error.details,
    cause: error,
  })
}

/** A field that we did not write at all was asked for by the state that we wrote. */
function partThatDemands(parts: readonly Part[], { field }: Blame): Part | undefined {
  return field === RELATIONS ? undefined : parts.find((part) => part.field === 'status')
}

function toRefusal({ field, ops }: Part, { message }: Blame, { type, state }: RefusalContext): Refusal {
  if (field === 'assignee') {
    const who = String(ops[0]?.value ?? '')
    return {
      field,
      code: 'not-assignable',
      message,
      remedy: `Add ${who} to the organization and the project, or assign somebody else.`,
    }
  }
  if (field === 'milestone') {
    const remedy = 'Name the whole iteration path of this milestone under "milestone" of the route.'
    return { field, code: 'field-refused', message, remedy }
  }
  if (field !== 'status') return { field, code: 'field-refused', message, remedy: null }
  const next =
    type === undefined || state === null
      ? []
      : (type.transitions[state] ?? []).map(({ to }) => to).filter((to) => to !== state)
  const states = next.length > 0 ? next : (type?.states.map(({ name }) => name) ?? [])
  return {
    field,
    code: 'status-unreachable',
    message,
    remedy:
      states.length === 0
        ? null
        : `From "${state ?? 'new'}" a ${type?.name ?? 'ticket'} can go to ${states.map((name) => `"${name}"`).join(', ')}.`,
  }
}
