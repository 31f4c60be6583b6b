import { LockstepError } from '../core/errors.ts'
import type { CommandIO } from './command.ts'
import { installHooks, removeHooks, verifyHooks, type HookSetup } from '../web/hook-setup.ts'
import { hookSecret, newestGeneration } from '../web/hook-secrets.ts'
import { openKept, systemClock } from '../wire.ts'
import { listHookSetups, openOperator, openWebStore } from '../wire-server.ts'
import { defineCommand, exitCodes } from './command.ts'

interface Row {
  readonly connection: string
  readonly project: string
  readonly event: string
  /** What was done, or how it stands. */
  readonly state: string
}

type Act = (setup: HookSetup, options: { readonly rotate: boolean }) => Promise<readonly Omit<Row, 'connection'>[]>

const done = (reports: Awaited<ReturnType<typeof installHooks>>) =>
  reports.map(({ done: state, ...rest }) => ({ ...rest, state }))

const acts: Readonly<Record<string, Act>> = {
  install: async (setup, options) => done(await installHooks(setup, options)),
  verify: verifyHooks,
  remove: async (setup) => done(await removeHooks(setup)),
  secret: async ({ connection, master, registrations, projects }) => {
    const generation = Math.max(1, newestGeneration(await registrations.list(connection)))
    return [{ project: projects.join(', '), event: 'by hand', state: hookSecret(master, connection, generation) }]
  },
}

export const hooks = defineCommand({
  name: 'hooks',
  summary: "Register the hooks of the server's trackers, check them, or take them away.",
  usage: 'install|verify|remove|secret [--connection NAME] [--rotate] [--json]',
  positionals: { min: 1, max: 1 },
  options: {
    connection: { type: 'string', value: 'NAME', help: 'Only this connection; all of them unless given.' },
    rotate: { type: 'boolean', help: 'With install: give every hook a new secret.' },
    json: { type: 'boolean', help: 'Print the result as JSON.' },
  },
  async run({ values, positionals: [verb = ''] }, io) {
    const act = Object.hasOwn(acts, verb) ? acts[verb] : undefined
    if (act === undefined) {
      throw new LockstepError('usage', `There is no "hooks ${verb}".`, {
        remedy: 'There are: hooks install, hooks verify, hooks remove, hooks secret.',
      })
    }
    const rows = await actOn(act, { connection: values.connection, rotate: values.rotate === true }, io)
    io.stdout.write(values.json === true ? `${JSON.stringify(rows, null, 2)}\n` : rows.map(printRow).join(''))
    const wrong = verb === 'verify' && rows.some(({ state }) => state !== 'ok')
    return wrong ? exitCodes.failed : exitCodes.ok
  },
})

interface Wanted {
  readonly connection: string | undefined
  readonly rotate: boolean
}

async function actOn(
  act: Act,
  { connection, rotate }: Wanted,
  { env, cwd, stderr }: CommandIO,
): Promise<readonly Row[]> {
  const write = (line: string) => stderr.write(line)
  const operator = await openOperator({ variables: env, cwd, write, json: false })
  const kept = await openKept(operator.environment, { clock: systemClock, log: operator.log })
  try {
    const all = listHookSetups(operator, openWebStore(kept.database))
    const setups = all.filter((setup) => connection === undefined || setup.connection === connection)
    if (setups.length === 0) {
      throw new LockstepError('usage', `There is no connection "${connection ?? ''}".`, {
        remedy: `Known: ${all.map((setup) => setup.connection).join(', ')}.`,
      })
    }
    const rows: Row[] = []
    for (const setup of setups) {
      // The server repairs hooks too; both at once would register them twice.
      const found = await kept.store.withLock(`hooks:${setup.connection}`, async () => await act(setup, { rotate }))
      rows.push(...found.map((row) => ({ connection: setup.connection, ...row })))
    }
    return rows
  } finally {
    await kept.close()
  }
}

const printRow = ({ connection, project, event, state }: Row): string =>
  `${connection}  ${project}  ${event}  ${state}\n`
