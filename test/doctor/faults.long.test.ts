import { describe, expect, it } from 'vitest'
import type { AzureServer } from '../../sandbox/azure/server.ts'
import { now } from '../../sandbox/azure/world.ts'
import type { JiraServer } from '../../sandbox/jira/server.ts'
import type { GitHubServer } from '../../sandbox/github/server.ts'
import type { Check } from '../../src/doctor/check.ts'
import { bad, openAzureClinic, openJiraClinic } from './stage.ts'
import type { Patient } from './stage.ts'

interface Fault<Server> {
  readonly patient?: Patient
  readonly break?: (server: Server, github: GitHubServer) => void
  /** All that is found, and nothing besides. */
  readonly finds: readonly Partial<Record<keyof Check, unknown>>[]
}

const error = (area: string, subject: string, message: RegExp, remedy: RegExp) => ({
  area,
  subject,
  severity: 'error',
  message: expect.stringMatching(message),
  remedy: expect.stringMatching(remedy),
})
const warning = (...about: Parameters<typeof error>) => ({ ...error(...about), severity: 'warning' })

const DAY_MS = 24 * 60 * 60_000
const appUrl = 'https://lockstep.example.com'

const both: Readonly<Record<string, Fault<unknown>>> = {
  'an unknown project': {
    patient: { connection: { project: 'Nowhere' } },
    finds: [error('tracker', 'project', /no project "Nowhere"/, /It sees "/)],
  },
  'an unknown type': {
    patient: { route: { type: { default: 'Chore' } } },
    finds: [error('tracker', 'routes[0].type', /no type "Chore"/, /Use one of .*"Task"/)],
  },
  'an unknown state to close with': {
    patient: { route: { status: { open: 'To Do', closed: 'Finished' } } },
    finds: [error('tracker', 'routes[0].status.closed', /no state "Finished"; it has .*"Done"/, /status\.closed/)],
  },
  'an unknown state for what is assigned': {
    patient: { route: { status: { open: 'To Do', assigned: 'Busy', closed: 'Done' } } },
    finds: [error('tracker', 'routes[0].status.assigned', /no state "Busy"; it has .*"Done"/, /status\.assigned/)],
  },
  'a type that only the state for what is assigned knows': {
    patient: { route: { status: { open: 'To Do', assigned: { Chore: 'Done' }, closed: 'Done' } } },
    finds: [error('tracker', 'routes[0].status.assigned', /no type "Chore"/, /"Task"/)],
  },
  'an unknown state in the other direction': {
    patient: { route: { status: { open: 'To Do', closed: 'Done', from: { Parked: 'open' } } } },
    finds: [error('tracker', 'routes[0].status.from', /no state "Parked"/, /"To Do"/)],
  },
  'a type that only the map of states knows': {
    patient: { route: { status: { open: 'To Do', closed: { Chore: 'Done', default: 'Done' } } } },
    finds: [error('tracker', 'routes[0].status.closed', /no type "Chore"/, /"Task"/)],
  },
  'an unknown field': {
    patient: { route: { fields: { 'Custom.Nothing': 'x' } } },
    finds: [error('tracker', 'routes[0].fields', /no field "Custom.Nothing"/, /Correct the name/)],
  },
  'a milestone that leads nowhere': {
    patient: { route: { milestone: { 'v1.0': 'Release 77' } } },
    finds: [error('tracker', 'routes[0].milestone', /"Release 77" \(for v1\.0\)/, /Use one of/)],
  },
  'a milestone of GitHub without counterpart': {
    patient: { route: { sync: { milestone: 'both' } } },
    break: (_, github) => void github.act.createMilestone({ title: 'Someday' }),
    finds: [warning('tracker', 'routes[0].milestone', /corresponds to "Someday"/, /under "milestone"/)],
  },
  'a priority that the server does not know': {
    patient: { route: { priority: { P1: 'Sky-high' } } },
    finds: [error('tracker', 'routes[0].priority', /no priority "Sky-high"/, /Use one of "/)],
  },
  'a clock that is ahead': {
    patient: { clockAheadMs: 10 * 60_000 },
    finds: [
      error('github', 'clock', /(?:599|600|601) s ahead of/, /NTP/),
      error('tracker', 'clock', /(?:599|600|601) s ahead of/, /NTP/),
    ],
  },
  'a clock that is a little behind': {
    patient: { clockAheadMs: -120_000 },
    finds: [
      warning('github', 'clock', /1[12]\d s behind/, /NTP/),
      warning('tracker', 'clock', /1[12]\d s behind/, /NTP/),
    ],
  },
  'a person of the map whom the tracker does not know': {
    patient: { people: { map: { ada: 'ada.byron@example.com', hopper: 'hopper@elsewhere.example.com' } } },
    finds: [warning('people', 'tracker', /hopper is not found/, /people\.map/)],
  },
  'an address of the map that the tracker does not know': {
    patient: { people: { map: { ada: 'ada@elsewhere.example.com' } } },
    finds: [warning('people', 'tracker', /knows ada, but by no address of the map/, /people\.map/)],
  },
  'people who are assigned issues and cannot be found': {
    patient: { people: { map: { ada: 'ada.byron@example.com' } } },
    break: (_, github) => forgetAddress(github, 'grace'),
    finds: [warning('people', 'tracker', /Not found in tracker: "grace"/, /people\.map/)],
  },
  'nobody who can be found': {
    patient: { people: { map: {} } },
    break: (_, github) => ['ada', 'grace'].forEach((login) => forgetAddress(github, login)),
    finds: [error('people', 'tracker', /Nobody is found in tracker/, /assignee: off/)],
  },
  'a stand-in whom nobody knows': {
    patient: { people: { unmatched: { default: 'nobody@example.com' } } },
    finds: [error('people', 'people.unmatched', /nobody@example\.com is not found/, /can be assigned/)],
  },
  'a host that is not there': {
    patient: { connection: { url: 'http://127.0.0.1:9/tfs/Nothing' } },
    finds: [error('tracker', 'sign-in', /could not be reached|ECONNREFUSED/, /whether the server is up/)],
  },
  'http, which everybody can listen to': {
    patient: { connection: { url: 'http://tracker.invalid/tfs/Nothing' } },
    finds: [
      warning('tracker', 'url', /unencrypted/, /https/),
      error('tracker', 'sign-in', /could not be reached/, /Check the address/),
    ],
  },
  'a query that the server does not understand': {
    patient: { route: { from: { query: 'nothing = (' } } },
    finds: [error('tracker', 'routes[0].from.query', /./, /./)],
  },
  'no hook that leads to the app': {
    patient: { deps: { appUrl } },
    finds: [warning('tracker', 'hooks', /No hook leads to https:\/\/lockstep/, /hooks install/)],
  },
  'a label that no issue can have': {
    patient: { route: { when: { labels: ['bug', 'never-made', 'size: *'] } } },
    finds: [warning('github', 'routes[0].when.labels', /no label "never-made"/, /Create the label/)],
  },
  'a token that GitHub does not take': {
    patient: { gitHubToken: 'ghp_nobody' },
    finds: [error('github', 'sign-in', /Bad credentials/, /GITHUB_TOKEN/)],
  },
  'a repository that is not there': {
    patient: { repo: 'rockets' },
    finds: [error('github', 'repository', /Not Found/, /no access/)],
  },
  'an archived repository': {
    break: (_, { world }) => [...world.repos.values()].forEach((repo) => (repo.archived = true)),
    finds: [error('github', 'repository', /acme\/rocket is archived/, /Unarchive/)],
  },
  'a repository without issues': {
    break: (_, { world }) => [...world.repos.values()].forEach((repo) => (repo.hasIssues = false)),
    finds: [error('github', 'repository', /issues switched off/, /settings/)],
  },
  'a token that may not write issues': {
    patient: { gitHubToken: 'ghs_reader', deps: { keepsRef: true } },
    break: (_, github) => addWorkflowToken(github, { metadata: 'read', issues: 'read', contents: 'read' }),
    finds: [
      error('github', 'permissions', /may not write issues/, /Issues: read and write/),
      error('github', 'permissions', /may not write the ref/, /contents: write/),
    ],
  },
  'a person’s token that only sees what is public': {
    patient: { gitHubToken: 'ghp_public' },
    break: (_, github) => addPersonalToken(github, 'ghp_public', { scopes: [] }),
    finds: [error('github', 'permissions', /may not write issues/, /Issues: read and write/)],
  },
  'a token for GitHub that ends within two weeks': {
    patient: { gitHubToken: 'ghp_short' },
    break: (_, github) => addPersonalToken(github, 'ghp_short', { days: 9.5 }),
    finds: [warning('github', 'token', /ends on \d{4}-\d\d-\d\d, in 9 days/, /Make a new token/)],
  },
}

const azure: Readonly<Record<string, Fault<AzureServer>>> = {
  'a wrong token': {
    patient: { trackerToken: 'nobody' },
    finds: [error('tracker', 'sign-in', /did not accept the sign-in/, /token or password/)],
  },
  'a token that has ended': {
    patient: { trackerToken: 'ado_sandbox_pat_expired' },
    finds: [error('tracker', 'sign-in', /has expired/, /token or password/)],
  },
  'a token that may only read': {
    patient: { trackerToken: 'ado_sandbox_pat_readonly' },
    finds: [error('tracker', 'permissions', /Work Items \(read & write\)/, /in the project Fabrikam/)],
  },
  'a token that may not look people up': {
    patient: { trackerToken: 'ado_sandbox_pat_work' },
    finds: [
      error('tracker', 'permissions', /Graph \(read\).* Nobody can be found/, /Identity \(read\)/),
      error('people', 'tracker', /does not allow this/, /permission/),
    ],
  },
  'a field that tickets of the type do not show': {
    patient: { route: { fields: { 'Microsoft.VSTS.Common.Activity': 'Design' } } },
    finds: [error('tracker', 'routes[0].fields', /type Issue do not show/, /screen or form/)],
  },
  'a value that the field does not take': {
    patient: { route: { type: { default: 'Task' }, fields: { 'Microsoft.VSTS.Common.Activity': 'Napping' } } },
    finds: [error('tracker', 'routes[0].fields', /cannot be "Napping"/, /"Design"/)],
  },
  'a required field without a value': {
    break: ({ acts }) =>
      acts.setRule({ project: 'Fabrikam', type: 'Issue', field: 'Microsoft.VSTS.Scheduling.Effort', required: true }),
    finds: [error('tracker', 'routes[0].fields', /must have "Effort"/, /under "fields"/)],
  },
  'a state that cannot be reached': {
    break: ({ acts }) => acts.forbidMove({ project: 'Fabrikam', type: 'Issue', from: 'To Do', to: 'Done' }),
    finds: [error('tracker', 'routes[0].status.closed', /cannot get from "To Do" to "Done"/, /it can go to "Doing"/)],
  },
  'a state from which there is no way back': {
    break: ({ acts }) => acts.forbidMove({ project: 'Fabrikam', type: 'Issue', from: 'Done', to: 'To Do' }),
    finds: [warning('tracker', 'routes[0].status.open', /cannot get back from "Done"/, /it can go to "Doing"/)],
  },
  'a state from which a ticket cannot be closed': {
    break: ({ acts }) => acts.forbidMove({ project: 'Fabrikam', type: 'Issue', from: 'Doing', to: 'Done' }),
    finds: [warning('tracker', 'routes[0].status.closed', /Issue in "Doing" cannot get to "Done"/, /workflow/)],
  },
  'a state for what is assigned that leads nowhere back': {
    patient: { route: { status: { open: 'To Do', assigned: 'Doing', closed: 'Done' } } },
    break: ({ acts }) => acts.forbidMove({ project: 'Fabrikam', type: 'Issue', from: 'Doing', to: 'To Do' }),
    finds: [
      warning(
        'tracker',
        'routes[0].status.assigned',
        /cannot get from "Doing" to "To Do": .* who is assigned/,
        /"Done"/,
      ),
    ],
  },
  'a first state that new tickets cannot get to': {
    patient: { route: { status: { open: 'Doing', closed: 'Done' } } },
    break: ({ acts }) => acts.forbidMove({ project: 'Fabrikam', type: 'Issue', from: 'To Do', to: 'Doing' }),
    finds: [error('tracker', 'routes[0].status.open', /begins in "To Do" and cannot get to "Doing"/, /"Done"/)],
  },
  'a label that Azure DevOps forbids': {
    patient: { route: { labels: { map: { bug: 'a;b' } }, from: { label: 'x,y' } } },
    finds: [
      error('tracker', 'routes[0].labels.map', /"a;b" cannot be a label/, /Leave out/),
      error('tracker', 'routes[0].from.label', /can have the label "x,y"/, /Name a label/),
    ],
  },
  'an area that is not there': {
    patient: { route: { area: 'Basement' } },
    finds: [error('tracker', 'routes[0].area', /no area "Basement"/, /Website/)],
  },
  'a type without a field for estimates': {
    patient: { connection: { project: 'FabrikamCMMI' }, route: { ...cmmi('Risk'), estimate: { small: 1 } } },
    finds: [error('tracker', 'routes[0].estimate', /Risk has no field for an estimate/, /Remove "estimate"/)],
  },
  'no type at all where there is no Task': {
    patient: { route: { type: {} } },
    break: ({ world }) => [...world.projects.values()].forEach(({ types }) => types.delete('task')),
    finds: [error('tracker', 'routes[0].type', /does not say which type/, /type: \{ default/)],
  },
  'a disabled hook': {
    patient: { deps: { appUrl } },
    break: (server) => addHook(server, 'disabledBySystem'),
    finds: [error('tracker', 'hooks', /delivers nothing: the server disabled it/, /hooks install/)],
  },
}

const jira: Readonly<Record<string, Fault<JiraServer>>> = {
  'a wrong token': {
    patient: { trackerToken: 'nobody' },
    finds: [error('tracker', 'sign-in', /./, /token or password/)],
  },
  'a token that has ended': {
    patient: { trackerToken: 'short' },
    break: ({ acts, clock }) => {
      acts.addToken({ name: 'lockstep', secret: 'short', days: 1 })
      clock.advance(2 * DAY_MS)
    },
    finds: [error('tracker', 'sign-in', /./, /token or password/)],
  },
  'a token that ends within two weeks': {
    patient: { trackerToken: 'short' },
    break: ({ acts }) => void acts.addToken({ name: 'lockstep', secret: 'short', days: 13.5 }),
    finds: [warning('tracker', 'token', /ends on \d{4}-\d\d-\d\d, in 13 days/, /Make a new token/)],
  },
  'a permission that is missing': {
    break: ({ acts }) => acts.deny({ who: 'lockstep', project: 'PLAT', permission: 'TRANSITION_ISSUES' }),
    finds: [
      error('tracker', 'permissions', /"Transition Issues" is missing in PLAT: .*another state/, /Give the account/),
    ],
  },
  'a field that is on no screen': {
    patient: { route: { fields: { Environment: 'x' } } },
    break: ({ acts }) => acts.changeProject({ project: 'PLAT', hiddenFields: ['environment'] }),
    finds: [error('tracker', 'routes[0].fields', /type Task do not show the field "Environment"/, /screen/)],
  },
  'a required field without a value': {
    break: ({ acts }) => acts.changeProject({ project: 'PLAT', requiredFields: ['duedate'] }),
    finds: [error('tracker', 'routes[0].fields', /must have "Due Date"/, /Give "Due Date" a value/)],
  },
  'a required field that not every issue fills': {
    break: ({ acts }) => acts.changeProject({ project: 'PLAT', requiredFields: ['description'] }),
    finds: [warning('tracker', 'routes[0].fields', /"Description", which not every issue gives/, /Give/)],
  },
  'an unknown component': {
    patient: { route: { components: { backend: 'engine' } } },
    finds: [error('tracker', 'routes[0].components', /no component "engine"/, /"api"/)],
  },
  'a label that Jira forbids': {
    patient: { route: { labels: { map: { bug: 'two words' } } } },
    finds: [error('tracker', 'routes[0].labels.map', /"two words" cannot be a label in Jira/, /Leave out/)],
  },
  'states of which it is not clear which one is meant': {
    patient: {
      connection: { project: 'OPS' },
      route: { status: { open: 'Open' }, transition: { Resolution: 'Done' } },
    },
    finds: [
      error('tracker', 'routes[0].status.closed', /not clear: set status\.closed to one of "Resolved", "Closed"/, /./),
    ],
  },
  'a transition that asks for what nobody gives': {
    patient: { connection: { project: 'OPS' }, route: { status: { open: 'Open', closed: 'Closed' } } },
    finds: [error('tracker', 'routes[0].transition', /needs "Resolution"/, /"Fixed"/)],
  },
  'a value that the transition does not take': {
    patient: {
      connection: { project: 'OPS' },
      route: { status: { open: 'Open', closed: 'Closed' }, transition: { Resolution: 'Perhaps' } },
    },
    finds: [error('tracker', 'routes[0].transition', /needs "Resolution"/, /is one of .*"Fixed"/)],
  },
  'a way to what is assigned that asks for what nobody gives': {
    patient: {
      connection: { project: 'LONG' },
      route: { status: { open: 'Backlog', assigned: 'In Test', closed: 'Released' } },
    },
    finds: [
      error('tracker', 'routes[0].transition', /needs "Root Cause"/, /Give "Root Cause"/),
      warning('tracker', 'routes[0].status.open', /cannot get back from "Released"/, /Nothing follows "Released"/),
      warning('tracker', 'routes[0].status.assigned', /"Backlog" to "In Test": the ticket/, /Give "Root Cause" under/),
      warning('tracker', 'routes[0].status.assigned', /"In Test" to "Backlog": the ticket/, /another state/),
    ],
  },
  'a workflow that does not lead back': {
    patient: {
      connection: { project: 'LONG' },
      route: { status: { open: 'Backlog', closed: 'Released' }, transition: { 'Root cause': 'x' } },
    },
    finds: [
      warning('tracker', 'routes[0].status.open', /cannot get back from "Released"/, /Nothing follows "Released"/),
    ],
  },
  'a disabled webhook': {
    patient: { deps: { appUrl } },
    break: ({ acts, world }) => {
      acts.addHook({ url: `${appUrl}/hooks/tracker` })
      for (const hook of world.hooks.values()) Object.assign(hook, { enabled: false })
    },
    finds: [error('tracker', 'hooks', /delivers nothing: somebody disabled it/, /hooks install/)],
  },
}

function forgetAddress({ world }: GitHubServer, login: string): void {
  Object.assign(world.people.get(login)!, { publicEmail: null, verifiedEmails: [] })
}

function cmmi(type: string) {
  return { type: { default: type }, status: { open: 'Proposed', closed: 'Closed' } }
}

function addHook({ world }: AzureServer, status: 'disabledBySystem'): void {
  const id = '7a1f5d0e-52c1-4b8e-9a36-0d5c1f2e3b4a'
  const at = now(world)
  world.subscriptions.set(id, {
    id,
    status,
    publisherId: 'tfs',
    eventType: 'workitem.updated',
    resourceVersion: '1.0',
    consumerId: 'webHooks',
    consumerActionId: 'httpRequest',
    publisherInputs: {},
    consumerInputs: { url: `${appUrl}/hooks/tracker` },
    createdBy: world.owner,
    createdDate: at,
    modifiedBy: world.owner,
    modifiedDate: at,
    failures: 9,
    notifications: [],
  })
}

function addWorkflowToken({ world }: GitHubServer, permissions: Record<string, string>): void {
  const known = world.tokens.get('ghs_sandbox_actions')!
  world.tokens.set('ghs_reader', { ...known, value: 'ghs_reader', permissions })
}

interface PersonalToken {
  readonly scopes?: readonly string[]
  readonly days?: number
}

function addPersonalToken({ world }: GitHubServer, value: string, { scopes, days }: PersonalToken): void {
  const known = world.tokens.get('ghp_sandbox')!
  const expiresAt = days === undefined ? null : new Date(Date.now() + days * DAY_MS).toISOString()
  world.tokens.set(value, { ...known, value, expiresAt, scopes: scopes ?? known.scopes })
}

describe('on Azure DevOps the doctor finds', () => {
  it.each(Object.entries({ ...both, ...azure }))('%s', async (_, fault) => {
    const clinic = await openAzureClinic()
    fault.break?.(clinic.server, clinic.github)
    try {
      expect(bad(await clinic.examine(fault.patient))).toEqual(fault.finds)
    } finally {
      await clinic.close()
    }
  })
})

describe('on Jira the doctor finds', () => {
  it.each(Object.entries({ ...both, ...jira }))('%s', async (_, fault) => {
    const clinic = await openJiraClinic()
    fault.break?.(clinic.server, clinic.github)
    try {
      expect(bad(await clinic.examine(fault.patient))).toEqual(fault.finds)
    } finally {
      await clinic.close()
    }
  })
})

describe('the daily look at the sign-ins', () => {
  it('says two weeks ahead that a token ends, and asks little', async () => {
    const clinic = await openJiraClinic()
    clinic.server.acts.addToken({ name: 'lockstep', secret: 'short', days: 3.5 })
    const checks = await clinic.examineSignIns({ trackerToken: 'short' })
    expect(bad(checks)).toEqual([warning('tracker', 'token', /in 3 days/, /Make a new token/)])
    expect(clinic.server.journal.entries.length).toBeLessThan(6)
    await clinic.close()
  })
})
