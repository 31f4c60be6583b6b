import { stringify } from 'yaml'
import type { Connection } from './schema.ts'

/** What a first configuration is made of, all of it read from the live servers. */
export interface Starter {
  readonly name: string
  readonly connection: Pick<Connection, 'kind' | 'url' | 'project'>
  /** The environment variable that holds the token. */
  readonly token: string
  readonly product: string
  readonly types: readonly StarterType[]
  /** Label or issue type to ticket type; `default` for every other issue. */
  readonly typeMap: Readonly<Record<string, string>>
  readonly open: StarterState
  readonly closed: StarterState
  readonly transition: readonly StarterValue[]
  readonly fields: readonly StarterValue[]
  readonly priorities: readonly string[]
  readonly milestones: readonly string[]
  readonly people: readonly StarterPerson[]
  /** The same name on both sides, and no address that proves it. */
  readonly guesses: readonly StarterPerson[]
  /** Found by an address that is not for everybody's eyes, and so for no file. */
  readonly known: readonly string[]
  readonly strangers: readonly string[]
}

/** A state, or one per type where they differ. */
export type StarterState = string | Readonly<Record<string, string>>

export interface StarterType {
  readonly name: string
  readonly states: readonly string[]
}

export interface StarterValue {
  readonly name: string
  /** `null` when somebody has to think of one. */
  readonly value: string | null
  readonly allowed: readonly string[]
}

export interface StarterPerson {
  readonly login: string
  readonly name: string
  readonly email: string
}

/** The configuration as a person would write it, with what else could stand there in the comments. */
export function printStarter(starter: Starter): string {
  const { name, connection, token, product } = starter
  return `# Made by "lockstep init" from what ${product} and GitHub said. "lockstep check" reads it back in plain words,
# "lockstep plan" shows what it would do, and "lockstep doctor" holds it against the servers again.
version: 1
trackers:
  ${name}:
    kind: ${connection.kind}
    url: ${scalar(connection.url)}
    project: ${scalar(connection.project)}
    token: $${token}
routes:
  - to: ${name}
    # Every open issue gets a ticket. To begin with some of them:
    # when: { labels: [backlog] }
${indent(4, [...printTypes(starter), ...printStatus(starter), ...printFields(starter), ...printExtras(starter)])}
${printPeople(starter)}`
}

const scalar = (value: string): string => stringify(value, { lineWidth: 0 }).trimEnd()

const flow = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trimEnd()

const indent = (width: number, lines: readonly string[]): string =>
  lines.map((line) => `${' '.repeat(width)}${line}`).join('\n')

// Long lists go on in the tracker itself.
const MOST = 20

const listed = (names: readonly string[]): string =>
  `${names.slice(0, MOST).map(plain).join(', ')}${names.length > MOST ? ', …' : ''}`

/** A name of the server within a comment may not end the comment. */
const plain = (name: string): string => name.replaceAll(/\s+/g, ' ').trim()

const printTypes = ({ connection, types, typeMap }: Starter): readonly string[] => [
  `# The types of ${plain(connection.project)}: ${listed(types.map(({ name }) => name))}.`,
  `type: ${flow(typeMap)}`,
]

function printStatus({ types, open, closed, transition }: Starter): readonly string[] {
  const lists = new Map(types.map(({ name, states }) => [listed(states), name]))
  const [only, ...others] = lists.keys()
  const shown =
    others.length === 0
      ? [`# The states of every type: ${only ?? 'none'}.`]
      : ['# The states by type:', ...types.map(({ name, states }) => `#   ${plain(name)}: ${listed(states)}`)]
  const lines = [...shown, 'status:', `  open: ${flow(open)}`, `  closed: ${flow(closed)}`]
  if (transition.length === 0) return lines
  return [...lines, '# What the workflow asks for on the way.', 'transition:', ...transition.flatMap(printValue)]
}

const printFields = ({ fields }: Starter): readonly string[] =>
  fields.length === 0 ? [] : ['# What every new ticket must have.', 'fields:', ...fields.flatMap(printValue)]

function printValue({ name, value, allowed }: StarterValue): readonly string[] {
  const choices = allowed.length === 0 ? [] : [`  # One of ${listed(allowed)}.`]
  return [...choices, `  ${scalar(name)}: ${value === null ? '""  # say what' : scalar(value)}`]
}

function printExtras({ priorities, milestones, people, known }: Starter): readonly string[] {
  const [first] = priorities
  const value = first !== undefined && /^\d+$/.test(first) ? Number(first) : first
  return [
    ...(value === undefined
      ? []
      : [`# A label for each priority; there are ${listed(priorities)}.`, `# priority: ${flow({ P1: value })}`]),
    ...(milestones.length === 0
      ? []
      : [`# Milestones can travel to ${listed(milestones)}.`, '# sync: { milestone: both }']),
    ...(people.length + known.length > 0
      ? []
      : ['# Nobody was found on both sides. Name people below, and take this line away.', 'sync: { assignee: off }']),
  ]
}

function printPeople({ people, guesses, known, strangers }: Starter): string {
  const entries = [
    ...people.map(({ login, email, name }) => `${scalar(login)}: ${scalar(email)}  # ${plain(name)}`),
    // Whoever hides an address on GitHub may not want it in a repository either.
    ...guesses.map(({ login, name }) => `# ${login}: ADDRESS  # the same name: ${plain(name)}`),
  ]
  const notes = [
    ...(known.length === 0 ? [] : [`# Found by addresses that are not public, and so not here: ${listed(known)}`]),
    ...(guesses.length === 0 ? [] : ['# The same name is no proof: write the address where it is the same person.']),
    ...(strangers.length === 0 ? [] : [`# Not found in the tracker: ${listed(strangers)}`]),
  ]
  const lines = [
    'people:',
    '  # GitHub login: the address of the account in the tracker.',
    ...notes.map((note) => `  ${note}`),
    '  map:',
  ]
  const all = [...lines, ...entries.map((entry) => `    ${entry}`)]
  // A map of comments alone would be no map.
  return all.map((line) => `${people.length > 0 ? line : `# ${line}`}\n`).join('')
}

/** What workflows use. */
export const ACTION = 'lockstep-sync/lockstep@v1'

export interface WorkflowFacts {
  /** As `ACTION` is, or that of a fork. */
  readonly action: string
  readonly secrets: readonly string[]
}

/** The workflow that runs the sync: at once on what happens to issues, and every quarter of an hour for the rest. */
export const printWorkflow = ({ action, secrets }: WorkflowFacts): string => `name: Lockstep
on:
  issues:
  issue_comment:
  schedule:
    - cron: '*/15 * * * *'
  workflow_dispatch:

permissions:
  # The state is kept in a hidden ref of this repository.
  contents: write
  issues: write

# One after the other for each issue. Of several that wait GitHub keeps the newest, which sees what the others would have.
concurrency:
  group: lockstep-\${{ github.event.issue.number }}

jobs:
  sync:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v5
      - uses: ${action}
        env:
${indent(
  10,
  secrets.map((name) => `${name}: \${{ secrets.${name} }}`),
)}
`
