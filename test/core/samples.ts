import { RouteRule } from '../../src/config/schema.ts'
import type { Pair } from '../../src/core/fields/field.ts'
import type { Comment, Issue } from '../../src/core/issue.ts'
import type { Match } from '../../src/core/people.ts'
import type { TrackerTraits } from '../../src/core/ports.ts'
import type { Account, Status, Ticket } from '../../src/core/ticket.ts'
import { htmlFormat, markdownFormat, toGitHub, toTracker } from '../../src/text/format.ts'

export const sampleIssue = (facts: Partial<Issue> = {}): Issue => ({
  ref: { owner: 'acme', repo: 'rocket', number: 12 },
  id: 1012,
  url: 'https://github.com/acme/rocket/issues/12',
  title: 'The engine does not start',
  body: '',
  open: true,
  reason: null,
  author: { id: 'mona', name: 'mona', bot: false },
  assignees: [],
  labels: [],
  milestone: null,
  type: null,
  parent: null,
  commentCount: 0,
  mark: null,
  createdAt: '2026-01-01T10:00:00Z',
  updatedAt: '2026-01-01T10:00:00Z',
  ...facts,
})

export const states: readonly Status[] = [
  { name: 'To Do', category: 'new' },
  { name: 'Doing', category: 'active' },
  { name: 'Done', category: 'done' },
  { name: 'Removed', category: 'removed' },
]

export const sampleTicket = (facts: Partial<Ticket> = {}): Ticket => ({
  ref: { connection: 'boards', key: '34' },
  id: '34',
  url: 'https://dev.azure.com/contoso/Fabrikam/_workitems/edit/34',
  revision: '1',
  project: 'Fabrikam',
  title: 'The engine does not start',
  body: '',
  bodyFormat: 'html',
  status: states[0]!,
  resolution: null,
  assignee: null,
  author: { id: 'lockstep', name: 'Lockstep', bot: true },
  type: 'Task',
  labels: [],
  components: [],
  priority: null,
  milestone: null,
  estimate: null,
  parent: null,
  fields: {},
  marks: [],
  commentCount: 0,
  comments: null,
  createdAt: '2026-01-01T10:00:00Z',
  updatedAt: '2026-01-01T10:00:00Z',
  ...facts,
})

export const sampleTraits = (facts: Partial<TrackerTraits> = {}): TrackerTraits => ({
  product: 'Azure DevOps Services',
  text: htmlFormat,
  formats: [htmlFormat, markdownFormat],
  editsComments: true,
  statesOrdered: true,
  conditionalWrites: true,
  titleLimit: 255,
  bodyLimit: 1_000_000,
  labelForbids: /[;,]/,
  labelsIgnoreCase: true,
  signsHooks: false,
  ...facts,
})

export const account = (name: string): Account => ({
  id: `id-of-${name}`,
  handle: `${name}@example.com`,
  name,
  emails: [`${name}@example.com`],
  emailHidden: false,
  active: true,
  human: true,
})

/** People whose login and account name are the same. */
const matchedBy = (names: readonly string[]) => ({
  account: (login: string): Match<Account> =>
    names.includes(login.toLowerCase())
      ? { kind: 'matched', found: account(login.toLowerCase()), email: `${login}@example.com`, source: 'config' }
      : { kind: 'unmatched', reason: `No verified address of ${login} is known.`, tried: [] },
  login: (who: Account): Match<string> =>
    names.includes(who.name)
      ? { kind: 'matched', found: who.name, email: `${who.name}@example.com`, source: 'config' }
      : { kind: 'unmatched', reason: `No login belongs to ${who.name}.`, tried: [] },
})

export const samplePair = ({
  rule = {},
  people = ['mona', 'hubot', 'octo'],
  ...facts
}: Partial<Omit<Pair, 'rule' | 'people'>> & {
  rule?: Record<string, unknown>
  people?: readonly string[]
} = {}): Pair => ({
  rule: RouteRule.parse({ to: 'boards', ...rule }),
  issue: sampleIssue(),
  ticket: sampleTicket(),
  base: null,
  states,
  traits: sampleTraits(),
  people: { ...matchedBy(people), standIn: null },
  unmatched: 'keep',
  parents: { ticketOf: () => undefined, issueOf: () => undefined },
  ...facts,
})

export const textOf = () => ({
  issue: markdownFormat,
  ticket: htmlFormat,
  toTicket: toTracker(htmlFormat, { issueUrl: sampleIssue().url }),
  toIssue: toGitHub(htmlFormat, { issueUrl: sampleIssue().url }),
})

export const sampleComment = (facts: Partial<Comment> = {}): Comment => ({
  id: '1',
  url: 'https://github.com/acme/rocket/issues/12#issuecomment-1',
  body: 'Looks good.',
  author: { id: 'mona', name: 'mona', bot: false },
  own: false,
  copyOf: null,
  restricted: false,
  createdAt: '2026-01-01T10:00:00Z',
  updatedAt: '2026-01-01T10:00:00Z',
  ...facts,
})
