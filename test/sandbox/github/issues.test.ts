import { describe, expect, it } from 'vitest'
import { asAda, asInstallation, callAs, withGitHub } from './caller.ts'

const ISSUES = '/repos/acme/rocket/issues'
const numbers = (body: readonly { readonly number: number }[]): number[] => body.map(({ number }) => number)

describe('issues of the GitHub sandbox', () => {
  it('are listed newest first, thirty a page, open ones only, with links by repository id', async () => {
    await withGitHub({}, async (server) => {
      const call = asAda(server)
      const { body, headers } = await call('GET', ISSUES)
      expect(body).toHaveLength(30)
      expect(body.every(({ state }: { state: string }) => state === 'open')).toBe(true)
      expect(numbers(body)).toEqual(numbers(body).toSorted((a, b) => b - a))
      expect(headers.get('link')).toBe(
        `<${server.url}/repositories/${server.world.repo.id}/issues?page=2>; rel="next", <${server.url}/repositories/${server.world.repo.id}/issues?page=2>; rel="last"`,
      )
      const next = await call('GET', `/repositories/${server.world.repo.id}/issues?page=2`)
      expect(next.headers.get('link')).toContain('rel="prev"')
      expect(next.headers.get('link')).not.toContain('rel="next"')
      expect((await call('GET', `${ISSUES}?per_page=1000&state=all`)).body).toHaveLength(40)
    })
  })

  it('name the repository in links as the caller did where a server does so', async () => {
    await withGitHub({ switches: { linkUrls: 'as-asked' } }, async (server) => {
      const { headers } = await asAda(server)('GET', `/api/v3${ISSUES}`)
      expect(headers.get('link')).toContain(`<${server.url}/api/v3/repos/acme/rocket/issues?page=2>`)
    })
  })

  it('are filtered by everything at once', async () => {
    await withGitHub({}, async (server) => {
      const call = asAda(server)
      const list = async (query: string) => numbers((await call('GET', `${ISSUES}?${query}`)).body)
      expect(await list('labels=BUG,engine')).toEqual([1])
      expect(await list('assignee=hedy&sort=created&direction=asc')).toEqual([2, 11, 13, 24])
      expect(await list('milestone=1&assignee=ada')).toEqual([36, 15, 1])
      expect(await list('milestone=none&assignee=none&labels=question')).toEqual([30])
      expect(await list('creator=passer-by&state=closed')).toEqual([10, 9])
      expect(await list('type=feature&direction=asc')).toEqual([14, 25, 34])
      expect((await call('GET', `${ISSUES}?milestone=soon`)).status).toBe(422)
      expect((await call('GET', `${ISSUES}?since=yesterday`)).status).toBe(422)
    })
  })

  it('come with `since` from that very second on, pull requests among them', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      server.clock.set('2026-03-01T10:00:00Z')
      server.act.openIssue({ title: 'old' })
      server.clock.set('2026-03-01T10:00:01.900Z')
      server.act.openIssue({ title: 'new' })
      server.act.pushFile({ path: 'b', content: 'b', branch: 'topic' })
      server.act.openPullRequest({ title: 'change', head: 'topic' })
      const { body } = await asAda(server)('GET', `${ISSUES}?since=2026-03-01T10:00:01Z&sort=updated&direction=asc`)
      expect(
        body.map((each: { title: string; pull_request?: object }) => [each.title, each.pull_request !== undefined]),
      ).toEqual([
        ['new', false],
        ['change', true],
      ])
      expect(body[0].updated_at).toBe('2026-03-01T10:00:01Z')
    })
  })

  it('move up in the list sorted by update as soon as they change, and only by real changes', async () => {
    await withGitHub({}, async (server) => {
      const call = asAda(server)
      const first = async () => numbers((await call('GET', `${ISSUES}?sort=updated&state=all&per_page=1`)).body)[0]
      await call('PATCH', `${ISSUES}/7`, { title: 'No body at all' })
      expect(await first()).toBe(40)
      await call('PATCH', `${ISSUES}/7`, { body: 'Now there is one' })
      expect(await first()).toBe(7)
      await call('POST', `${ISSUES}/4/comments`, { body: 'A word' })
      server.clock.advance(1000)
      server.act.comment({ number: 5, body: 'Another' })
      expect(await first()).toBe(5)
    })
  })

  it('move by an edited comment, or not, as the switch says', async () => {
    for (const touches of [true, false]) {
      await withGitHub({ switches: { commentEditTouchesIssue: touches } }, async (server) => {
        server.clock.set('2026-06-01T00:00:00Z')
        const { id } = server.act.comment({ number: 1, body: 'one' })
        server.clock.set('2026-06-02T00:00:00Z')
        await asAda(server)('PATCH', `${ISSUES}/comments/${id}`, { body: 'two' })
        expect(server.act.findIssue({ number: 1 })!.updatedAt).toBe(
          touches ? '2026-06-02T00:00:00Z' : '2026-06-01T00:00:00Z',
        )
        const comments = await asAda(server)('GET', `${ISSUES}/comments?since=2026-06-01T12:00:00Z`)
        expect(comments.body.map(({ body }: { body: string }) => body)).toEqual(['two'])
      })
    }
  })

  it('are created with labels made on the way, whatever the letter case', async () => {
    await withGitHub({}, async (server) => {
      const { status, headers, body } = await asAda(server)('POST', ISSUES, {
        title: 'New',
        labels: ['BUG', 'fresh', { name: 'Fresh' }],
        milestone: 1,
        type: 'bug',
      })
      expect(status).toBe(201)
      expect(headers.get('location')).toBe(body.url)
      expect(body.labels.map(({ name, color }: { name: string; color: string }) => [name, color])).toEqual([
        ['bug', 'd73a4a'],
        ['fresh', 'ededed'],
      ])
      expect(body.milestone.title).toBe('v1.0')
      expect(body.type.name).toBe('Bug')
    })
  })

  it('are refused whole, with what is wrong named', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const call = asAda(server)
      const errors = async (body: object) => (await call('POST', ISSUES, body)).body.errors
      expect(await errors({ title: '' })).toEqual([{ resource: 'Issue', code: 'missing_field', field: 'title' }])
      expect((await errors({ title: 'x'.repeat(257) }))[0].message).toBe(
        'title is too long (maximum is 256 characters)',
      )
      expect((await errors({ title: 'x', body: 'x'.repeat(65_537) }))[0].message).toBe(
        'body is too long (maximum is 65536 characters)',
      )
      expect(await errors({ title: 'x', milestone: 9 })).toEqual([
        { value: 9, resource: 'Issue', field: 'milestone', code: 'invalid' },
      ])
      expect((await call('POST', ISSUES, '{"title": ')).body.message).toBe('Problems parsing JSON')
      expect((await call('POST', ISSUES, '[]')).body.message).toBe('Body should be a JSON object')
      expect(server.world.repo.issues.size).toBe(0)
    })
  })

  it('refuse or drop people who cannot be assigned, as the switch says', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const refused = await asAda(server)('POST', ISSUES, { title: 'x', assignees: ['ada', 'passer-by'] })
      expect(refused.status).toBe(422)
      expect(refused.body.errors).toEqual([
        { value: 'passer-by', resource: 'Issue', field: 'assignees', code: 'invalid' },
      ])
    })
    await withGitHub({ seed: 'empty', switches: { unknownAssignees: 'drop' } }, async (server) => {
      const { body } = await asAda(server)('POST', ISSUES, { title: 'x', assignees: ['ada', 'passer-by'] })
      expect(body.assignees.map(({ login }: { login: string }) => login)).toEqual(['ada'])
    })
  })

  it('take assignees one call later, dropping strangers in silence and stopping at ten', async () => {
    const people = ['ada', ...Array.from({ length: 12 }, (_, n) => `p${n}`)].map((login) => ({
      login,
      role: login === 'ada' ? ('admin' as const) : ('member' as const),
    }))
    await withGitHub({ seed: { people } }, async (server) => {
      const call = asAda(server)
      await call('POST', ISSUES, { title: 'x' })
      const added = await call('POST', `${ISSUES}/1/assignees`, {
        assignees: ['P1', 'nobody', ...people.map(({ login }) => login)],
      })
      expect(added.status).toBe(201)
      expect(added.body.assignees).toHaveLength(10)
      expect(added.body.assignee.login).toBe('p1')
      const removed = await call('DELETE', `${ISSUES}/1/assignees`, { assignees: ['p1', 'p11'] })
      expect(removed.body.assignees).toHaveLength(9)
      expect((await call('GET', '/repos/acme/rocket/assignees/p11')).status).toBe(204)
      expect((await call('GET', '/repos/acme/rocket/assignees/nobody')).status).toBe(404)
    })
  })

  it('close and reopen with a reason', async () => {
    await withGitHub({}, async (server) => {
      const call = asAda(server)
      const closed = await call('PATCH', `${ISSUES}/1`, { state: 'closed', state_reason: 'not_planned' })
      expect([closed.body.state, closed.body.state_reason, closed.body.closed_by.login]).toEqual([
        'closed',
        'not_planned',
        'ada',
      ])
      const again = await call('PATCH', `${ISSUES}/1`, { state: 'closed', state_reason: 'duplicate' })
      expect([again.body.state_reason, again.body.closed_at]).toEqual(['duplicate', closed.body.closed_at])
      const open = await call('PATCH', `${ISSUES}/1`, { state: 'open' })
      expect([open.body.state, open.body.state_reason, open.body.closed_at, open.body.closed_by]).toEqual([
        'open',
        'reopened',
        null,
        null,
      ])
      expect((await call('PATCH', `${ISSUES}/1`, { state: 'done' })).status).toBe(422)
      expect((await call('PATCH', `${ISSUES}/1`, { state: 'closed', state_reason: 'bored' })).status).toBe(422)
    })
  })

  it('answer 410 once deleted and 301 once transferred, to where they now are', async () => {
    await withGitHub({}, async (server) => {
      const call = asAda(server)
      server.act.addRepo({ name: 'moon' })
      server.act.deleteIssue({ number: 2 })
      const gone = await call('GET', `${ISSUES}/2`)
      expect([gone.status, gone.body.message]).toEqual([410, 'This issue was deleted'])
      expect((await call('POST', `${ISSUES}/2/comments`, { body: 'x' })).status).toBe(410)
      const moved = server.act.transferIssue({ number: 1, to: 'acme/moon' })
      const away = await call('GET', `${ISSUES}/1`)
      expect([away.status, away.body.message]).toEqual([301, 'Moved Permanently'])
      expect(away.headers.get('location')).toBe(away.body.url)
      const there = await call('GET', away.body.url)
      expect([there.body.id, there.body.number, there.body.title]).toEqual([
        moved.id,
        1,
        'Engine does not start in the cold',
      ])
      expect(there.body.labels.map(({ name }: { name: string }) => name)).toEqual(['bug'])
      expect((await call('GET', `${there.body.url}/comments`)).body).toHaveLength(2)
      expect(numbers((await call('GET', `${ISSUES}?state=all&per_page=100`)).body)).not.toContain(1)
    })
  })

  it('have sub-issues, one parent each, in an order of their own', async () => {
    await withGitHub({}, async (server) => {
      const call = asAda(server)
      const id = (number: number) => server.act.findIssue({ number })!.id
      for (const child of [2, 3, 4]) await call('POST', `${ISSUES}/1/sub_issues`, { sub_issue_id: id(child) })
      const order = async () => numbers((await call('GET', `${ISSUES}/1/sub_issues`)).body)
      expect(await order()).toEqual([2, 3, 4])
      await call('PATCH', `${ISSUES}/1/sub_issues/priority`, { sub_issue_id: id(4), before_id: id(2) })
      expect(await order()).toEqual([4, 2, 3])
      const child = await call('GET', `${ISSUES}/4`)
      expect(child.body.parent_issue_url).toBe(`${server.url}${ISSUES}/1`)
      expect((await call('GET', `${ISSUES}/4/parent`)).body.number).toBe(1)
      expect((await call('POST', `${ISSUES}/5/sub_issues`, { sub_issue_id: id(4) })).body.message).toContain(
        'only have one parent',
      )
      expect((await call('POST', `${ISSUES}/4/sub_issues`, { sub_issue_id: id(1) })).body.message).toContain('circular')
      expect((await call('POST', `${ISSUES}/5/sub_issues`, { sub_issue_id: id(4), replace_parent: true })).status).toBe(
        201,
      )
      server.act.closeIssue({ number: 2 })
      expect((await call('GET', `${ISSUES}/1`)).body.sub_issues_summary).toEqual({
        total: 2,
        completed: 1,
        percent_completed: 50,
      })
      expect((await call('DELETE', `${ISSUES}/1/sub_issue`, { sub_issue_id: id(2) })).status).toBe(200)
      expect((await call('POST', `${ISSUES}/1/sub_issues`, { sub_issue_id: 3 })).status).toBe(404)
    })
  })

  it('tell their story in the timeline', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const { act } = server
      act.openIssue({ as: 'grace', title: 'One', labels: ['bug'] })
      act.comment({ number: 1, as: 'hedy', body: 'hm' })
      server.clock.advance(2000)
      act.editIssue({ number: 1, title: 'Two' })
      act.assign({ number: 1, assignees: ['hedy'] })
      act.closeIssue({ number: 1 })
      const { body } = await asAda(server)('GET', `${ISSUES}/1/timeline`)
      expect(body.map(({ event }: { event: string }) => event)).toEqual([
        'labeled',
        'commented',
        'renamed',
        'assigned',
        'closed',
      ])
      expect(body[2].rename).toEqual({ from: 'One', to: 'Two' })
    })
  })

  it('keep their labels through renames and lose deleted ones', async () => {
    await withGitHub({}, async (server) => {
      const call = asAda(server)
      await call('PATCH', '/repos/acme/rocket/labels/engine', { new_name: 'Motor / Engine' })
      const names = async () => (await call('GET', `${ISSUES}/1/labels`)).body.map(({ name }: { name: string }) => name)
      expect(await names()).toEqual(['bug', 'Motor / Engine'])
      expect((await call('DELETE', `${ISSUES}/1/labels/${encodeURIComponent('motor / engine')}`)).status).toBe(200)
      expect((await call('DELETE', `${ISSUES}/1/labels/bugs`)).body.message).toBe('Label does not exist')
      await call('DELETE', '/repos/acme/rocket/labels/bug')
      expect(await names()).toEqual([])
      expect((await call('POST', '/repos/acme/rocket/labels', { name: 'WontFix' })).body.errors).toEqual([
        { resource: 'Label', code: 'already_exists', field: 'name' },
      ])
      expect((await call('POST', '/repos/acme/rocket/labels', { name: 'x', color: 'red' })).body.errors).toEqual([
        { resource: 'Label', code: 'invalid', field: 'color' },
      ])
    })
  })

  it('can be locked against comments of passers-by', async () => {
    await withGitHub({}, async (server) => {
      server.act.addToken({ value: 'ghp_passer', login: 'passer-by' })
      const passer = callAs(server, 'token ghp_passer')
      expect((await passer('POST', `${ISSUES}/1/comments`, { body: 'hi' })).status).toBe(201)
      await asAda(server)('PUT', `${ISSUES}/1/lock`, { lock_reason: 'too heated' })
      expect((await passer('POST', `${ISSUES}/1/comments`, { body: 'hi' })).body.message).toBe(
        'Unable to create comment because issue is locked.',
      )
      expect((await asAda(server)('GET', `${ISSUES}/1`)).body.active_lock_reason).toBe('too heated')
    })
  })

  it('let strangers open an issue, without their labels and assignees, and change only their own', async () => {
    await withGitHub({}, async (server) => {
      server.act.addToken({ value: 'ghp_passer', login: 'passer-by' })
      const passer = callAs(server, 'token ghp_passer')
      const { body } = await passer('POST', ISSUES, { title: 'Mine', labels: ['bug'], assignees: ['ada'] })
      expect([body.labels, body.assignees, body.author_association]).toEqual([[], [], 'NONE'])
      expect((await passer('PATCH', `${ISSUES}/${body.number}`, { title: 'Still mine' })).status).toBe(200)
      expect((await passer('PATCH', `${ISSUES}/1`, { title: 'Not mine' })).status).toBe(403)
      expect((await passer('POST', `${ISSUES}/1/labels`, { labels: ['bug'] })).status).toBe(403)
    })
  })

  it('show who wrote through which App', async () => {
    await withGitHub({}, async (server) => {
      const bot = await asInstallation(server)
      const { body } = await bot('POST', ISSUES, { title: 'By an App' })
      expect([body.user.login, body.user.type, body.performed_via_github_app.id]).toEqual([
        'lockstep-sandbox[bot]',
        'Bot',
        1,
      ])
      const actions = callAs(server, 'token ghs_sandbox_actions')
      const comment = await actions('POST', `${ISSUES}/1/comments`, { body: 'By a workflow' })
      expect([comment.body.user.login, comment.body.performed_via_github_app.slug]).toEqual([
        'github-actions[bot]',
        'github-actions',
      ])
    })
  })

  it('react once per person and sign', async () => {
    await withGitHub({}, async (server) => {
      const call = asAda(server)
      expect((await call('POST', `${ISSUES}/1/reactions`, { content: 'eyes' })).status).toBe(201)
      expect((await call('POST', `${ISSUES}/1/reactions`, { content: 'eyes' })).status).toBe(200)
      expect((await call('POST', `${ISSUES}/1/reactions`, { content: 'shrug' })).status).toBe(422)
      expect((await call('GET', `${ISSUES}/1`)).body.reactions.eyes).toBe(1)
    })
  })

  it('render their text on demand, with pictures of private repositories signed for five minutes', async () => {
    await withGitHub({ seed: { repos: [{ name: 'rocket', private: true }] } }, async (server) => {
      const { url } = server.act.uploadAttachment({ base64: 'iVBORw==' })
      server.act.openIssue({ title: 'Picture', body: `See\n\n![it](${url})` })
      const { body } = await asAda(server)('GET', `${ISSUES}/1`, undefined, {
        accept: 'application/vnd.github.full+json',
      })
      expect(body.body).toContain(url)
      const signed = /src="([^"]+)"/.exec(body.body_html)![1]!
      expect((await asAda(server)('GET', url)).status).toBe(404)
      expect((await fetch(signed)).headers.get('content-type')).toBe('image/png')
      server.clock.advance(301_000)
      expect((await fetch(signed)).status).toBe(404)
    })
  })
})
