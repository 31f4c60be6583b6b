import { access, mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { CONFIG_FILE, loadConfig, requireConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { ACTION, printStarter, printWorkflow } from '../config/starter.ts'
import { LockstepError } from '../core/errors.ts'
import { survey } from '../doctor/survey.ts'
import type { CommandIO } from './command.ts'
import { defineCommand, exitCodes } from './command.ts'
import { openSessionOf, sessionOptions } from './session.ts'

const WORKFLOW_FILE = '.github/workflows/lockstep.yml'

export const init = defineCommand({
  name: 'init',
  summary: 'Write a first configuration and a workflow, from what the live servers say.',
  usage: '[--kind azure|jira] [--url URL] [--project NAME] [--dry-run] [--force]',
  options: {
    repo: sessionOptions.repo,
    kind: { type: 'string', value: 'KIND', help: 'azure or jira; told by the address where that is possible.' },
    url: { type: 'string', value: 'URL', help: 'The organization or collection, or the base address of Jira.' },
    project: { type: 'string', value: 'NAME', help: 'The project: the name in Azure DevOps, the key in Jira.' },
    name: {
      type: 'string',
      value: 'NAME',
      help: 'What the tracker is called in the configuration; boards or jira unless given.',
    },
    token: {
      type: 'string',
      value: 'VARIABLE',
      help: 'The environment variable with the token; ADO_TOKEN or JIRA_TOKEN unless given.',
    },
    action: { type: 'string', value: 'OWNER/NAME@REF', help: `What the workflow uses; ${ACTION} unless given.` },
    'dry-run': { type: 'boolean', help: 'Print both files, and write nothing.' },
    force: { type: 'boolean', help: 'Write over files that are there.' },
  },
  async run({ values }, io) {
    const answers = await readAnswers(values, io)
    const dryRun = values['dry-run'] === true
    if (!dryRun && values.force !== true) await requireAbsent(io.cwd, [CONFIG_FILE, WORKFLOW_FILE])
    const config = await draftConfig(answers, { repo: values.repo, io })
    const workflow = printWorkflow({ action: values.action ?? ACTION, secrets: [answers.token] })
    if (dryRun) {
      io.stdout.write(`${config}\n---\n# ${WORKFLOW_FILE}\n${workflow}`)
      return exitCodes.ok
    }
    for (const [file, text] of [
      [CONFIG_FILE, config],
      [WORKFLOW_FILE, workflow],
    ] as const) {
      const path = resolve(io.cwd, file)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
      io.stdout.write(`${file} is written.\n`)
    }
    io.stdout.write(`
Read it, and then:
  lockstep doctor   holds it against the servers
  lockstep plan     shows what a first sync would do
  Store the token as the secret ${answers.token} of the repository before the workflow runs.
`)
    return exitCodes.ok
  },
})

interface Answers {
  readonly kind: 'azure' | 'jira'
  readonly url: string
  readonly project: string
  readonly name: string
  readonly token: string
}

interface Values {
  readonly repo?: string
  readonly kind?: string
  readonly url?: string
  readonly project?: string
  readonly name?: string
  readonly token?: string
}

async function readAnswers(values: Values, io: CommandIO): Promise<Answers> {
  const answer = async (flag: keyof Values, question: string): Promise<string> => {
    const given = values[flag] ?? (await io.ask?.(`${question} `))?.trim()
    if (given !== undefined && given !== '') return given
    throw new LockstepError('usage', question, { remedy: `Answer it with --${flag}.` })
  }
  const place = splitPlace(await answer('url', 'What is the address of the tracker?'))
  const kind = guessKind(place.url) ?? (await answer('kind', 'Which kind of tracker is it, azure or jira?'))
  const wanted = values.kind ?? kind
  if (wanted !== 'azure' && wanted !== 'jira') {
    throw new LockstepError('usage', `"${wanted}" is no kind of tracker.`, { remedy: 'Use azure or jira.' })
  }
  const project = values.project ?? place.project ?? (await answer('project', 'Which project?'))
  const usual = { azure: ['boards', 'ADO_TOKEN'], jira: ['jira', 'JIRA_TOKEN'] } as const
  const [name, token] = usual[wanted]
  return {
    kind: wanted,
    url: place.url,
    project,
    name: values.name ?? name,
    token: (values.token ?? token).replace(/^\$/, ''),
  }
}

/** People copy the address of the page that they look at, which has the project in it. */
function splitPlace(text: string): { readonly url: string; readonly project: string | undefined } {
  const url = text.replace(/\/+$/, '')
  const [, base, project] = /^(https:\/\/dev\.azure\.com\/[^/]+)\/([^/]+)/.exec(url) ?? []
  if (base === undefined || project === undefined) return { url, project: undefined }
  return { url: base, project: decodeURIComponent(project) }
}

const guessKind = (url: string): 'azure' | undefined =>
  /^https:\/\/(?:dev\.azure\.com|[^/]+\.visualstudio\.com)(?:\/|$)|\/tfs(?:\/|$)/.test(url) ? 'azure' : undefined

async function requireAbsent(cwd: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const there = await access(resolve(cwd, file)).then(
      () => true,
      () => false,
    )
    if (!there) continue
    throw new LockstepError('usage', `${file} is there already.`, {
      remedy: 'Look at --dry-run first; --force writes over it.',
    })
  }
}

/** The least that signs in to both servers; what it says else is not used. */
const probeConfig = ({ kind, url, project, name, token }: Answers): Config =>
  requireConfig(
    loadConfig(
      JSON.stringify({
        version: 1,
        trackers: { [name]: { kind, url, project, token: `$${token}` } },
        routes: [{ to: name }],
      }),
      'init',
    ),
    'init',
  )

async function draftConfig(
  answers: Answers,
  { repo, io }: { readonly repo: string | undefined; readonly io: CommandIO },
): Promise<string> {
  const probe = probeConfig(answers)
  const session = await openSessionOf(probe, { values: { repo }, io, needs: { stateless: true } })
  try {
    const { name, token, kind, url, project } = answers
    const tracker = session.wired.trackers.get(name)
    const [rule] = probe.routes
    if (tracker === undefined || rule === undefined) throw new Error('the probe has one tracker and one route')
    const { host, people } = session.wired
    const found = await survey({ tracker, people, host, repo: session.repo, project, sync: rule.sync })
    const text = printStarter({ ...found, name, token, connection: { kind, url, project } })
    // What init writes, check accepts.
    requireConfig(loadConfig(text, CONFIG_FILE), CONFIG_FILE)
    return text
  } finally {
    await session.close()
  }
}
