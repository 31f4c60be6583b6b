import { allows, requireRole, roleOf } from './auth.ts'
import type { Who } from './auth.ts'
import type { Host } from './host.ts'
import type { Links } from './links.ts'
import { commentNodeId, issueNodeId, repoOfIssue } from './render-issues.ts'
import { personNodeId } from './render.ts'
import { findPerson, findRepo, fullName } from './world.ts'
import type { Comment, Issue, Org, Person, Repo } from './world.ts'

/** An object of the graph: a type name and what each field gives. */
export interface Node {
  readonly type: string
  readonly fields: Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => unknown>>
}

/** Thrown by a field; the answer then has `null` there and this in `errors`. */
function graphFail(type: string, message: string): never {
  throw Object.assign(new Error(message), { graphType: type })
}

/** What can be asked and done, as far as it is modelled. */
export function createGraph(host: Host, who: Who, links: Links) {
  const { world } = host

  const visible = (repo: Repo): boolean => roleOf(world, who, repo) !== 'none'

  const leaf = (type: string, values: Readonly<Record<string, unknown>>): Node => ({
    type,
    fields: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => value])),
  })

  function connection(type: string, nodes: readonly Node[], args: Readonly<Record<string, unknown>>): Node {
    if (args['first'] === undefined && args['last'] === undefined) {
      return graphFail(
        'MISSING_PAGINATION_BOUNDARIES',
        `You must provide a \`first\` or \`last\` value to properly paginate the connection.`,
      )
    }
    const start =
      typeof args['after'] === 'string'
        ? Number(Buffer.from(args['after'], 'base64').toString().replace('cursor:', ''))
        : 0
    const count = Number(args['first'] ?? args['last'])
    const page = nodes.slice(start, start + count)
    const cursor = (index: number): string => Buffer.from(`cursor:${start + index + 1}`).toString('base64')
    return leaf(`${type}Connection`, {
      totalCount: nodes.length,
      nodes: page,
      edges: page.map((node, index) => leaf(`${type}Edge`, { node, cursor: cursor(index) })),
      pageInfo: leaf('PageInfo', {
        hasNextPage: start + count < nodes.length,
        hasPreviousPage: start > 0,
        startCursor: page.length === 0 ? null : cursor(0),
        endCursor: page.length === 0 ? null : cursor(page.length - 1),
      }),
    })
  }

  /** A member's view; an App needs `members: read` where it is installed. */
  function sees(org: Org): boolean {
    if (who.kind === 'installation')
      return who.installation?.account === org.account && allows(who.token?.permissions ?? {}, 'members:read')
    return who.person !== null && who.kind !== 'actions' && org.members.has(who.person.login.toLowerCase())
  }

  const user = (person: Person): Node => ({
    type: person.type,
    fields: {
      id: () => personNodeId(person),
      databaseId: () => person.id,
      login: () => person.login,
      name: () => person.name,
      email: () => person.publicEmail ?? '',
      url: () => `${links.html}/${person.login}`,
      avatarUrl: () => `${links.html}/avatars/u/${person.id}?v=4`,
      organizationVerifiedDomainEmails({ login }) {
        const org = world.orgs.get(String(login).toLowerCase())
        return org !== undefined && sees(org) && org.members.has(person.login.toLowerCase())
          ? person.verifiedEmails
          : []
      },
    },
  })

  function identity(person: Person): Node {
    const name = person.samlNameId ?? ''
    return leaf('ExternalIdentity', {
      guid: personNodeId(person),
      user: user(person),
      samlIdentity: leaf('ExternalIdentitySamlAttributes', {
        nameId: name,
        username: name,
        emails: [leaf('UserEmailMetadata', { value: name, primary: true, type: null })],
      }),
      scimIdentity: null,
    })
  }

  const organization = (org: Org): Node => ({
    type: 'Organization',
    fields: {
      id: () => personNodeId(org.account),
      databaseId: () => org.account.id,
      login: () => org.account.login,
      name: () => org.account.name,
      membersWithRole(args) {
        const members = sees(org) ? [...org.members.keys()].flatMap((login) => findPerson(world, login) ?? []) : []
        return connection('OrganizationMember', members.map(user), args)
      },
      samlIdentityProvider() {
        if (who.kind === 'installation' || who.kind === 'actions') {
          const may =
            who.installation?.account === org.account &&
            allows(who.token?.permissions ?? {}, 'organization_administration:read')
          if (!may) return graphFail('FORBIDDEN', 'Resource not accessible by integration')
        } else if (org.members.get(who.person?.login.toLowerCase() ?? '') !== 'admin') {
          return null
        }
        if (org.samlSsoUrl === null) return null
        const people = [...org.members.keys()]
          .flatMap((login) => findPerson(world, login) ?? [])
          .filter(({ samlNameId }) => samlNameId !== null)
        return {
          type: 'OrganizationIdentityProvider',
          fields: {
            id: () => `OIP_${org.account.id}`,
            ssoUrl: () => org.samlSsoUrl,
            externalIdentities(args: Readonly<Record<string, unknown>>) {
              const found = people.filter(
                (person) => typeof args['login'] !== 'string' || person.login === args['login'],
              )
              return connection('ExternalIdentity', found.map(identity), args)
            },
          },
        }
      },
    },
  })

  const issueNode = (issue: Issue): Node =>
    leaf('Issue', {
      id: issueNodeId(issue),
      databaseId: issue.id,
      number: issue.number,
      title: issue.title,
      body: issue.body ?? '',
      state: issue.state.toUpperCase(),
      url: `${links.html}/${fullName(repoOfIssue(world, issue))}/issues/${issue.number}`,
    })

  const repository = (repo: Repo): Node => ({
    type: 'Repository',
    fields: {
      id: () => String(repo.id),
      databaseId: () => repo.id,
      name: () => repo.name,
      nameWithOwner: () => fullName(repo),
      issue({ number }) {
        const issue = repo.issues.get(Number(number))
        if (issue === undefined || issue.deleted)
          return graphFail('NOT_FOUND', `Could not resolve to an Issue with the number of ${String(number)}.`)
        return issueNode(issue)
      },
    },
  })

  const query: Node = {
    type: 'Query',
    fields: {
      viewer: () =>
        who.person === null ? graphFail('FORBIDDEN', 'Resource not accessible by integration') : user(who.person),
      user({ login }) {
        const person = findPerson(world, String(login))
        if (person?.type !== 'User')
          return graphFail('NOT_FOUND', `Could not resolve to a User with the login of '${String(login)}'.`)
        return user(person)
      },
      organization({ login }) {
        const org = world.orgs.get(String(login).toLowerCase())
        return org === undefined
          ? graphFail('NOT_FOUND', `Could not resolve to an Organization with the login of '${String(login)}'.`)
          : organization(org)
      },
      repository({ owner, name }) {
        const repo = findRepo(world, String(owner), String(name))
        return repo === undefined || !visible(repo)
          ? graphFail(
              'NOT_FOUND',
              `Could not resolve to a Repository with the name '${String(owner)}/${String(name)}'.`,
            )
          : repository(repo)
      },
      rateLimit: () => leaf('RateLimit', { limit: 5000, cost: 1, remaining: 4999, used: 1, resetAt: null }),
    },
  }

  function minimizable(id: unknown): { readonly comment: Comment; readonly repo: Repo } {
    for (const repo of [...world.repos.values()].filter(visible)) {
      for (const comment of repo.comments.values()) if (commentNodeId(comment) === id) return { comment, repo }
    }
    return graphFail('NOT_FOUND', `Could not resolve to a node with the global id of '${String(id)}'`)
  }

  function minimize(input: unknown, minimized: boolean): Node {
    const { subjectId, classifier, clientMutationId } = input as Record<string, unknown>
    const { comment, repo } = minimizable(subjectId)
    const permitted = who.token?.permissions ?? null
    if (permitted !== null && !allows(permitted, 'issues:write'))
      return graphFail('FORBIDDEN', 'Resource not accessible by integration')
    requireRole(world, who, repo, 'triage')
    comment.minimized = minimized ? String(classifier) : null
    const shown = leaf('IssueComment', {
      id: commentNodeId(comment),
      isMinimized: minimized,
      minimizedReason: minimized ? String(classifier).toLowerCase().replace('_', '-') : null,
      viewerCanMinimize: true,
    })
    return leaf(minimized ? 'MinimizeCommentPayload' : 'UnminimizeCommentPayload', {
      clientMutationId: clientMutationId ?? null,
      [minimized ? 'minimizedComment' : 'unminimizedComment']: shown,
    })
  }

  const mutation: Node = {
    type: 'Mutation',
    fields: {
      minimizeComment: ({ input }) => minimize(input, true),
      unminimizeComment: ({ input }) => minimize(input, false),
    },
  }
  return { query, mutation }
}
