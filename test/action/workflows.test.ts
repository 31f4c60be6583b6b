import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { outcomeKinds } from '../../src/core/outcome.ts'
import { readAction, root } from './stage.ts'

interface Step {
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Workflow {
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

const examples = filesIn('examples/workflows')
const own = filesIn('.github/workflows')

describe.each(examples)('%s', (file) => {
  const workflow = parse(read(file)) as Workflow
  const lockstep = stepsOf(workflow).filter(({ uses }) => uses?.startsWith('lockstep/lockstep@'))

  it('gives the Action only inputs that it has', () => {
    expect(lockstep).toHaveLength(1)
    const names = Object.keys(lockstep[0]!.with ?? {})
    expect(names.filter((name) => !Object.hasOwn(readAction().inputs, name))).toEqual([])
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
      .filter((line) => line.includes('uses: ') && !/uses: (?:\.\/|lockstep\/lockstep@v1$)/.test(line))
      .filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))
    expect(loose).toEqual([])
  })
})

it.each(own)('%s starts from no permission at all, and gives each job its own', (file) => {
  const workflow = parse(read(file)) as Workflow
  expect(workflow.permissions).toEqual({})
  for (const job of Object.values(workflow.jobs)) expect(job.permissions).toBeDefined()
})

it('action.yml has an output for every outcome, and a sentence for everything', () => {
  const { inputs, outputs } = readAction()
  expect(Object.keys(outputs)).toEqual(expect.arrayContaining([...outcomeKinds]))
  for (const { description } of [...Object.values(inputs), ...Object.values(outputs)])
    expect(description).toMatch(/\w.*\w/)
})
