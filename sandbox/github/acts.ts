import type { Actor } from './auth.ts'
import { addComment, deleteComment, editComment, react } from './doings/comments.ts'
import { commitFiles, tellPush } from './doings/git.ts'
import { installApp, uninstallApp } from './doings/installations.ts'
import {
  addLabels,
  assign,
  deleteIssue,
  editIssue,
  openIssue,
  pinIssue,
  removeLabel,
  setLock,
  setMilestone,
  setState,
  setType,
  transferIssue,
  unassign,
} from './doings/issues.ts'
import {
  createLabel,
  createMilestone,
  deleteLabel,
  editLabel,
  editMilestone,
  findOrCreateLabel,
} from './doings/labels.ts'
import { followBranch, openPull } from './doings/pulls.ts'
import { addSubIssue, removeSubIssue } from './doings/sub-issues.ts'
import { addActionsToken, addPerson, addRepo, addToken } from './founding.ts'
import type { NewPerson, NewRepo } from './founding.ts'
import type { Host } from './host.ts'
import { findPerson, findRepo, fullName } from './world.ts'
import type { Comment, Issue, IssueType, Label, Milestone, Person, Repo } from './world.ts'

/** Who does it and where; the seed's owner and repository unless said otherwise. */
export interface By {
  readonly as?: string
  /** `owner/name`. */
  readonly repo?: string
}

export interface OnIssue extends By {
  readonly number: number
}

export interface IssueDraft extends By {
  readonly title: string
  readonly body?: string | null
  readonly labels?: readonly string[]
  readonly assignees?: readonly string[]
  /** By title. */
  readonly milestone?: string
  readonly type?: string
}

/** What people do on github.com, each with the deliveries their doing would cause. */
export type Acts = ReturnType<typeof createActs>

