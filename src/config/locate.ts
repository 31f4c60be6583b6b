import type { Finding, Path, Problem, Range } from './problem.ts'
import { printPath } from './problem.ts'
import {
  findAddressSecrets,
  findKnownSecrets,
  findLikelySecrets,
  isReference,
  isSecretKey,
  maskRanges,
} from './secrets.ts'
import type { Place, YamlFile } from './yaml.ts'

// Characters of a long line that are shown around the place.
const SHOWN = 120

/** Turns findings into problems of a file: line, column, source line with caret, and no secret in any of it. */
export function createLocator(file: string, text: string, yaml: YamlFile): (finding: Finding) => Problem {
  const starts = lineStarts(text)
  const secrets = findSecretRanges(text, yaml)
  const masked = maskRanges(text, secrets)
  const hide = createScrubber(text, secrets)

  return (finding) => {
    const [start, end] = finding.range ?? locate(finding, yaml.places)
    const line = lineOf(starts, start)
    const lineStart = starts[line] ?? 0
    const source = printSource(masked, lineStart, [start, end])
    return {
      severity: finding.severity,
      file,
      line: line + 1,
      column: start - lineStart + 1,
      path: hide(printPath(finding.path)),
      message: hide(finding.message),
      remedy: hide(finding.remedy),
      ...(source === '' ? {} : { source }),
    }
  }
}

/** What is missing is shown at the mapping that lacks it. */
function locate({ path, at = 'value' }: Finding, places: ReadonlyMap<string, Place>): Range {
  const place = places.get(JSON.stringify(path))
  if (place !== undefined) {
    const empty = place.value[0] === place.value[1]
    return place.key !== null && (at === 'key' || empty) ? place.key : place.value
  }
  return path.length === 0 ? [0, 0] : locate({ ...STAND_IN, path: path.slice(0, -1), at: 'key' }, places)
}

const STAND_IN = { severity: 'error', message: '', remedy: '' } as const

function printSource(masked: string, lineStart: number, [start, end]: Range): string {
  const lineEnd = masked.indexOf('\n', lineStart)
  const line = masked.slice(lineStart, lineEnd === -1 ? undefined : lineEnd).replace(/\r$/, '')
  if (line.trim() === '') return ''
  const column = start - lineStart
  const from = column > SHOWN / 2 && line.length > SHOWN ? column - SHOWN / 2 : 0
  const shown = line.slice(from, from + SHOWN)
  const before = shown.slice(0, column - from).replaceAll(/[^\t]/g, ' ')
  const length = Math.max(1, Math.min(end - start, shown.length - before.length))
  return `${shown}\n${before}${'^'.repeat(length)}`
}

function findSecretRanges(text: string, { places, broken }: YamlFile): Range[] {
  const ranges = [...findKnownSecrets(text), ...findAddressSecrets(text)]
  if (broken) return [...ranges, ...findLikelySecrets(text)]
  for (const [json, { value }] of places) {
    const path = JSON.parse(json) as Path
    const literal = text.slice(...value)
    const name = path.findLast((part) => typeof part === 'string') ?? ''
    if (isSecretKey(name) && !isReference(unquote(literal))) ranges.push(value)
  }
  return ranges
}

const unquote = (literal: string): string => literal.trim().replace(/^(["'])(.*)\1$/s, '$2')

// Shorter literals occur in ordinary words; the messages about secrets never quote them anyway.
const WORTH_HIDING = 6

function createScrubber(text: string, secrets: readonly Range[]): (message: string) => string {
  const literals = new Set(
    secrets
      .flatMap((range) => text.slice(...range).split(/\s+/))
      .map(unquote)
      .filter(({ length }) => length >= WORTH_HIDING),
  )
  return (message) => [...literals].reduce((left, literal) => left.replaceAll(literal, '***'), message)
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
