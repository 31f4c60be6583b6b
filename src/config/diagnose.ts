import type { z } from 'zod'
import { findNearest, suggest } from './nearest.ts'
import type { Finding, Path } from './problem.ts'
import { isReference, isSecretKey } from './secrets.ts'
import { allowedWords, findHomes, knownKeys, mayBe, printShapes, shapesAt, valueAt, type Shape } from './shape.ts'
import { describeScalar } from './yaml.ts'

type Issue = z.core.$ZodIssue

interface Scene {
  readonly shape: Shape
  readonly data: unknown
  /** How a value is written in the file. */
  readonly written: (path: Path) => string
}

// More of one kind help nobody, and a hostile file shall not keep the machine busy.
const MOST = 200

/** What the schema found wrong, said to a person: what is wrong, and what would be right. */
export function diagnose(issues: readonly Issue[], scene: Scene): Finding[] {
  const findings = issues.slice(0, MOST).flatMap((issue) => explain(issue, [], scene))
  const meant = new Set(
    findings.flatMap((finding) => (finding.meant === undefined ? [] : [JSON.stringify(finding.meant)])),
  )
  return findings.filter(({ path }) => !meant.has(JSON.stringify(path)) || valueAt(scene.data, path) !== undefined)
}

function explain(issue: Issue, prefix: Path, scene: Scene): Finding[] {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, MOST).map((key) => explainUnknownKey(path, key, scene))
    case 'invalid_key':
      return [
        {
          ...error(path, `"${path.at(-1)}" is no good name`, `Use ${issue.issues[0]?.message ?? 'another'}.`),
          at: 'key',
        },
      ]
    case 'invalid_union': {
      const branch = chooseBranch(issue.errors)
      return branch === undefined
        ? [explainValue(path, scene)]
        : branch.slice(0, MOST).flatMap((inner) => explain(inner, path, scene))
    }
    case 'custom':
      return [error(path, issue.message, describe(path, scene))]
    case 'too_small':
      return [explainEmpty(path, scene)]
    default:
      return [explainValue(path, scene)]
  }
}

const error = (path: Path, message: string, remedy: string): Finding => ({ severity: 'error', path, message, remedy })

function explainUnknownKey(parent: Path, key: string, { shape, data }: Scene): Finding {
  const path = [...parent, key]
  const known = knownKeys(shapesAt(shape, parent, data))
  const report = (remedy: string): Finding => ({
    ...error(path, 'there is no such key', remedy),
    at: 'key',
    judged: [],
  })
  const nearest = findNearest(key, known)
  if (nearest !== undefined) return { ...report(`Did you mean "${nearest}"?`), meant: [...parent, nearest] }
  const homes = findHomes(shape, key)
  if (homes.length > 0) return report(`"${key}" belongs under ${homes.slice(0, 3).join(' or ')}.`)
  const comma = valueAt(data, path) === null && /\W/.test(key)
  return report(`${comma ? 'Within { }, text with a comma needs quotes. ' : ''}Known here: ${known.join(', ')}.`)
}

/** The branch of a union that the author had in mind, if only one fits the outline of the value. */
function chooseBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const outline = branches.filter((issues) => !issues.some(isWrongOutline))
  const exact = outline.filter(
    (issues) => !issues.some(({ code, path }) => code === 'unrecognized_keys' && path.length === 0),
  )
  const [only, ...more] = exact.length > 0 ? exact : outline
  return more.length === 0 ? only : undefined
}

const isWrongOutline = ({ code, path }: Issue): boolean =>
  path.length === 0 && (code === 'invalid_type' || code === 'invalid_value' || code === 'invalid_union')

function explainEmpty(path: Path, scene: Scene): Finding {
  const value = valueAt(scene.data, path)
  if (Array.isArray(value)) return error(path, 'the list is empty', describe(path, scene))
  if (value === '') return error(path, 'this is empty', describe(path, scene))
  return explainValue(path, scene)
}

