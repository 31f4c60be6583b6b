import type { Draft } from './draft.ts'
import { refuse, refuseArgument, refuseRules } from './errors.ts'
import type { FieldDefinition } from './fields.ts'
import { printPerson, resolveIdentity } from './identities.ts'
import { parseRelation, sameEnd } from './relations.ts'
import { cleanHtml } from './rich-text.ts'
import { mergeTags, parseTags, printTags } from './tags.ts'
import { currentRevision, isPerson, printDate } from './world.ts'
import type { FieldValue, World } from './world.ts'

export interface Operation {
  readonly op: 'add' | 'replace' | 'remove' | 'test' | 'copy' | 'move'
  readonly path: string
  readonly from: string | null
  readonly value: unknown
}

const OPS = new Set(['add', 'replace', 'remove', 'test', 'copy', 'move'])

export function parsePatch(body: unknown): Operation[] {
  const invalid = () => refuseArgument('You must pass a valid patch document in the body of the request.')
  if (!Array.isArray(body) || body.length === 0) invalid()
  return (body as unknown[]).map((each) => {
    const { op, path, from, value } = (each ?? {}) as Record<string, unknown>
    const known = typeof op === 'string' && OPS.has(op.toLowerCase())
    if (!known || typeof path !== 'string' || !path.startsWith('/')) invalid()
    return {
      op: String(op).toLowerCase() as Operation['op'],
      path: String(path),
      from: typeof from === 'string' ? from : null,
      value,
    }
  })
}

export function findField(world: World, name: string): FieldDefinition {
  const field = world.fields.find(name)
  if (field !== undefined) return field
  refuse({
    status: 400,
    typeKey: 'WorkItemTrackingFieldDefinitionNotFoundException',
    message: `TF51535: Cannot find field ${name}.`,
  })
}

export interface PatchOptions {
  readonly bypassRules: boolean
}

