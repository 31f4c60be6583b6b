import type { ConfigFile, Proposal } from '../core/config-file.ts'
import { planOptions } from '../core/option-values.ts'
import type { OptionProblem } from '../core/option-values.ts'
import { listOptions } from '../core/options.ts'
import type { OptionScene } from '../core/options.ts'
import { editConfig } from './edit.ts'
import { loadConfig, requireConfig } from './load.ts'
import type { LoadOptions } from './load.ts'

export type OptionChange =
  | { readonly kind: 'proposed'; readonly pull: Proposal }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly problems: readonly OptionProblem[] }

export interface ProposeInput {
  readonly file: ConfigFile
  readonly scene: OptionScene
  readonly values: Readonly<Record<string, unknown>>
  /** Who asked for it, for the text of the pull request. */
  readonly actor: string
  readonly load?: LoadOptions
}

/** Turns new values of options into a pull request that edits the file, and nothing else. */
export async function proposeOptions({ file, scene, values, actor, load }: ProposeInput): Promise<OptionChange> {
  const { text, path, version } = await file.read()
  const { routes } = requireConfig(loadConfig(text, path, load), path)
  // The file as it is now counts, not the one that the process began with.
  const current = { ...scene, routes }
  const plan = planOptions(current, listOptions(current), values)
  if (plan.problems !== undefined) return { kind: 'refused', problems: plan.problems }
  if (plan.edits.length === 0) return { kind: 'unchanged' }
  const edited = editConfig(text, plan.edits)
  const loaded = loadConfig(edited, path, load)
  if (loaded.config === undefined) {
    const problems = loaded.problems.map(({ path: option, message, remedy }) => ({
      option,
      message: `${message}. ${remedy}`,
    }))
    return { kind: 'refused', problems }
  }
  const names = Object.keys(values)
  const pull = await file.propose({
    text: edited,
    version,
    title: `Lockstep: change the options of ${scene.connection}`,
    body: `${actor} changed ${names.map((name) => `\`${name}\``).join(', ')} of the connection \`${scene.connection}\`.\n\nIt takes effect when this is merged.`,
  })
  return { kind: 'proposed', pull }
}