function explainValue(path: Path, scene: Scene): Finding {
  const value = valueAt(scene.data, path)
  const name = String(path.at(-1) ?? '')
  if (path.length === 0)
    return error(path, 'the file must be a mapping ("name: value")', 'Start with "version: 1", then routes.')
  if (value === undefined) return error(path, `"${name}" is missing`, describe(path, scene))
  if (isSecretField(path, scene)) return explainSecret(path, value)
  if (value === null) return error(path, `"${name}" has no value`, describe(path, scene))

  const shapes = shapesAt(scene.shape, path, scene.data)
  const words = allowedWords(shapes)
  const swapped = meantWord(value, words)
  if (swapped !== undefined) {
    const said = typeof value === 'string' ? `"${value}"` : `this is read as ${describeScalar(value)}, which`
    return error(path, `${said} is not known here`, `Did you mean "${swapped}"? ${describe(path, scene)}`)
  }
  if (typeof value === 'string') return explainText(path, value, scene)
  if (typeof value !== 'object' && mayBe('string', shapes) && words.length === 0) {
    return error(
      path,
      `this is read as ${describeScalar(value)}, and text is meant`,
      `Put it in quotes: "${scene.written(path)}".`,
    )
  }
  return error(path, `${describeKind(value)} cannot stand here`, describe(path, scene))
}

function explainText(path: Path, value: string, scene: Scene): Finding {
  const shapes = shapesAt(scene.shape, path, scene.data)
  if (mayBe('boolean', shapes) && /^(?:y|yes|on|n|no|off)$/i.test(value)) {
    const meant = /^(?:y|yes|on)$/i.test(value)
    return error(path, `"${value}" is text in YAML 1.2, and true or false is meant`, `Write ${meant}.`)
  }
  const shown = value.length > 60 ? `${value.slice(0, 57)}…` : value
  const hint = isReference(value)
    ? 'Only secrets are read from environment variables; write the value itself here. '
    : suggest(value, allowedWords(shapes))
  const wrong = allowedWords(shapes).length > 0 ? 'is not known' : 'cannot stand'
  return error(path, `"${shown}" ${wrong} here`, hint + describe(path, scene))
}

/** `title: no` and `title: false` are how YAML 1.1 habits write `off`. */
function meantWord(value: unknown, words: readonly string[]): string | undefined {
  const text = String(value).toLowerCase()
  if (words.includes('off') && ['false', 'no', 'n', 'none', 'never'].includes(text)) return 'off'
  if (words.includes('both') && ['true', 'yes', 'y', 'on'].includes(text)) return 'both'
  return undefined
}

const isSecretField = (path: Path, { shape, data }: Scene): boolean =>
  isSecretKey(String(path.at(-1))) &&
  shapesAt(shape, path, data).some(({ pattern }) => pattern?.startsWith('^\\$') === true)

/** Never quotes the value: it may be the secret itself. */
function explainSecret(path: Path, value: unknown): Finding {
  const name = String(path.at(-1))
  if (value === null)
    return error(path, `"${name}" has no value`, 'Write $NAME, and set the environment variable NAME.')
  const text = String(value)
  if (isReference(text)) {
    const referred = text.replaceAll(/^\$\{*\s*(?:\w+\.)?|[\s}]+$/g, '')
    return error(path, 'an environment variable is written as $NAME, in capitals', `Write $${referred.toUpperCase()}.`)
  }
  return error(
    path,
    'a secret never stands in the file',
    'Write $NAME in capitals instead, and set the environment variable NAME. If this was a real secret, revoke it: the history of the repository keeps it.',
  )
}

function describe(path: Path, { shape, data }: Scene): string {
  const shapes = shapesAt(shape, path, data)
  const about = shapes.find(({ description }) => description !== undefined)?.description
  return `Expected ${printShapes(shapes)}.${about === undefined || shapes.length > 1 ? '' : ` ${about}`}`
}

function describeKind(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a mapping' : describeScalar(value)
}
