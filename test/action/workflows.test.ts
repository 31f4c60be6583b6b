import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { ACTION, printWorkflow } from '../../src/config/starter.ts'
import { outcomeKinds } from '../../src/core/outcome.ts'
import { commandNames, readInputs } from '../../src/action/inputs.ts'
import { readAction, root } from './stage.ts'

interface Step {
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Workflow {
  readonly on: {
    readonly workflow_dispatch?: {
      readonly inputs?: Readonly<Record<string, { readonly options?: readonly string[] }>>
    } | null
  }
  readonly permissions?: Readonly<Record<string, string>>
  readonly jobs: Readonly<
    Record<
      string,
      { readonly steps: readonly Step[]; readonly permissions?: object; readonly 'timeout-minutes'?: number }
    >
  >
}

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const filesIn = (folder: string) => readdirSync(join(root, folder)).map((file) => `${folder}/${file}`)
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps)

/** What the runner makes of a step: the defaults, and what stands there; expressions count as nothing. */
function envOf(given: Step['with'] = {}): Record<string, string> {
  const wanted = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]))
  return Object.fromEntries(
    Object.entries(readAction().inputs).map(([name, { default: fallback = '' }]) => {
      const value = wanted[name]?.startsWith('${{') === false ? wanted[name] : fallback
      return [`INPUT_${name.toUpperCase()}`, value]
    }),
  )
}

const examples = filesIn('examples/workflows')
const own = filesIn('.github/workflows')

describe.each(examples)('%s', (file) => {
  const workflow = parse(read(file)) as Workflow
  const lockstep = stepsOf(workflow).filter(({ uses }) => uses === ACTION)

  it('gives the Action only inputs that it has', () => {
    expect(lockstep).toHaveLength(1)
    const names = Object.keys(lockstep[0]!.with ?? {})
    expect(names.filter((name) => !Object.hasOwn(readAction().inputs, name))).toEqual([])
  })

  it('gives them values that it takes', () => {
    expect(() => readInputs(envOf(lockstep[0]!.with), () => {})).not.toThrow()
  })

  it('offers somebody who starts it by hand only commands that there are', () => {
    const options = workflow.on.workflow_dispatch?.inputs?.['command']?.options ?? []
    expect(options.filter((option) => !commandNames.some((name) => name === option))).toEqual([])
  })

  it('says which permissions it needs', () => {
    expect(Object.keys(workflow.permissions ?? {})).toContain('contents')
  })
})

describe.each([...own, ...examples])('%s', (file) => {
  const workflow = parse(read(file)) as Workflow

  it('ends when it hangs', () => {
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
  })

  it('uses what others made only as it stood when somebody looked at it', () => {
    const loose = read(file)
      .split('\n')
      .filter((line) => line.includes('uses: ') && !/uses: \.\//.test(line) && !line.endsWith(`uses: ${ACTION}`))
      .filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))
    expect(loose).toEqual([])
  })
})

it.each(own)('%s starts from no permission at all, and gives each job its own', (file) => {
  const workflow = parse(read(file)) as Workflow
  expect(workflow.permissions).toEqual({})
  for (const job of Object.values(workflow.jobs)) expect(job.permissions).toBeDefined()
})

it('the workflow that init writes has what the examples have', () => {
  const workflow = parse(printWorkflow({ action: ACTION, secrets: ['ADO_TOKEN'] })) as Workflow
  expect(stepsOf(workflow).map(({ uses }) => uses)).toContain(ACTION)
  expect(workflow.permissions).toEqual({ contents: 'write', issues: 'write' })
  for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
})

it('the Action goes by one name everywhere', () => {
  const pages = ['README.md', ...filesIn('docs').filter((file) => file.endsWith('.md'))]
  const named = pages.flatMap((file) =>
    [...read(file).matchAll(/uses: ([\w.-]+\/lockstep@\S+)/g)].map(([, name]) => name),
  )
  expect(new Set(named)).toEqual(new Set([ACTION]))
})

it('action.yml has an output for every outcome, and a sentence for everything', () => {
  const { inputs, outputs } = readAction()
  expect(Object.keys(outputs)).toEqual(expect.arrayContaining([...outcomeKinds]))
  for (const { description } of [...Object.values(inputs), ...Object.values(outputs)])
    expect(description).toMatch(/\w.*\w/)
})
