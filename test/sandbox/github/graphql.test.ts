import { describe, expect, it } from 'vitest'
import { asAda, asInstallation, callAs, withGitHub } from './caller.ts'
import type { Caller } from './caller.ts'

const ask = async (call: Caller, query: string, variables: object = {}, path = '/graphql') =>
  (await call('POST', path, { query, variables })).body

const EMAILS =
  'query ($login: String!, $org: String!) { user(login: $login) { login email verified: organizationVerifiedDomainEmails(login: $org) } }'

describe('GraphQL of the GitHub sandbox', () => {
  it('tells addresses on verified domains to members and to Apps that may see members', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const variables = { login: 'hedy', org: 'acme' }
      const hedy = {
        data: {
          user: { login: 'hedy', email: '', verified: ['hedy.kiesler@example.com', 'hkiesler@corp.example.com'] },
        },
      }
      expect(await ask(asAda(server), EMAILS, variables)).toEqual(hedy)
      expect(await ask(await asInstallation(server), EMAILS, variables, '/api/graphql')).toEqual(hedy)
      const blind = await asInstallation(server, { permissions: { issues: 'read' } })
      expect((await ask(blind, EMAILS, variables)).data.user.verified).toEqual([])
      server.act.addToken({ value: 'ghp_passer', login: 'passer-by' })
      expect((await ask(callAs(server, 'token ghp_passer'), EMAILS, variables)).data.user.verified).toEqual([])
    })
  })

  it('tells SAML identities by pages to owners, and refuses Apps without the permission', async () => {
    const query = `query ($after: String) { organization(login: "acme") { samlIdentityProvider { externalIdentities(first: 2, after: $after) {
      pageInfo { hasNextPage endCursor } edges { node { samlIdentity { nameId emails { value } } user { login } } } } } } }`
    await withGitHub({ seed: 'empty' }, async (server) => {
      expect((await ask(asAda(server), query)).data.organization.samlIdentityProvider).toBeNull()
      server.world.org.samlSsoUrl = 'https://sso.example.com'
      const first = (await ask(asAda(server), query)).data.organization.samlIdentityProvider.externalIdentities
      expect(first.edges[0].node).toEqual({
        samlIdentity: { nameId: 'ada.byron@example.com', emails: [{ value: 'ada.byron@example.com' }] },
        user: { login: 'ada' },
      })
      expect(first.pageInfo.hasNextPage).toBe(true)
      const second = (await ask(asAda(server), query, { after: first.pageInfo.endCursor })).data.organization
        .samlIdentityProvider.externalIdentities
      expect(second.edges.map((edge: { node: { user: { login: string } } }) => edge.node.user.login)).toEqual([
        'hedy',
        'mstein',
      ])
      expect(second.pageInfo.hasNextPage).toBe(false)
      const refused = await ask(await asInstallation(server), query)
      expect(refused.data.organization.samlIdentityProvider).toBeNull()
      expect(refused.errors[0]).toMatchObject({
        type: 'FORBIDDEN',
        path: ['organization', 'samlIdentityProvider'],
        message: 'Resource not accessible by integration',
      })
    })
  })

  it('hides and shows comments', async () => {
    await withGitHub({}, async (server) => {
      const call = await asInstallation(server)
      const comments = '/repos/acme/rocket/issues/1/comments'
      const { node_id, id } = (await call('GET', comments)).body[0]
      const hidden = await ask(
        call,
        'mutation ($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { minimizedComment { isMinimized minimizedReason } } }',
        { id: node_id },
      )
      expect(hidden).toEqual({
        data: { minimizeComment: { minimizedComment: { isMinimized: true, minimizedReason: 'outdated' } } },
      })
      expect((await call('GET', `/repos/acme/rocket/issues/comments/${id}`)).body.minimized).toEqual({
        reason: 'outdated',
      })
      await ask(
        call,
        'mutation ($id: ID!) { unminimizeComment(input: { subjectId: $id }) { unminimizedComment { isMinimized } } }',
        { id: node_id },
      )
      expect((await call('GET', `/repos/acme/rocket/issues/comments/${id}`)).body.minimized).toBeNull()
      expect(
        (
          await ask(
            call,
            'mutation { minimizeComment(input: {subjectId: "IC_x", classifier: SPAM}) { clientMutationId } }',
          )
        ).errors[0].type,
      ).toBe('NOT_FOUND')
    })
  })

  it('explains fields it does not have, people it does not know and queries it cannot read', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const call = asAda(server)
      expect(await ask(call, '{ viewer { login } }')).toEqual({ data: { viewer: { login: 'ada' } } })
      expect((await ask(call, 'query {\n  wishes { id }\n}')).errors).toEqual([
        {
          path: ['query', 'wishes'],
          extensions: { code: 'undefinedField', typeName: 'Query', fieldName: 'wishes' },
          locations: [{ line: 2, column: 3 }],
          message: "Field 'wishes' doesn't exist on type 'Query'",
        },
      ])
      const nobody = await ask(call, '{ user(login: "nobody") { login } }')
      expect([nobody.data, nobody.errors[0].type]).toEqual([{ user: null }, 'NOT_FOUND'])
      expect((await ask(call, '{ viewer { login ')).errors[0].message).toContain('(end of source)')
      expect((await call('POST', '/graphql', {})).status).toBe(400)
      expect((await callAs(server, null)('POST', '/graphql', { query: '{ viewer { login } }' })).status).toBe(401)
    })
  })

  it('hides private repositories and their comments from strangers', async () => {
    await withGitHub(
      { seed: { repos: [{ name: 'rocket', private: true }], issues: [{ title: 'Secret' }] } },
      async (server) => {
        server.act.comment({ number: 1, body: 'secret' })
        server.act.addToken({ value: 'ghp_passer', login: 'passer-by' })
        const query = '{ repository(owner: "acme", name: "rocket") { issue(number: 1) { title } } }'
        expect((await ask(asAda(server), query)).data.repository.issue.title).toBe('Secret')
        const hidden = await ask(callAs(server, 'token ghp_passer'), query)
        expect([hidden.data.repository, hidden.errors[0].type]).toEqual([null, 'NOT_FOUND'])
        const { node_id } = (await asAda(server)('GET', '/repos/acme/rocket/issues/1/comments')).body[0]
        const minimize = `mutation { minimizeComment(input: { subjectId: "${node_id}", classifier: SPAM }) { clientMutationId } }`
        expect((await ask(callAs(server, 'token ghp_passer'), minimize)).errors[0].type).toBe('NOT_FOUND')
      },
    )
  })
})
