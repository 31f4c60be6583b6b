import type { FieldRule } from '../config/schema.ts'
import { isAlwaysRule, isLabelRule } from '../core/fields/mapped.ts'
import type { TicketField, TypeForm } from '../core/inspection.ts'
import { goesOut } from '../core/option-values.ts'
import type { TicketType } from '../core/ports.ts'
import { listNames, sameName } from './check.ts'
import type { Notes } from './check.ts'
import type { RouteScene } from './route.ts'

interface Form {
  readonly type: TicketType
  readonly form: TypeForm
}

/** The fields that the route names, and those that the server asks for. */
export function examineFields({ rule, path }: RouteScene, { type, form }: Form, notes: Notes): void {
  for (const [name, value] of Object.entries(rule.fields)) {
    const field = findField(form, name)
    if (field === undefined) {
      notes.fail(
        `${path}.fields`,
        `The server has no field "${name}".`,
        'Correct the name; fields are named as the server names them.',
      )
    } else if (!field.onForm) {
      notes.fail(
        `${path}.fields`,
        `Tickets of the type ${type.name} do not show the field "${name}".`,
        'Put the field on the screen or form of the type, or remove it from the route.',
      )
    } else judgeValues({ name, field, values: valuesOf(value), path }, notes)
  }
  for (const { field, name, allowed } of type.required) {
    const given = Object.entries(rule.fields).find(([key]) => sameName(key, field) || sameName(key, name))?.[1]
    if (given !== undefined && !isLabelRule(given)) continue
    const choices = allowed.length === 0 ? '' : ` It is one of ${listNames(allowed)}.`
    const remedy = `Give "${name}" a value under "fields" of the route.${choices}`
    const sometimes = given !== undefined || isFilledByIssue(field, rule.sync)
    const message = `A ticket of the type ${type.name} must have "${name}"`
    if (sometimes) notes.warn(`${path}.fields`, `${message}, which not every issue gives.`, remedy)
    else notes.fail(`${path}.fields`, `${message}, and the route gives it no value.`, remedy)
  }
}

const findField = ({ fields }: TypeForm, name: string): TicketField | undefined =>
  fields.find(({ id }) => sameName(id, name)) ?? fields.find((field) => sameName(field.name, name))

interface Judged {
  readonly name: string
  readonly field: TicketField
  readonly values: readonly unknown[]
  readonly path: string
}

function judgeValues({ name, field, values, path }: Judged, notes: Notes): void {
  const { allowed } = field
  const wrong = values.map(String).filter((value) => !allowed.some((one) => sameName(one, value)))
  if (allowed.length > 0 && wrong.length > 0) {
    notes.fail(`${path}.fields`, `"${name}" cannot be ${listNames(wrong)}.`, `Use one of ${listNames(allowed)}.`)
  } else notes.ok(`${path}.fields`, `"${name}" is there.`)
}

function valuesOf(rule: FieldRule): readonly unknown[] {
  if (isLabelRule(rule)) return Object.values(rule.labels)
  const value = isAlwaysRule(rule) ? rule.always : typeof rule === 'object' ? rule.default : rule
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one !== 'object')
}

const FROM_ISSUES: readonly (readonly [RegExp, keyof RouteScene['rule']['sync']])[] = [
  [/^(?:description|System\.Description|Microsoft\.VSTS\.TCM\.ReproSteps)$/, 'body'],
  [/^(?:labels|System\.Tags)$/, 'labels'],
  [/^(?:assignee|System\.AssignedTo)$/, 'assignee'],
  [/^(?:fixVersions|System\.IterationPath)$/, 'milestone'],
  [/^components$/, 'components'],
  [/^(?:priority|Microsoft\.VSTS\.Common\.Priority)$/, 'priority'],
]

/** What most issues bring along, but not each of them. */
export const isFilledByIssue = (field: string, sync: RouteScene['rule']['sync']): boolean =>
  FROM_ISSUES.some(([id, name]) => id.test(field) && goesOut(sync[name]))