/** Plays the operations on the draft, in order; the first one that cannot be played refuses them all. */
export function applyPatch(world: World, draft: Draft, operations: readonly Operation[], options: PatchOptions): void {
  for (const operation of operations) applyOperation(world, draft, operation, options)
  // Formats count only beside a value of their field in the same document.
  const formats = operations.filter(({ path }) => /^\/multilineFieldsFormat\//i.test(path))
  for (const { path } of formats) {
    const field = findField(world, path.split('/')[2] ?? '')
    if (draft.written.has(field.referenceName)) continue
    refuseArgument(`The multiline field format of '${field.referenceName}' cannot be changed without its value.`)
  }
}

function applyOperation(world: World, draft: Draft, operation: Operation, options: PatchOptions): void {
  const [, root = '', name = '', ...rest] = operation.path.split('/')
  switch (root.toLowerCase()) {
    case 'fields':
      applyToField(world, draft, operation, findField(world, decodePointer(name)), options)
      return
    case 'relations':
      applyToRelation(world, draft, operation, name, rest)
      return
    case 'rev':
      if (operation.op === 'test') testValue(operation, draft.item === null ? 0 : currentRevision(draft.item).rev)
      return
    case 'multilinefieldsformat':
      applyFormat(world, draft, operation, findField(world, decodePointer(name)))
      return
    case 'id':
      // Old clients name the negative id of a new item for links inside one batch.
      return
    default:
      refuseArgument(
        `You must pass a valid patch document in the body of the request. The path '${operation.path}' is unknown.`,
      )
  }
}

const decodePointer = (segment: string) => segment.replaceAll('~1', '/').replaceAll('~0', '~')

function testValue(operation: Operation, actual: unknown): void {
  if (String(actual ?? '').toLowerCase() === String(operation.value ?? '').toLowerCase()) return
  refuse({
    status: 412,
    typeKey: 'TestPatchOperationFailedException',
    message: `VS403351: Test Operation for path ${operation.path} failed, value ${String(actual ?? '')} was not equal to test value ${String(operation.value ?? '')}.`,
  })
}

function applyToField(world: World, draft: Draft, operation: Operation, field: FieldDefinition, options: PatchOptions) {
  const current = draft.fields[field.referenceName]
  if (operation.op === 'test') {
    testValue(operation, isPerson(current) ? printPerson(world, current) : current)
    return
  }
  if (operation.op === 'remove') {
    writeField(world, draft, field, null, 'replace', options)
    return
  }
  if (operation.op === 'copy' || operation.op === 'move') {
    const source = findField(world, decodePointer(operation.from?.split('/')[2] ?? ''))
    const value = draft.fields[source.referenceName] ?? null
    writeField(world, draft, field, isPerson(value) ? printPerson(world, value) : value, 'replace', options)
    if (operation.op === 'move') writeField(world, draft, source, null, 'replace', options)
    return
  }
  writeField(world, draft, field, operation.value ?? null, operation.op, options)
}

function writeField(
  world: World,
  draft: Draft,
  field: FieldDefinition,
  value: unknown,
  op: 'add' | 'replace',
  { bypassRules }: PatchOptions,
): void {
  const name = field.referenceName
  if (field.readOnly || (field.ruled && !bypassRules)) refuseReadOnly(field)
  draft.written.add(name)
  if (name === 'System.History') {
    const said = typeof value === 'string' ? cleanHtml(value, world.switches.htmlNormalised) : ''
    draft.history = said === '' ? null : said
    return
  }
  if (name === 'System.Tags') {
    const given = parseTags(value)
    const tags = op === 'add' ? mergeTags(parseTags(draft.fields[name]), given) : mergeTags([], given)
    if (tags.length === 0) delete draft.fields[name]
    else draft.fields[name] = printTags(world, tags)
    return
  }
  if (value === null || value === '') {
    delete draft.fields[name]
    return
  }
  draft.fields[name] = parseValue(world, draft, field, value, bypassRules)
}

function refuseReadOnly(field: FieldDefinition): never {
  const message = field.readOnly
    ? `TF401326: Invalid field status 'ReadOnly' for field '${field.referenceName}'.`
    : `TF401320: Rule Error for field ${field.name}. Error code: ReadOnly, InvalidNotOldValue.`
  refuseRules([{ field: field.referenceName, flags: 'readOnly, invalidNotOldValue', code: 16_777_218, message }])
}

function refuseType(field: FieldDefinition): never {
  const message = `TF401320: Rule Error for field ${field.name}. Error code: InvalidType.`
  refuseRules([{ field: field.referenceName, flags: 'invalidType', code: 131_072, message }])
}

function parseValue(
  world: World,
  draft: Draft,
  field: FieldDefinition,
  value: unknown,
  bypassRules: boolean,
): FieldValue {
  switch (field.type) {
    case 'identity':
      return bypassRules ? identityOrText(world, field, value) : resolveIdentity(world, value, field)
    case 'integer':
    case 'double': {
      const number = typeof value === 'number' ? value : Number(value)
      if (typeof value === 'boolean' || Number.isNaN(number)) refuseType(field)
      if (field.type === 'integer' && !Number.isInteger(number)) refuseType(field)
      return number
    }
    case 'boolean':
      return value === true || String(value).toLowerCase() === 'true'
    case 'dateTime': {
      const date = new Date(String(value))
      if (Number.isNaN(date.getTime())) refuseType(field)
      return printDate(date)
    }
    case 'html':
      if (draft.markdown.has(field.referenceName)) return String(value)
      return cleanHtml(String(value), world.switches.htmlNormalised)
    default:
      if (typeof value === 'object') refuseType(field)
      return String(value).replaceAll(/[\r\n]+/g, ' ')
  }
}

function identityOrText(world: World, field: FieldDefinition, value: unknown): FieldValue {
  try {
    return resolveIdentity(world, value, field)
  } catch {
    // Rules bypassed: whatever was sent is kept, unchecked.
    return String(value)
  }
}

function applyFormat(world: World, draft: Draft, operation: Operation, field: FieldDefinition): void {
  if (world.version !== 'services') {
    refuseArgument(
      `You must pass a valid patch document in the body of the request. The path '${operation.path}' is unknown.`,
    )
  }
  const name = field.referenceName
  if (field.type !== 'html') refuseArgument(`The field '${name}' is not a multiline field.`)
  const markdown = String(operation.value).toLowerCase() === 'markdown'
  if (!markdown && draft.markdown.has(name) && world.switches.markdownOneWay) {
    refuseArgument(`The field '${name}' holds Markdown and cannot be turned back to HTML.`)
  }
  if (markdown) draft.markdown.add(name)
  else draft.markdown.delete(name)
}

function applyToRelation(
  world: World,
  draft: Draft,
  operation: Operation,
  index: string,
  rest: readonly string[],
): void {
  if (index === '-' && (operation.op === 'add' || operation.op === 'replace')) {
    const relation = parseRelation(world, draft, operation.value)
    draft.relations.push(relation)
    draft.added.push(relation)
    return
  }
  const position = Number(index)
  const relation = draft.relations[position]
  if (!Number.isInteger(position) || relation === undefined) {
    refuse({
      status: 400,
      typeKey: 'PatchOperationFailedException',
      message: `VS403384: Index out of range for path ${operation.path}.`,
    })
  }
  if (operation.op === 'remove' && rest.length === 0) {
    draft.relations.splice(position, 1)
    const fresh = draft.added.findIndex((added) => sameEnd(added, relation))
    if (fresh === -1) draft.removed.push(relation)
    else draft.added.splice(fresh, 1)
    return
  }
  if (operation.op === 'test') return
  const attributes =
    rest[0] === 'attributes' && rest[1] !== undefined
      ? { ...relation.attributes, [rest[1]]: operation.value }
      : { ...relation.attributes, ...(operation.value as { attributes?: Record<string, unknown> } | null)?.attributes }
  const changed = { ...relation, attributes }
  draft.relations[position] = changed
  draft.changed.push(changed)
}

/** Markdown must be known before the values are read, wherever its operation stands in the document. */
export function formatsFirst(operations: readonly Operation[]): Operation[] {
  const isFormat = ({ path }: Operation) => /^\/multilineFieldsFormat\//i.test(path)
  return [...operations.filter(isFormat), ...operations.filter((operation) => !isFormat(operation))]
}