export function createActs(host: Host) {
  /** A bot acts through its App. */
  function actorOf({ as }: By): Actor {
    const doer = person(as ?? firstMember())
    return { person: doer, via: host.world.apps.find(({ bot }) => bot === doer) ?? null }
  }

  const firstMember = (): string => [...host.world.org.members.keys()][0] ?? 'nobody'

  function person(login: string): Person {
    return findPerson(host.world, login) ?? fail(`nobody here is called ${login}`)
  }

  function repoOf({ repo }: By): Repo {
    if (repo === undefined) return host.world.repo
    const [owner = '', name = ''] = repo.split('/')
    return findRepo(host.world, owner, name) ?? fail(`there is no repository ${repo}`)
  }

  function issueOf(on: OnIssue): Issue {
    const issue = repoOf(on).issues.get(Number(on.number))
    if (issue === undefined || issue.deleted) return fail(`there is no issue ${fullName(repoOf(on))}#${on.number}`)
    return issue
  }

  function commentOf(on: By & { readonly id: number }): { comment: Comment; issue: Issue } {
    const comment = repoOf(on).comments.get(Number(on.id)) ?? fail(`there is no comment ${on.id}`)
    return { comment, issue: issueOf({ ...on, number: comment.issueNumber }) }
  }

  const labelOf = (repo: Repo, name: string): Label =>
    repo.labels.get(name.toLowerCase()) ?? fail(`there is no label ${name}`)

  const milestoneOf = (repo: Repo, title: string): Milestone =>
    [...repo.milestones.values()].find((each) => each.title === title) ?? fail(`there is no milestone ${title}`)

  function issueTypeOf(repo: Repo, name: string): IssueType {
    const types = host.world.orgs.get(repo.owner.login.toLowerCase())?.issueTypes ?? []
    return (
      types.find((type) => type.name.toLowerCase() === name.toLowerCase()) ?? fail(`there is no issue type ${name}`)
    )
  }

  return {
    openIssue(draft: IssueDraft): Issue {
      const repo = repoOf(draft)
      return openIssue(host, repo, actorOf(draft), {
        title: draft.title,
        body: draft.body ?? null,
        labels: draft.labels ?? [],
        assignees: (draft.assignees ?? []).map(person),
        milestone: draft.milestone === undefined ? null : milestoneOf(repo, draft.milestone),
        type: draft.type === undefined ? null : issueTypeOf(repo, draft.type),
      })
    },
    editIssue(on: OnIssue & { readonly title?: string; readonly body?: string | null }): Issue {
      editIssue(host, issueOf(on), actorOf(on), { title: on.title, body: on.body })
      return issueOf(on)
    },
    closeIssue(on: OnIssue & { readonly reason?: 'completed' | 'not_planned' | 'duplicate' }): Issue {
      setState(host, issueOf(on), actorOf(on), 'closed', on.reason ?? null)
      return issueOf(on)
    },
    reopenIssue(on: OnIssue): Issue {
      setState(host, issueOf(on), actorOf(on), 'open', null)
      return issueOf(on)
    },
    assign(on: OnIssue & { readonly assignees: readonly string[] }): Issue {
      assign(host, issueOf(on), actorOf(on), on.assignees.map(person))
      return issueOf(on)
    },
    unassign(on: OnIssue & { readonly assignees: readonly string[] }): Issue {
      unassign(host, issueOf(on), actorOf(on), on.assignees.map(person))
      return issueOf(on)
    },
    label(on: OnIssue & { readonly labels: readonly string[] }): Issue {
      const repo = repoOf(on)
      const labels = on.labels.map((name) => findOrCreateLabel(host, repo, actorOf(on), name))
      addLabels(host, issueOf(on), actorOf(on), labels)
      return issueOf(on)
    },
    unlabel(on: OnIssue & { readonly labels: readonly string[] }): Issue {
      for (const name of on.labels) removeLabel(host, issueOf(on), actorOf(on), labelOf(repoOf(on), name))
      return issueOf(on)
    },
    setMilestone(on: OnIssue & { readonly milestone: string | null }): Issue {
      setMilestone(host, issueOf(on), actorOf(on), on.milestone === null ? null : milestoneOf(repoOf(on), on.milestone))
      return issueOf(on)
    },
    setType(on: OnIssue & { readonly type: string | null }): Issue {
      setType(host, issueOf(on), actorOf(on), on.type === null ? null : issueTypeOf(repoOf(on), on.type))
      return issueOf(on)
    },
    comment(on: OnIssue & { readonly body: string }): Comment {
      return addComment(host, issueOf(on), actorOf(on), on.body)
    },
    editComment(on: By & { readonly id: number; readonly body: string }): Comment {
      const { comment, issue } = commentOf(on)
      editComment(host, issue, comment, actorOf(on), on.body)
      return comment
    },
    deleteComment(on: By & { readonly id: number }): void {
      const { comment, issue } = commentOf(on)
      deleteComment(host, issue, comment, actorOf(on))
    },
    react(on: OnIssue & { readonly content: string }): void {
      react(host, issueOf(on).reactions, actorOf(on).person, on.content)
    },
    transferIssue(on: OnIssue & { readonly to: string }): Issue {
      return transferIssue(host, issueOf(on), actorOf(on), repoOf({ repo: on.to }))
    },
    deleteIssue(on: OnIssue): void {
      deleteIssue(host, issueOf(on), actorOf(on))
    },
    addSubIssue(on: OnIssue & { readonly child: number; readonly childRepo?: string }): void {
      const child = issueOf({ number: on.child, repo: on.childRepo ?? fullName(repoOf(on)) })
      addSubIssue(host, issueOf(on), child, actorOf(on))
    },
    removeSubIssue(on: OnIssue & { readonly child: number; readonly childRepo?: string }): void {
      const child = issueOf({ number: on.child, repo: on.childRepo ?? fullName(repoOf(on)) })
      removeSubIssue(host, issueOf(on), child, actorOf(on))
    },
    lockIssue(on: OnIssue & { readonly reason?: string }): void {
      setLock(host, issueOf(on), actorOf(on), true, on.reason ?? null)
    },
    unlockIssue(on: OnIssue): void {
      setLock(host, issueOf(on), actorOf(on), false)
    },
    pinIssue(on: OnIssue): void {
      pinIssue(host, issueOf(on), actorOf(on), true)
    },
    unpinIssue(on: OnIssue): void {
      pinIssue(host, issueOf(on), actorOf(on), false)
    },
    createLabel(draft: By & { readonly name: string; readonly color?: string; readonly description?: string }): Label {
      return createLabel(host, repoOf(draft), actorOf(draft), draft)
    },
    editLabel(edit: By & { readonly name: string; readonly newName?: string; readonly color?: string }): Label {
      const label = labelOf(repoOf(edit), edit.name)
      editLabel(host, repoOf(edit), actorOf(edit), label, {
        ...(edit.newName === undefined ? {} : { name: edit.newName }),
        ...(edit.color === undefined ? {} : { color: edit.color }),
      })
      return label
    },
    deleteLabel(on: By & { readonly name: string }): void {
      deleteLabel(host, repoOf(on), actorOf(on), labelOf(repoOf(on), on.name))
    },
    createMilestone(
      draft: By & { readonly title: string; readonly description?: string; readonly dueOn?: string },
    ): Milestone {
      return createMilestone(host, repoOf(draft), actorOf(draft), draft)
    },
    editMilestone(
      edit: By & { readonly title: string; readonly newTitle?: string; readonly state?: 'open' | 'closed' },
    ): Milestone {
      const milestone = milestoneOf(repoOf(edit), edit.title)
      editMilestone(host, repoOf(edit), actorOf(edit), milestone, {
        ...(edit.newTitle === undefined ? {} : { title: edit.newTitle }),
        ...(edit.state === undefined ? {} : { state: edit.state }),
      })
      return milestone
    },
    /** Commits a file and pushes it; `content: null` deletes it. */
    pushFile(
      push: By & {
        readonly path: string
        readonly content: string | null
        readonly message?: string
        readonly branch?: string
      },
    ): string {
      const repo = repoOf(push)
      const branch = push.branch ?? repo.defaultBranch
      const before = repo.git.refs.get(`refs/heads/${branch}`)
      const sha = commitFiles(host, repo, actorOf(push), {
        message: push.message ?? `Update ${push.path}`,
        files: new Map([[push.path, push.content === null ? null : Buffer.from(push.content)]]),
        branch,
      })
      tellPush(host, repo, actorOf(push), `refs/heads/${branch}`, before, sha)
      followBranch(host, repo, actorOf(push), `refs/heads/${branch}`)
      return sha
    },
    openPullRequest(
      draft: By & { readonly title: string; readonly head: string; readonly base?: string; readonly body?: string },
    ): Issue {
      const repo = repoOf(draft)
      return openPull(host, repo, actorOf(draft), { ...draft, base: draft.base ?? repo.defaultBranch, draft: false })
    },
    addPerson(draft: NewPerson): Person {
      return addPerson(host, host.world.org, draft)
    },
    /** Leaves the organization; the account stays. */
    removeMember({ login }: { readonly login: string }): void {
      host.world.org.members.delete(login.toLowerCase())
    },
    addRepo(draft: NewRepo): Repo {
      return addRepo(host, host.world.org.account, draft)
    },
    addToken({ value, login }: { readonly value: string; readonly login: string }): void {
      addToken(host, value, person(login))
    },
    addActionsToken({
      value,
      repo,
      permissions,
    }: By & { readonly value: string; readonly permissions: Record<string, string> }): void {
      addActionsToken(host, value, repoOf(repo === undefined ? {} : { repo }), permissions)
    },
    installApp(on: By & { readonly slug?: string; readonly account?: string; readonly repos?: readonly string[] }): {
      readonly id: number
    } {
      const app = host.world.apps.find(({ slug }) => slug === on.slug) ?? host.world.app
      const account = on.account === undefined ? host.world.org.account : person(on.account)
      const repos = on.repos?.map((repo) => repoOf({ repo })) ?? null
      const { id } = installApp(host, app, account, actorOf(on), repos)
      return { id }
    },
    uninstallApp(on: By & { readonly id?: number }): void {
      const installation = host.world.installations.find(({ id }) => on.id === undefined || id === on.id)
      if (installation === undefined) return fail('there is no such installation')
      uninstallApp(host, installation, actorOf(on))
    },
    /** Where the App's webhooks go; `''` turns them off. */
    setWebhook({ url, secret }: { readonly url: string; readonly secret?: string }): void {
      host.world.app.webhookUrl = url
      if (secret !== undefined) host.world.app.webhookSecret = secret
    },
    /** A picture pasted into an issue: its address for Markdown. */
    uploadAttachment(file: By & { readonly base64: string; readonly contentType?: string }): { readonly url: string } {
      const id = `${host.world.ids.next('token').toString(16).padStart(8, '0')}-24f0-4a6b-9c1d-1f5e6a7b8c9d`
      const contentType = file.contentType ?? 'image/png'
      host.world.attachments.set(id, {
        id,
        repoId: repoOf(file).id,
        contentType,
        bytes: Buffer.from(file.base64, 'base64'),
      })
      return { url: `${host.payloadLinks().html}/user-attachments/assets/${id}` }
    },
    set(switches: Partial<Host['switches']>): Host['switches'] {
      for (const name of Object.keys(host.switches)) {
        const value = (switches as Record<string, unknown>)[name]
        if (value !== undefined) Object.assign(host.switches, { [name]: value })
      }
      return host.switches
    },
    /** The issue as stored, for tests that look at the world instead of asking it. */
    findIssue(on: OnIssue): Issue | undefined {
      const issue = repoOf(on).issues.get(Number(on.number))
      return issue === undefined || issue.deleted ? undefined : issue
    },
    renameRepo(on: By & { readonly name: string }): void {
      repoOf(on).name = on.name
    },
    deleteRepo(on: By): void {
      const repo = repoOf(on)
      host.world.repos.delete(repo.id)
      for (const issue of repo.issues.values()) host.world.issuesById.delete(issue.id)
    },
  }

  function fail(message: string): never {
    throw new Error(message)
  }
}
