export type Severity = 'error' | 'warning'

/** One mistake in a configuration file, ready to be shown. Lines and columns count from 1. */
export interface Problem {
  readonly severity: Severity
  readonly file: string
  readonly line: number
  readonly column: number
  /** Such as `routes[0].sync.title`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
  readonly remedy: string
  /** The line with a caret under the place. Secrets in it are masked. */
  readonly source?: string
}

export type Path = readonly (string | number)[]

/** A mistake before it is placed in the file. */
export interface Finding {
  readonly severity: Severity
  readonly path: Path
  /** Whether the key or its value is wrong; the value unless given. */
  readonly at?: 'key' | 'value'
  /** Exact offsets, where the path is not enough. */
  readonly range?: Range
  readonly message: string
  readonly remedy: string
  /** The paths that were judged, if not the path itself: where one of them is broken, the finding may be a mere consequence. */
  readonly judged?: readonly Path[]
  /** Where an unknown key was probably meant to be. */
  readonly meant?: Path
}

export type Range = readonly [start: number, end: number]

export const printPath = (path: Path): string =>
  path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      if (!/^[\w-]+$/.test(part)) return `[${JSON.stringify(part)}]`
      return index === 0 ? part : `.${part}`
    })
    .join('')

export function printProblem({ severity, file, line, column, path, message, remedy, source }: Problem): string {
  const head = `${file}:${line}:${column}: ${severity}: ${path === '' ? '' : `${path}: `}${message}`
  const shown = source === undefined ? [] : source.split('\n').map((part) => `    ${part}`)
  return [head, ...shown, `  ${remedy}`].join('\n')
}

export function printProblems(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const counts = [count(errors, 'error'), count(problems.length - errors, 'warning')].filter((part) => part !== '')
  return [...problems.map(printProblem), counts.join(', ')].join('\n\n')
}

const count = (number: number, what: string): string =>
  number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`
