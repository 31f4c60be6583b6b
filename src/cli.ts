import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { exitCodeOf, exitCodes, type Command, type CommandIO } from './commands/command.ts'
import { findNearest } from './config/nearest.ts'
import { asLockstepError, LockstepError } from './core/errors.ts'

/** A command is loaded only when it is asked for, or by the help. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./commands/check.ts')).check,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  init: async () => (await import('./commands/init.ts')).init,
  hooks: async () => (await import('./commands/hooks.ts')).hooks,
  links: async () => (await import('./commands/links.ts')).links,
  people: async () => (await import('./commands/people.ts')).people,
  options: async () => (await import('./commands/options.ts')).options,
  plan: async () => (await import('./commands/sync.ts')).plan,
  sync: async () => (await import('./commands/sync.ts')).sync,
}

export async function main(): Promise<void> {
  // A reader such as `head` may close the pipe early; that is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok)
    throw error
  })
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    isTTY: process.stdout.isTTY,
    ask: process.stdin.isTTY && process.stdout.isTTY ? askPerson : undefined,
  })
}

async function askPerson(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}

/** Runs one command line and says how it ended; nothing escapes as an exception. */
export async function runCli(args: readonly string[], io: CommandIO): Promise<number> {
  try {
    return await dispatch(args, io)
  } catch (thrown) {
    const error = asLockstepError(thrown)
    io.stderr.write(`${error.message}\n${error.remedy === null ? '' : `${error.remedy}\n`}`)
    if (error.code === 'internal' && error.cause instanceof Error) io.stderr.write(`${error.cause.stack ?? ''}\n`)
    return exitCodeOf(error)
  }
}

async function dispatch([name, ...rest]: readonly string[], io: CommandIO): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const [about] = rest
    io.stdout.write(about === undefined ? await printOverview() : printHelp(await findCommand(about)))
    return name === undefined ? exitCodes.usage : exitCodes.ok
  }
  const command = await findCommand(name)
  const { values, positionals } = readArguments(command, rest)
  if (values['help'] === true) {
    io.stdout.write(printHelp(command))
    return exitCodes.ok
  }
  checkPositionals(command, positionals)
  return command.run({ values, positionals }, io)
}

async function findCommand(name: string): Promise<Command> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load !== undefined) return load()
  const nearest = findNearest(name, Object.keys(commands))
  throw new LockstepError('usage', `There is no command "${name}".`, {
    remedy: nearest === undefined ? 'lockstep --help lists the commands.' : `Did you mean "lockstep ${nearest}"?`,
  })
}

function readArguments(command: Command, args: readonly string[]) {
  const options = { ...command.options, help: { type: 'boolean', short: 'h', help: 'Show this help.' } } as const
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (cause) {
    throw new LockstepError('usage', describeBadArguments(cause, Object.keys(options)), {
      remedy: `Usage: lockstep ${command.name} ${command.usage}`,
      cause,
    })
  }
}

function describeBadArguments(cause: unknown, known: readonly string[]): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  const [, unknown] = /^Unknown option '--?([^']+)'/.exec(message) ?? []
  if (unknown === undefined) return `${message.split('. ')[0]}.`
  const nearest = findNearest(unknown, known)
  return `There is no option "--${unknown}".${nearest === undefined ? '' : ` Did you mean "--${nearest}"?`}`
}

function checkPositionals(command: Command, { length }: readonly string[]): void {
  const { min, max } = command.positionals ?? { min: 0, max: 0 }
  if (length >= min && length <= max) return
  throw new LockstepError('usage', length < min ? 'An argument is missing.' : 'There are too many arguments.', {
    remedy: `Usage: lockstep ${command.name} ${command.usage}`,
  })
}

async function printOverview(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  const width = Math.max(...all.map(({ name }) => name.length))
  const lines = all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return `Keeps GitHub issues and the tickets of Azure DevOps and Jira in lockstep.

Usage: lockstep COMMAND [OPTIONS]

${lines.join('\n')}

lockstep COMMAND --help says more about a command.
`
}

function printHelp({ name, summary, usage, options }: Command): string {
  const rows = Object.entries(options).map(([option, { type, short, value = 'VALUE', help }]) => ({
    flag: `${short === undefined ? '    ' : `-${short}, `}--${option}${type === 'string' ? ` ${value}` : ''}`,
    help,
  }))
  const width = Math.max(0, ...rows.map(({ flag }) => flag.length))
  const lines = rows.map(({ flag, help }) => `  ${flag.padEnd(width)}  ${help}\n`).join('')
  return `${summary}\n\nUsage: lockstep ${name} ${usage}\n${lines === '' ? '' : `\n${lines}`}`
}
