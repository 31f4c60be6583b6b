/** The machine that runs the workflow, as far as the Action uses it. */
export interface Runner {
  readonly env: Readonly<Record<string, string | undefined>>
  info(text: string): void
  startGroup(title: string): void
  endGroup(): void
  annotate(level: AnnotationLevel, text: string, place?: Place): void
  /** From then on the runner hides it in everything that is logged. */
  mask(secret: string): void
  setOutput(name: string, value: string): void
  writeSummary(markdown: string): Promise<void>
}

export type AnnotationLevel = 'error' | 'warning' | 'notice'

/** What an annotation points at. Lines and columns count from 1. */
export interface Place {
  readonly title?: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/**
 * The runner takes commands from what a step prints: `::name::` at the beginning of a line, and the older `##[name]` anywhere in it.
 * A title on an issue must not become one.
 */
export const printable = (text: string): string =>
  text.replaceAll('##[', '##\u200B[').replaceAll(/^(\s*):(?=:)/gm, '$1\u200B:')
