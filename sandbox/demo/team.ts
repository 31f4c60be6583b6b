import { printIssueRef } from '../../src/core/issue.ts'
import type { Link } from '../../src/core/link.ts'
import type { Links } from '../../src/core/store.ts'
import { printTicketRef } from '../../src/core/ticket.ts'
import { currentRevision } from '../azure/world.ts'
import { createRandom } from '../kit/faults.ts'
import { repo } from './servers.ts'
import type { Servers } from './servers.ts'

interface Stage extends Omit<Servers, 'close'> {
  readonly links: Links
}

/** What somebody just did. */
export interface Deed {
  readonly told: string
  /** The issue or ticket, as the app will name it. */
  readonly about: string
  /** What to look for where the app answers instead of changing something. */
  readonly answer?: () => string | undefined
}

/** Does something as a person would, or `null` when there is nothing to do it to. */
type Act = () => Promise<Deed | null>

const names = ['ada', 'grace', 'hedy'] as const
type Name = (typeof names)[number]

const mails: Readonly<Record<Name, string>> = {
  ada: 'ada.byron@example.com',
  grace: 'grace.murray@example.com',
  hedy: 'hedy.kiesler@example.com',
}

const reports = [
  ['The countdown skips two', 'It goes *three, one*.', ['bug']],
  ['Offer tea on long flights', 'Green, black and **Earl Grey**.', ['enhancement']],
  ['Second stage rattles', 'From about `T+40 s` on:\n\n- a low hum\n- then a rattle', ['bug', 'engine']],
  ['Show the weather before launch', 'Wind above all.', ['enhancement']],
] as const

