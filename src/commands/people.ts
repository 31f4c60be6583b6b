import { LockstepError } from '../core/errors.ts'
import { defineCommand } from './command.ts'
import { runExport, runKeygen, runSanitize, runSeal } from './people-archive.ts'
import { runCompare } from './people-compare.ts'
import { importOptions, runImport } from './people-import.ts'
import { runList } from './people-list.ts'
import { runExplain, runReport, runResolve, runSearch } from './people-match.ts'
import { sessionOptions } from './session.ts'

export const people = defineCommand({
  name: 'people',
  summary: 'Import, list and match people; seal, sanitize and compare archives.',
  usage:
    'import SRC | list [QUERY] | search QUERY | resolve LOGIN | explain LOGIN | report | keygen NAME | seal JSON ARCHIVE | export ARCHIVE | sanitize SRC DEST | compare LEFT RIGHT',
  positionals: { min: 1, max: 3 },
  options: {
    ...sessionOptions,
    ...importOptions,
    'encrypt-with': { type: 'string', value: 'PUB.pem', help: 'The public key to seal an archive for.' },
    org: {
      type: 'string',
      value: 'NAME',
      help: 'The organization to export; the owner of the repository unless given.',
    },
    tracker: { type: 'string', value: 'NAME', help: 'Only this tracker.' },
    project: { type: 'string', value: 'NAME', help: 'Another project than that of the tracker.' },
    field: { type: 'string', value: 'assignee|reporter', help: 'Whom to look for; the assignee unless given.' },
    json: { type: 'boolean', help: 'Print JSON, and nothing else, on stdout.' },
  },
  async run({ values, positionals: [name = '', ...args] }, io) {
    const actions: Readonly<Record<string, () => Promise<number>>> = {
      import: () => runImport(values, args[0], io),
      list: () => runList(values, args[0], io),
      search: () => runSearch(values, requireArgument(args[0], 'QUERY'), io),
      resolve: () => runResolve(values, requireArgument(args[0], 'LOGIN'), io),
      explain: () => runExplain(values, requireArgument(args[0], 'LOGIN'), io),
      report: () => runReport(values, io),
      keygen: () => runKeygen(requireArgument(args[0], 'NAME'), io),
      seal: () =>
        runSeal(values, { source: requireArgument(args[0], 'JSON'), target: requireArgument(args[1], 'ARCHIVE') }, io),
      export: () => runExport(values, requireArgument(args[0], 'ARCHIVE'), io),
      sanitize: () =>
        runSanitize(values, { source: requireArgument(args[0], 'SRC'), target: requireArgument(args[1], 'DEST') }, io),
      compare: () =>
        runCompare(values, { left: requireArgument(args[0], 'LEFT'), right: requireArgument(args[1], 'RIGHT') }, io),
    }
    const run = Object.hasOwn(actions, name) ? actions[name] : undefined
    if (run !== undefined) return run()
    throw new LockstepError('usage', `"lockstep people" has no "${name}".`, {
      remedy: `Use one of ${Object.keys(actions).join(', ')}.`,
    })
  },
})

function requireArgument(argument: string | undefined, name: string): string {
  if (argument !== undefined) return argument
  throw new LockstepError('usage', `${name} is missing.`, { remedy: 'lockstep people --help shows what each needs.' })
}
