import { z } from 'zod'
import { findNearest } from '../config/nearest.ts'
import { LockstepError } from '../core/errors.ts'
import type { Runner } from './runner.ts'

export const commandNames = ['sync', 'plan', 'import-people', 'check', 'doctor'] as const

const optional = <Shape extends z.ZodType>(shape: Shape) =>
  z
    .literal('')
    .transform(() => null)
    .or(shape)

const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `one of ${words.join(', ')}` })

const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'a time, such as 2026-01-31 or 2026-01-31T08:00:00Z')
  .transform((text) => new Date(text).toISOString())

/** The inputs of action.yml; the runner has put their defaults in. */
export const inputsSchema = z.object({
  command: optional(oneOf(commandNames)),
  config: z
    .string()
    .min(1, 'the path of a file')
    // As Windows writes it; GitHub knows the file by the other.
    .transform((path) => path.replaceAll('\\', '/')),
  token: z.string().min(1, 'a token for GitHub'),
  issue: optional(
    z
      .string()
      .regex(/^#?[1-9]\d*$/, 'the number of an issue')
      .transform((text) => Number(text.replace('#', ''))),
  ),
  'people-archive': optional(z.string()),
  'people-key': optional(z.string()),
  scope: oneOf(['user', 'organization']),
  'filter-usernames': z.string(),
  'dry-run': z
    .string()
    .toLowerCase()
    .pipe(oneOf(['true', 'false']))
    .transform((text) => text === 'true'),
  state: z.string().min(1, 'ref, or the address of a database'),
  'fail-on': optional(oneOf(['error', 'conflict', 'never'])),
  since: optional(time),
  deadline: optional(
    z
      .string()
      .regex(/^\d+(?:\.\d+)?$/, 'a number of minutes')
      .transform((text) => Number(text) * 60_000),
  ),
})

export type Inputs = z.output<typeof inputsSchema>

export const inputNames = Object.keys(inputsSchema.shape)

/** Reads the inputs and finds everything that is wrong with them at once; secrets are never quoted. */
export function readInputs(env: Runner['env'], warn: (text: string) => void): Inputs {
  const given = Object.fromEntries(inputNames.map((name) => [name, env[variableOf(name)]?.trim() ?? '']))
  const parsed = inputsSchema.safeParse(given)
  const wrong = (parsed.error?.issues ?? []).map(
    ({ path: [name], message }) => `The input "${String(name)}" has a value that cannot be used. Expected ${message}.`,
  )
  const problems = [...findMisspelt(env, warn), ...wrong]
  if (parsed.success && problems.length === 0) return parsed.data
  throw new LockstepError('environment-invalid', problems.join('\n'), {
    remedy: 'Correct the "with:" of the step; docs/action.md lists the inputs.',
  })
}

const variableOf = (name: string): string => `INPUT_${name.toUpperCase()}`

/** An input that is a typo away from a known one stops the run: `dryrun: true` must not write. */
function findMisspelt(env: Runner['env'], warn: (text: string) => void): readonly string[] {
  const known = new Set(inputNames.map(variableOf))
  const strange = Object.keys(env).filter((name) => name.startsWith('INPUT_') && !known.has(name))
  return strange.flatMap((variable) => {
    const name = variable.slice('INPUT_'.length).toLowerCase()
    const nearest = findNearest(name, inputNames)
    if (nearest !== undefined) return [`There is no input "${name}". Did you mean "${nearest}"?`]
    // Somebody else's variable may be called so too.
    warn(`There is no input "${name}"; it is passed over.`)
    return []
  })
}
