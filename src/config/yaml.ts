import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument, type Document, type YAMLError } from 'yaml'
import type { Finding, Path, Range } from './problem.ts'

export interface Place {
  readonly key: Range | null
  readonly value: Range
}

export interface YamlFile {
  /** Plain data; what could not be understood is left out and named in `findings`. */
  readonly data: unknown
  /** By the path as JSON. */
  readonly places: ReadonlyMap<string, Place>
  readonly findings: readonly Finding[]
  /** The text is no YAML at all: what was read of it says little. */
  readonly broken: boolean
}

const LARGEST_BYTES = 1024 * 1024
const DEEPEST = 32
const MOST_ERRORS = 200

/** Reads YAML 1.2 (core schema) without the parts of it that surprise: anchors, aliases, tags, several documents. */
export function readYaml(text: string): YamlFile {
  if (Buffer.byteLength(text) > LARGEST_BYTES) {
    return refuse('the file is larger than 1 MiB', 'Split the work over several repositories, or shorten the file.')
  }
  // Duplicate keys are looked for below: the parser compares every key with every other.
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: false, prettyErrors: false })
  if (document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) return refuse(TOO_DEEP, FLATTEN)
  if (document.errors.length > 0) {
    return { data: undefined, places: new Map(), findings: describeErrors(document.errors, text), broken: true }
  }
  if (document.contents === null || document.contents === undefined) {
    return refuse(
      'the file is empty',
      'Start with "version: 1" and a route; docs/configuration.md has an example of ten lines.',
    )
  }
  return collect(document)
}

const TOO_DEEP = 'this is nested too deeply'
const FLATTEN = `Nothing in a configuration is nested more than ${DEEPEST} levels deep.`

const refuse = (message: string, remedy: string): YamlFile => ({
  data: undefined,
  places: new Map(),
  findings: [{ severity: 'error', path: [], range: [0, 0], message, remedy }],
  broken: true,
})

function collect(document: Document): YamlFile {
  const places = new Map<string, Place>()
  const findings: Finding[] = []
  const report = (path: Path, range: Range, [message, remedy]: readonly [string, string]) => {
    findings.push({ severity: 'error', path, range, message, remedy })
  }
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== '1.2') {
    report([], [0, 5], ['this asks for an old version of YAML', 'Remove the %YAML line: the file is read as YAML 1.2.'])
  }

  const read = (node: unknown, path: Path, key: Range | null): unknown => {
    const range = rangeOf(node)
    places.set(JSON.stringify(path), { key, value: range })
    if (path.length > DEEPEST) return void report(path, range, [TOO_DEEP, FLATTEN])
    if (isAlias(node)) return void report(path, range, ALIAS)
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null
    if (node.anchor !== undefined) report(path, [range[0] - node.anchor.length - 2, range[0]], ANCHOR)
    if (node.tag !== undefined) report(path, range, TAG)
    if (isScalar(node)) return node.value
    if (isSeq(node)) return node.items.map((item, index) => read(item, [...path, index], null))
    const record: Record<string, unknown> = {}
    for (const item of node.items) {
      if (!isPair(item)) continue
      const name = readKey(item.key, path)
      if (name === undefined) continue
      const keyRange = rangeOf(item.key)
      const here = [...path, name]
      const before = places.get(JSON.stringify(here))
      if (before !== undefined)
        report(here, keyRange, [`the key "${name}" stands here a second time`, 'Keep one of the two.'])
      else record[name] = read(item.value, here, keyRange)
    }
    return record
  }

  const readKey = (node: unknown, path: Path): string | undefined => {
    const range = rangeOf(node)
    if (!isScalar(node)) return void report(path, range, KEY_NOT_TEXT)
    if (node.value === '<<' || node.value === '__proto__') return void report([...path, node.value], range, MERGE)
    if (typeof node.value === 'string') return node.value
    const source = node.source ?? ''
    report([...path, source], range, [
      `this key is read as ${describeScalar(node.value)}, and text is meant`,
      `Put it in quotes: "${source === '' ? String(node.value) : source}".`,
    ])
    return undefined
  }

  const data = read(document.contents, [], null)
  return { data, places, findings, broken: false }
}

const ALIAS = [
  'aliases (*name) are not allowed',
  'Write the value out here: what a file means should not hang on another place.',
] as const
const ANCHOR = [
  'anchors (&name) are not allowed',
  'Remove the anchor, and write the value out wherever it is needed.',
] as const
const TAG = ['tags (!name) are not allowed', 'Remove the tag: text, numbers, true and false need none.'] as const
const MERGE = ['this key is not allowed', 'Write the keys out here.'] as const
const KEY_NOT_TEXT = ['a key must be plain text', 'Use "name: value".'] as const

export function describeScalar(value: unknown): string {
  if (value === null || value === undefined) return 'nothing (null)'
  if (typeof value === 'boolean') return `the boolean ${value}`
  return typeof value === 'string' ? 'text' : `the number ${String(value)}`
}

function rangeOf(node: unknown): Range {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined
  return range === undefined || range === null ? [0, 0] : [range[0], range[1]]
}

/** One finding per line: what follows an error on its line is mostly its echo. */
function describeErrors(errors: readonly YAMLError[], text: string): Finding[] {
  const lines = new Set<number>()
  return errors.slice(0, MOST_ERRORS).flatMap(({ code, message, pos }) => {
    const lineStart = text.lastIndexOf('\n', pos[0] - 1)
    if (lines.has(lineStart)) return []
    lines.add(lineStart)
    const [what, remedy] = explain(code, message)
    return [{ severity: 'error', path: [], range: pos, message: what, remedy }]
  })
}

function explain(code: YAMLError['code'], message: string): readonly [string, string] {
  const said = `this is no valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
  switch (code) {
    case 'TAB_AS_INDENT':
      return ['a tab indents this line', 'YAML is indented with spaces; replace the tab.']
    case 'MULTIPLE_DOCS':
      return ['a second document starts here', 'Keep one document: remove the "---" and what does not belong.']
    case 'BAD_SCALAR_START':
      return [said, 'Put the text in quotes.']
    case 'BLOCK_AS_IMPLICIT_KEY':
      return [
        said,
        'Text with ": " in it needs quotes; otherwise check the indentation of this line and the one before.',
      ]
    case 'BAD_ALIAS':
      return ['aliases (*name) are not allowed', 'Write the value out; text that starts with * needs quotes.']
    case 'MISSING_CHAR':
      return [said, 'Close the quote or the bracket.']
    case 'BAD_INDENT':
    case 'MULTILINE_IMPLICIT_KEY':
      return [said, 'Check the indentation, and that every bracket is closed.']
    default:
      return [said, 'Check the indentation, the colons and the quotes of this line and the one before.']
  }
}
