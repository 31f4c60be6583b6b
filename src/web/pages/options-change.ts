import { z } from 'zod'
import { editConfig } from '../../config/edit.ts'
import { loadConfig, requireConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema.ts'
import type { ConfigText } from '../../core/config-file.ts'
import { diffLists } from '../../core/diff.ts'
import { planOptions } from '../../core/option-values.ts'
import type { ConfigEdit, OptionProblem } from '../../core/option-values.ts'
import { listOptions } from '../../core/options.ts'
import type { OptionScene } from '../../core/options.ts'
import type { OptionsScope } from '../options.ts'

/** What a person asked for, as the form carries it from the preview to the pull request. */
export const Wanted = z.object({
  values: z.record(z.string(), z.unknown()),
  override: z.object({ login: z.string(), email: z.string() }).nullable(),
})
export type Wanted = z.infer<typeof Wanted>

export type Change =
  | { readonly kind: 'changed'; readonly file: ConfigText; readonly edited: string; readonly config: Config }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly problems: readonly OptionProblem[] }

/** The file with the wishes in it, judged as a whole before anybody sees it. */
export async function planChange(
  { file, load }: Pick<OptionsScope, 'file' | 'load'>,
  scene: OptionScene,
  { values, override }: Wanted,
): Promise<Change> {
  const read = await file.read()
  const config = requireConfig(loadConfig(read.text, read.path, load), read.path)
  // The file as it is now counts, not the one that the process began with.
  const current = { ...scene, routes: config.routes }
  const plan = planOptions(current, listOptions(current), values)
  if (plan.problems !== undefined) return { kind: 'refused', problems: plan.problems }
  const edits = [...plan.edits, ...(override === null ? [] : [overrideEdit(config, override)])]
  const edited = editConfig(read.text, edits)
  if (edited === read.text) return { kind: 'unchanged' }
  const loaded = loadConfig(edited, read.path, load)
  if (loaded.config !== undefined) return { kind: 'changed', file: read, edited, config: loaded.config }
  const problems = loaded.problems.map(({ path: option, message, remedy }) => ({
    option,
    message: `${message}. ${remedy}`,
  }))
  return { kind: 'refused', problems }
}

function overrideEdit({ people }: Config, { login, email }: NonNullable<Wanted['override']>): ConfigEdit {
  const known = Object.keys(people.map).find((name) => name.toLowerCase() === login.toLowerCase())
  return { path: ['people', 'map', known ?? login], value: email }
}

export interface DiffLine {
  readonly kind: 'same' | 'plus' | 'minus' | 'gap'
  readonly text: string
}

const AROUND = 3

/** Both texts as one list of lines, with a few unchanged ones around each difference. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [left, right] = [linesOf(before), linesOf(after)]
  const all: DiffLine[] = []
  const put = (kind: DiffLine['kind'], texts: readonly string[]) => {
    for (const text of texts) all.push({ kind, text })
  }
  let at = 0
  for (const { leftFrom, leftTo, rightFrom, rightTo } of diffLists(left, right)) {
    put('same', left.slice(at, leftFrom))
    put('minus', left.slice(leftFrom, leftTo))
    put('plus', right.slice(rightFrom, rightTo))
    at = leftTo
  }
  put('same', left.slice(at))
  const isNear = (index: number) =>
    all.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ kind }) => kind !== 'same')
  return all.flatMap((line, index): readonly DiffLine[] => {
    if (isNear(index)) return [line]
    return index === 0 || isNear(index - 1) ? [{ kind: 'gap', text: '…' }] : []
  })
}

const linesOf = (text: string): readonly string[] => text.replace(/\n$/, '').split('\n')
