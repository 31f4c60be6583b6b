import type { LockstepError } from '../core/errors.ts'

/** What a command may use of the world around it. */
export interface CommandIO {
  readonly stdout: Writer
  readonly stderr: Writer
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** A person is looking at stdout. */
  readonly isTTY: boolean
  /** Asks the person; absent where nobody could answer. */
  readonly ask?: ((question: string) => Promise<string>) | undefined
}

export interface Writer {
  write(text: string): unknown
}

export interface CommandOption {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  /** May be given more than once. */
  readonly multiple?: boolean
  /** What stands behind the option in the help, `VALUE` unless given. */
  readonly value?: string
  readonly help: string
}

export type CommandOptions = Readonly<Record<string, CommandOption>>

type ValueOf<Type extends CommandOption['type']> = Type extends 'boolean' ? boolean : string

export interface CommandInput<Options extends CommandOptions = CommandOptions> {
  readonly values: {
    readonly [Name in keyof Options]?: Options[Name] extends { readonly multiple: true }
      ? readonly ValueOf<Options[Name]['type']>[]
      : ValueOf<Options[Name]['type']>
  }
  readonly positionals: readonly string[]
}

export interface Command<Options extends CommandOptions = CommandOptions> {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What follows `lockstep NAME`, such as `[--config FILE] ISSUE`. */
  readonly usage: string
  /** How many positional arguments it takes; none unless given. */
  readonly positionals?: { readonly min: number; readonly max: number }
  readonly options: Options
  run(input: CommandInput<Options>, io: CommandIO): Promise<number>
}

export const exitCodes = { ok: 0, failed: 1, usage: 2, config: 3 } as const

export function exitCodeOf({ code }: LockstepError): number {
  if (code === 'usage') return exitCodes.usage
  const badSetUp = code === 'config-invalid' || code === 'config-missing' || code === 'environment-invalid'
  return badSetUp ? exitCodes.config : exitCodes.failed
}

/** Gives `run` the types of its own options, and the table of commands one type for all. */
export const defineCommand = <const Options extends CommandOptions>(command: Command<Options>): Command =>
  command as unknown as Command
