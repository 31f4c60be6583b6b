import { readFile } from 'node:fs/promises'
import { asLockstepError } from '../core/errors.ts'
import { createLog } from '../log.ts'
import { createRedactor } from '../redact.ts'
import { systemClock } from '../wire/clock.ts'
import type { ActionContext, Ending } from './context.ts'
import { readInputs } from './inputs.ts'
import { createMask } from './masks.ts'
import { printable } from './runner.ts'
import type { Runner } from './runner.ts'
import { chooseJob, isMaintained, parsePayload } from './trigger.ts'
import type { CommandName, Payload } from './trigger.ts'

type Command = (context: ActionContext) => Promise<Ending>

/** Each is loaded when it is asked for. */
const commands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  check: async () => (await import('./check.ts')).check,
  doctor: async () => (await import('./doctor.ts')).doctor,
  'import-people': async () => (await import('./import-people.ts')).importPeople,
  plan: async () => (await import('./sync.ts')).sync,
  sync: async () => (await import('./sync.ts')).sync,
}

/** The exit code of a run that was told to stop. */
export const CANCELLED = 130

/** One step of a workflow, from its inputs to its exit code. */
export async function runAction(runner: Runner): Promise<number> {
  const { env } = runner
  const redactor = createRedactor()
  const mask = createMask(runner, redactor)
  // Until the inputs are read, the trigger alone says whether a failure is to be a failed run.
  let failOn = isMaintained(env) ? 'error' : 'never'
  try {
    mask([env['INPUT_TOKEN'], env['INPUT_PEOPLE-KEY'], env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']])
    const inputs = readInputs(env, (text) => runner.annotate('warning', text))
    failOn = inputs['fail-on'] ?? failOn
    const job = chooseJob(env, await readPayload(env), inputs)
    mask(passwordsIn(inputs.state))
    if (job.nothing !== null) {
      runner.info(job.nothing)
      return 0
    }
    if (job.note !== null) runner.annotate('notice', job.note)
    const context: ActionContext = {
      runner,
      inputs,
      job,
      cwd: env['GITHUB_WORKSPACE'] ?? '.',
      clock: systemClock,
      log: createLog({
        level: env['RUNNER_DEBUG'] === '1' ? 'debug' : 'warn',
        json: false,
        write: (line) => runner.info(printable(line.trimEnd())),
        redactor,
        clock: systemClock,
      }),
      mask,
    }
    const command = await commands[job.command]()
    const { failed, conflicted, cancelled = false } = await command(context)
    if (cancelled) return CANCELLED
    return (failed && failOn !== 'never') || (conflicted && failOn === 'conflict') ? 1 : 0
  } catch (thrown) {
    const error = asLockstepError(thrown)
    const text = [error.message, error.remedy].filter((part) => part !== null).join('\n')
    runner.annotate(failOn === 'never' ? 'warning' : 'error', printable(text), { title: `Lockstep: ${error.code}` })
    if (error.code === 'internal' && error.cause instanceof Error) runner.info(printable(error.cause.stack ?? ''))
    return failOn === 'never' ? 0 : 1
  }
}

async function readPayload(env: Runner['env']): Promise<Payload> {
  const path = env['GITHUB_EVENT_PATH']
  return path === undefined ? {} : parsePayload(await readFile(path, 'utf8'))
}

const passwordsIn = (state: string): readonly string[] => {
  if (!URL.canParse(state)) return []
  const { password } = new URL(state)
  return password === '' ? [] : [password, decodeURIComponent(password), state]
}
