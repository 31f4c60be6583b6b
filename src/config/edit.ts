import { isDeepStrictEqual } from 'node:util'
import { isCollection, isMap, isNode, isPair, isScalar, parseDocument, stringify } from 'yaml'
import type { Document, Node, Pair, YAMLMap } from 'yaml'
import type { ConfigEdit } from '../core/option-values.ts'

/**
 * Edits the text of a configuration and leaves every line alone that is not concerned: comments, order, quotes and
 * blank lines stay. Where the layout is too unusual for that, the document is printed anew, with its comments.
 */
export function editConfig(text: string, edits: readonly ConfigEdit[]): string {
  return edits.reduce(editOne, text)
}

function editOne(text: string, edit: ConfigEdit): string {
  const document = parse(text)
  const spliced = splice(text, document, edit)
  apply(document, edit)
  const wanted: unknown = document.toJS()
  // The document says what is meant; the text with the splice must say the same.
  if (spliced !== undefined && says(spliced, wanted)) return spliced
  return document.toString({ lineWidth: 0 })
}

const parse = (text: string): Document => parseDocument(text, { version: '1.2', schema: 'core' })

function says(text: string, wanted: unknown): boolean {
  const document = parse(text)
  return document.errors.length === 0 && isDeepStrictEqual(document.toJS(), wanted)
}

function apply(document: Document, { path, value }: ConfigEdit): void {
  if (value !== undefined) {
    document.setIn(path, document.createNode(value))
    return
  }
  if (!document.hasIn(path)) return
  document.deleteIn(path)
  const parent = path.slice(0, -1)
  const left: unknown = document.getIn(parent)
  // A mapping that became empty says nothing.
  if (parent.length > 0 && isMap(left) && left.items.length === 0) document.deleteIn(parent)
}

function splice(text: string, document: Document, { path, value }: ConfigEdit): string | undefined {
  const found = document.getIn(path, true)
  if (value === undefined) return isNode(found) ? removePair(text, document, path) : text
  if (isNode(found)) return replaceNode(text, found, value)
  const depth = path.findLastIndex((_, index) => isMap(document.getIn(path.slice(0, index), true)))
  const parent = document.getIn(path.slice(0, depth), true)
  const missing = path.slice(depth)
  return isMap(parent) ? insertPair(text, parent, { path: missing, value }) : undefined
}

const flow = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trimEnd()

function replaceNode(text: string, node: Node, value: unknown): string | undefined {
  const { range } = node
  if (range === undefined || range === null || (isCollection(node) && node.flow !== true)) return undefined
  return text.slice(0, range[0]) + flow(value) + text.slice(range[1])
}

function insertPair(text: string, parent: YAMLMap, { path, value }: ConfigEdit): string | undefined {
  const [first, last] = [parent.items[0], parent.items.at(-1)]
  const [key, ...deeper] = path
  if (first === undefined || last === undefined || key === undefined) return undefined
  const inner = deeper.reduceRight((below: unknown, name) => ({ [name]: below }), value)
  const pair = `${flow(String(key))}: ${flow(inner)}`
  const end = endOf(last)
  if (end === undefined) return undefined
  if (parent.flow === true) return `${text.slice(0, end)}, ${pair}${text.slice(end)}`
  const start = startOf(first)
  if (start === undefined) return undefined
  const column = start - (text.lastIndexOf('\n', start - 1) + 1)
  const lineEnd = text.indexOf('\n', Math.max(end - 1, 0))
  const at = lineEnd === -1 ? text.length : lineEnd
  return `${text.slice(0, at)}\n${' '.repeat(column)}${pair}${text.slice(at)}`
}

function removePair(text: string, document: Document, path: readonly (string | number)[]): string | undefined {
  const parentPath = path.slice(0, -1)
  const parent = document.getIn(parentPath, true)
  if (!isMap(parent)) return undefined
  if (parent.items.length === 1 && parentPath.length > 0) return removePair(text, document, parentPath)
  const index = parent.items.findIndex(({ key }) => isScalar(key) && key.value === path.at(-1))
  const [pair, next, before] = [parent.items[index], parent.items[index + 1], parent.items[index - 1]]
  if (pair === undefined) return undefined
  const [start, end] = [startOf(pair), endOf(pair)]
  if (start === undefined || end === undefined) return undefined
  if (parent.flow === true) {
    const nextStart = next === undefined ? undefined : startOf(next)
    if (nextStart !== undefined) return text.slice(0, start) + text.slice(nextStart)
    const beforeEnd = before === undefined ? undefined : endOf(before)
    return beforeEnd === undefined ? undefined : text.slice(0, beforeEnd) + text.slice(end)
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  // The first pair of a list entry stands on the line of its dash.
  if (text.slice(lineStart, start).trim() !== '') return undefined
  const lineEnd = text.indexOf('\n', Math.max(end - 1, 0))
  return text.slice(0, lineStart) + (lineEnd === -1 ? '' : text.slice(lineEnd + 1))
}

const startOf = ({ key }: Pair): number | undefined => (isNode(key) ? (key.range?.[0] ?? undefined) : undefined)

/** Where the value ends, without the comment behind it. */
function endOf({ key, value }: Pair): number | undefined {
  const node = isNode(value) ? value : isNode(key) ? key : undefined
  if (node === undefined) return undefined
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1)
    return isPair(last) ? endOf(last) : node.range?.[1]
  }
  return node.range?.[1]
}
