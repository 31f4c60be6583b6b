import type { Draft } from './draft.ts'
import { refuse, refuseRules } from './errors.ts'
import type { RuleError } from './errors.ts'
import { findField } from './patch.ts'
import { findState } from './processes.ts'
import { findNode } from './classification.ts'
import { currentRevision, findProject, isPerson, now } from './world.ts'
import type { FieldValue, Person, World } from './world.ts'

// The published sample: required + invalidEmpty = 524289. The others are the bits beside it, from memory.
const CODES = {
  required: 1,
  readOnly: 2,
  hasValues: 4,
  limitedToValues: 8,
  allowsOldValue: 32,
  invalidEmpty: 524_288,
  invalidListValue: 2_097_152,
  invalidTooLong: 65_536,
} as const
type Flag = keyof typeof CODES

const MAX_TITLE = 255
const MAX_TEXT = 1_000_000

function broken(field: { referenceName: string; name: string }, flags: readonly Flag[], message?: string): RuleError {
  const words = flags.map((flag) => flag[0]!.toUpperCase() + flag.slice(1))
  return {
    field: field.referenceName,
    flags: flags.join(', '),
    code: flags.reduce((sum, flag) => sum + CODES[flag], 0),
    message: message ?? `TF401320: Rule Error for field ${field.name}. Error code: ${words.join(', ')}.`,
  }
}

function outsideList(world: World, name: string, value: FieldValue): RuleError {
  const field = findField(world, name)
  const message = `The field '${field.name}' contains the value '${isPerson(value) ? value.displayName : value}' that is not in the list of supported values`
  const flags: Flag[] = ['required', 'hasValues', 'limitedToValues', 'allowsOldValue', 'invalidListValue']
  return broken(field, flags, world.switches.supportedValuesText ? message : undefined)
}

/** Project and type first: they decide which rules hold at all. */
function settleType(world: World, draft: Draft): void {
  const projectName = String(draft.fields['System.TeamProject'])
  if (projectName.toLowerCase() !== draft.project.name.toLowerCase()) {
    const project = findProject(world, projectName)
    if (project === undefined) refuseRules([outsideList(world, 'System.TeamProject', projectName)])
    draft.project = project
  }
  draft.fields['System.TeamProject'] = draft.project.name
  const typeName = String(draft.fields['System.WorkItemType'])
  const type = draft.project.types.get(typeName.toLowerCase())
  if (type === undefined) {
    refuse({
      status: 400,
      typeKey: 'RuleValidationException',
      message: `VS402323: Work item type ${typeName} does not exist in project ${draft.project.name} or you do not have permission to access it.`,
    })
  }
  draft.type = type
  draft.fields['System.WorkItemType'] = type.name
}

function settleTree(draft: Draft, field: 'System.AreaPath' | 'System.IterationPath'): void {
  const root = field === 'System.AreaPath' ? draft.project.areas : draft.project.iterations
  const idField = field.replace('Path', 'Id')
  const id = draft.fields[idField]
  delete draft.fields[idField]
  const wanted = typeof id === 'number' ? id : String(draft.fields[field] ?? '').replace(/^\\/, '')
  const found = findNode(root, wanted)
  if (found !== undefined) {
    draft.fields[field] = found.path
    return
  }
  const message = `TF401347: Invalid tree name given for work item ${draft.item?.id ?? -1}, field '${field}'.`
  refuseRules([{ field, flags: 'invalidTreeName', code: 0, message }])
}

/** Refuses a draft that breaks the rules of its type, and completes one that does not. */
export function settleDraft(world: World, draft: Draft, who: Person, { bypassRules }: { bypassRules: boolean }): void {
  settleType(world, draft)
  settleTree(draft, 'System.AreaPath')
  settleTree(draft, 'System.IterationPath')
  const errors = bypassRules ? [] : findBroken(world, draft)
  if (errors.length > 0) refuseRules(errors)
  keepUp(world, draft, who)
}

function findBroken(world: World, draft: Draft): RuleError[] {
  const errors: RuleError[] = []
  const title = String(draft.fields['System.Title'] ?? '')
  for (const [name, rule] of draft.type.fields) {
    const value = draft.fields[name]
    if (rule.required && value === undefined && !name.endsWith('Id')) {
      errors.push(broken(findField(world, name), ['required', 'invalidEmpty']))
    }
    const listed = rule.allowedValues.some((allowed) => String(allowed).toLowerCase() === String(value).toLowerCase())
    const before = draft.item === null ? undefined : currentRevision(draft.item).fields[name]
    if (value !== undefined && rule.allowedValues.length > 0 && !listed && value !== before) {
      errors.push(outsideList(world, name, value))
    }
  }
  if (title.length > MAX_TITLE) errors.push(broken(findField(world, 'System.Title'), ['invalidTooLong']))
  for (const [name, value] of Object.entries(draft.fields)) {
    if (typeof value === 'string' && value.length > MAX_TEXT)
      errors.push(broken(findField(world, name), ['invalidTooLong']))
  }
  errors.push(...checkState(world, draft))
  return errors
}

function checkState(world: World, draft: Draft): RuleError[] {
  const value = draft.fields['System.State']
  if (value === undefined) return []
  const state = findState(draft.type, String(value))
  if (state === undefined) return [outsideList(world, 'System.State', value)]
  const before = draft.item === null ? undefined : currentRevision(draft.item).fields
  const sameType = before?.['System.WorkItemType'] === draft.type.name
  const from = sameType ? String(before['System.State']) : undefined
  // A new item starts in the first state or goes on from there in the same save.
  const refused = draft.type.forbidden.has(`${from ?? draft.type.states[0]!.name}>${state.name}`)
  return refused ? [outsideList(world, 'System.State', state.name)] : []
}

/** What the server writes by itself: the reason and the dates of a state change. */
function keepUp(world: World, draft: Draft, who: Person): void {
  const before = draft.item === null ? undefined : currentRevision(draft.item).fields
  const at = draftDate(world, draft)
  const state = findState(draft.type, String(draft.fields['System.State']))
  if (state === undefined) return
  draft.fields['System.State'] = state.name
  if (before?.['System.State'] === state.name) return
  const set = (name: string, value: FieldValue | null) => {
    if (draft.written.has(name)) return
    if (value === null) delete draft.fields[name]
    else if (draft.type.fields.has(name)) draft.fields[name] = value
  }
  set('Microsoft.VSTS.Common.StateChangeDate', at)
  set('System.Reason', state.reason)
  const { category } = state
  const stamp = (kind: string, inside: boolean, keep: boolean) => {
    if (!inside && keep) return
    set(`Microsoft.VSTS.Common.${kind}Date`, inside ? at : null)
    set(`Microsoft.VSTS.Common.${kind}By`, inside ? who : null)
  }
  stamp('Activated', category === 'InProgress', category === 'Resolved' || category === 'Completed')
  stamp('Resolved', category === 'Resolved', category === 'Completed')
  stamp('Closed', category === 'Completed', false)
  if (category === 'Resolved') set('Microsoft.VSTS.Common.ResolvedReason', String(draft.fields['System.Reason']))
}

export function draftDate(world: World, draft: Draft): string {
  const written = draft.written.has('System.ChangedDate') ? draft.fields['System.ChangedDate'] : undefined
  if (typeof written === 'string') return written
  draft.at ??= now(world)
  return draft.at
}
