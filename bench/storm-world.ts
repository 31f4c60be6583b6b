import type { GitHubServer } from '../sandbox/github/server.ts'
import type { Issue } from '../sandbox/github/world.ts'
import type { Seen, Side } from '../test/flows/sides.ts'

const persons = ['ada', 'grace', 'hedy'] as const

const any = <One>(list: readonly One[]): One => list[Math.floor(Math.random() * list.length)]!

const issuesOf = ({ world }: GitHubServer): ReadonlyMap<number, Issue> =>
  [...world.repos.values()].find(({ name }) => name === 'rocket')!.issues

/** What the people of GitHub want an issue to be: nobody else touches it there, and nobody touches a ticket. */
interface Wanted {
  title: string
  assignee: string | null
  readonly labels: Set<string>
  readonly comments: string[]
}

/** Somebody always does something. */
export function createCrowd(github: GitHubServer) {
  const { act } = github
  const wanted = new Map<number, Wanted>()

  function open(title: string): void {
    const { number } = act.openIssue({ as: 'ada', title })
    wanted.set(number, { title, assignee: null, labels: new Set(), comments: [] })
  }

  /** Now and then it is a new issue. */
  function happen(event: number): void {
    const [number, issue] = any([...wanted])
    const chance = Math.random()
    if (chance < 0.01) open(`Opened at event ${event}`)
    else if (chance < 0.3) {
      issue.title = `Title of event ${event}`
      act.editIssue({ as: 'ada', number, title: issue.title })
    } else if (chance < 0.65) {
      const before = issue.assignee
      issue.assignee = before === null ? any(persons) : null
      if (before === null) act.assign({ as: 'ada', number, assignees: [issue.assignee!] })
      else act.unassign({ as: 'ada', number, assignees: [before] })
    } else if (chance < 0.95) {
      const label = any(['bug', 'ui', 'later'])
      const change = { as: 'ada', number, labels: [label] }
      if (issue.labels.delete(label)) act.unlabel(change)
      else {
        issue.labels.add(label)
        act.label(change)
      }
    } else {
      issue.comments.push(`Said at event ${event}.`)
      act.comment({ as: 'hedy', number, body: `Said at event ${event}.` })
    }
  }

  /** What is not as it should be, in GitHub and in the trackers. */
  function findWrong(sides: readonly Side[]): readonly string[] {
    const issues = issuesOf(github)
    const wrong = [...wanted].flatMap(([number, issue]) =>
      compare(issue, seeIssue(issues.get(number)!)).map((problem) => `#${number} in GitHub: ${problem}`),
    )
    for (const side of sides) {
      const tickets = Map.groupBy(side.keys().map(side.seen), ({ title }) => title)
      for (const [number, issue] of wanted) {
        const [seen, ...more] = tickets.get(issue.title) ?? []
        const one = seen !== undefined && more.length === 0
        const problems = one ? compare(issue, seen) : [`not one ticket is called "${issue.title}"`]
        wrong.push(...problems.map((problem) => `#${number} in ${side.name}: ${problem}`))
      }
    }
    return wrong
  }

  return { open, happen, findWrong, count: () => wanted.size }
}

const seeIssue = ({ title, labels, assignees, comments }: Issue) => ({
  title,
  labels: labels.map(({ name }) => name),
  assignee: assignees.map(({ login }) => login).join() || null,
  comments: comments.map(({ body }) => body),
})

function compare(wanted: Wanted, seen: Pick<Seen, 'title' | 'labels' | 'assignee' | 'comments'>): readonly string[] {
  const problems: string[] = []
  if (seen.title !== wanted.title) problems.push(`is called "${seen.title}", not "${wanted.title}"`)
  const [labels, tags] = [[...wanted.labels].toSorted().join(), seen.labels.toSorted().join()]
  if (labels !== tags) problems.push(`has ${tags || 'no labels'}, not ${labels || 'none'}`)
  const { assignee } = wanted
  const present = seen.assignee?.toLowerCase() ?? null
  if (assignee === null ? present !== null : present?.includes(assignee) !== true)
    problems.push(`is with ${present}, not ${assignee}`)
  for (const said of wanted.comments) {
    const copies = seen.comments.filter((text) => text.includes(said)).length
    if (copies !== 1) problems.push(`"${said}" is there ${copies} times`)
  }
  if (seen.comments.length !== wanted.comments.length) problems.push(`has ${seen.comments.length} comments`)
  return problems
}