/** A small team that works on all three servers at once. */
export function createTeam({ github, azure, jira, links }: Stage): { readonly script: readonly Act[]; next: Act } {
  const random = createRandom(7)
  const pick = <Thing>(things: readonly Thing[]): Thing => things[Math.floor(random() * things.length)]!
  const other = (not: string | undefined): Name => pick(names.filter((name) => name !== not))
  const nameOf = (mail: string) => names.find((name) => mails[name] === mail.toLowerCase())
  const { issues } = github.world.repo
  let reported = 0

  /** A pair of an open issue that nobody has to decide about. */
  async function choosePair(connection?: string, also: (link: Link) => boolean = () => true): Promise<Link | null> {
    const pairs = await links.list({ repo, state: 'active', ...(connection === undefined ? {} : { connection }) })
    const fit = pairs.filter(
      (link) => link.conflicts.length === 0 && issues.get(link.issue.number)?.state === 'open' && also(link),
    )
    return fit.length === 0 ? null : pick(fit)
  }

  const itemOf = ({ ticket }: Link) => azure.world.items.get(Number(ticket.key))
  const ticketOf = ({ ticket }: Link) => [...jira.world.issues.values()].find(({ key }) => key === ticket.key)
  const onIssue = (told: string, { issue }: Pick<Link, 'issue'>): Deed => ({ told, about: printIssueRef(issue) })
  const onTicket = (told: string, { ticket }: Link): Deed => ({ told, about: printTicketRef(ticket) })

  /** For a pair of the connection, where there is one. */
  const upon =
    (connection: string | undefined, act: (link: Link) => Deed): Act =>
    async () => {
      const link = await choosePair(connection)
      return link === null ? null : act(link)
    }

  const assignOnGitHub = upon(undefined, (link) => {
    const { number } = link.issue
    const before = issues.get(number)?.assignees.map(({ login }) => login) ?? []
    const who = other(before[0])
    github.act.unassign({ as: 'ada', number, assignees: before })
    github.act.assign({ as: 'ada', number, assignees: [who] })
    return onIssue(`ada assigns issue #${number} to ${who}`, link)
  })

  const assignInAzure = upon('boards', (link) => {
    const item = itemOf(link)
    const before = item === undefined ? undefined : currentRevision(item).fields['System.AssignedTo']
    const who = other(typeof before === 'object' ? nameOf(before.mail) : undefined)
    azure.acts.assign({ id: Number(link.ticket.key), to: mails[who], as: mails.ada })
    return onTicket(`in Azure Boards, ada assigns work item ${link.ticket.key} to ${who}`, link)
  })

  const finishInJira = upon('jira', (link) => {
    jira.acts.setStatus({ issue: link.ticket.key, status: 'Done', as: 'hedy' })
    return onTicket(`in Jira, hedy moves ${link.ticket.key} to Done`, link)
  })

  const commentOnGitHub = upon(undefined, (link) => {
    const body = 'I can **reproduce** this:\n\n```sh\nnpm run launch -- --now\n```'
    github.act.comment({ as: 'hedy', number: link.issue.number, body })
    return onIssue(`hedy comments on issue #${link.issue.number}`, link)
  })

  const commentInAzure = upon('boards', (link) => {
    const text = '<p>Customers ask for it. <b>Can we have it this week?</b></p>'
    azure.acts.comment({ id: Number(link.ticket.key), text, as: mails.grace })
    return onTicket(`in Azure Boards, grace comments on work item ${link.ticket.key}`, link)
  })

  const close = upon(undefined, (link) => {
    github.act.closeIssue({ as: 'grace', number: link.issue.number, reason: 'completed' })
    return onIssue(`grace closes issue #${link.issue.number}`, link)
  })

  const label: Act = async () => {
    const link = await choosePair(
      undefined,
      ({ issue }) => issues.get(issue.number)?.labels.some(({ name }) => name === 'urgent') === false,
    )
    if (link === null) return null
    github.act.label({ as: 'ada', number: link.issue.number, labels: ['urgent'] })
    return onIssue(`ada puts the label urgent on issue #${link.issue.number}`, link)
  }

  const report: Act = async () => {
    const [title, body, labels] = reports[reported++ % reports.length]!
    const who = pick(names)
    const { number } = github.act.openIssue({ as: 'grace', title, body, labels, assignees: [who] })
    return onIssue(`grace opens issue #${number} for ${who}: ${title}`, { issue: { ...repo, number } })
  }

  const reword = upon('jira', (link) => {
    const summary = `${ticketOf(link)?.summary.replace(/ \(\d+\)$/, '') ?? ''} (${Math.floor(random() * 900) + 100})`
    jira.acts.edit({ issue: link.ticket.key, fields: { summary }, as: 'ada' })
    return onTicket(`in Jira, ada rewords ${link.ticket.key}`, link)
  })

  const disagree = upon('jira', (link) => {
    const { number } = link.issue
    github.act.editIssue({ as: 'grace', number, title: `${issues.get(number)?.title ?? ''}, says grace` })
    jira.acts.edit({ issue: link.ticket.key, fields: { summary: `${ticketOf(link)?.summary}, says hedy` }, as: 'hedy' })
    return onIssue(`grace rewords issue #${number}, and hedy ${link.ticket.key}, at the same moment`, link)
  })

  const ask = upon(undefined, ({ issue }) => {
    const { number } = issue
    const asked = github.act.comment({ as: 'ada', number, body: '/lockstep explain' })
    const answer = () =>
      [...github.world.repo.comments.values()]
        .find(({ id, issueNumber, body }) => issueNumber === number && id > asked.id && body.includes('by ada:'))
        ?.body.split('\n')
        .find((line) => line.startsWith('- '))
        ?.replace(/^- \[(.*?)\]\(.*?\)/, '$1')
    return { ...onIssue(`ada writes "/lockstep explain" below issue #${number}`, { issue }), answer }
  })

  const script = [
    assignOnGitHub,
    assignInAzure,
    finishInJira,
    commentOnGitHub,
    commentInAzure,
    close,
    label,
    report,
    reword,
    disagree,
    ask,
  ]
  // What people do most of the day; they disagree now and then.
  const day = [...script.filter((act) => act !== disagree), report, assignOnGitHub, assignInAzure, commentOnGitHub]
  let acted = 0
  return {
    script,
    next: async () => (await (++acted % 12 === 5 ? disagree : pick(day))()) ?? (await report()),
  }
}
