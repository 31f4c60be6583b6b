import { describe, expect, it } from 'vitest'
import { newIssue, withJira } from './asking.ts'

const errorsOf = async (fields: Record<string, unknown>) => {
  const { ask } = await withJira()
  const { status, body } = await ask('POST issue', { body: newIssue(fields) })
  expect(status).toBe(400)
  return body
}

describe('creating an issue', () => {
  it('answers id, key and self, and the issue is complete', async () => {
    const { jira, ask } = await withJira({ switches: { serverZone: '+0200', baseUrl: 'https://jira.example.com' } })
    jira.clock.set('2026-02-03T04:05:06.789Z')
    const { status, body } = await ask('POST issue', {
      body: newIssue({
        labels: ['b', 'a'],
        priority: { id: '2' },
        assignee: { name: 'ada' },
        fixVersions: [{ name: '1.0' }],
        components: [{ name: 'API' }],
      }),
    })
    expect(status).toBe(201)
    expect(body).toEqual({ id: body.id, key: 'PLAT-5', self: `https://jira.example.com/rest/api/2/issue/${body.id}` })
    const { fields } = (await ask('issue/PLAT-5')).body
    expect(fields).toMatchObject({
      summary: 'Something',
      labels: ['a', 'b'],
      priority: { name: 'High' },
      assignee: { name: 'ada' },
      reporter: { name: 'lockstep' },
      status: { name: 'To Do', statusCategory: { key: 'new' } },
      resolution: null,
      created: '2026-02-03T06:05:06.789+0200',
      updated: '2026-02-03T06:05:06.789+0200',
      fixVersions: [{ name: '1.0' }],
      components: [{ name: 'api' }],
    })
  })

  it.each([
    ['summary', '', 'You must specify a summary of the issue.'],
    ['summary', 'x'.repeat(256), 'Summary must be less than 255 characters.'],
    ['summary', 'two\nlines', 'The summary is invalid because it contains newline characters.'],
    [
      'description',
      'x'.repeat(32_768),
      'The entered text is too long. It exceeds the allowed limit of 32,767 characters.',
    ],
    ['labels', ['two words'], "The label 'two words' contains spaces which is invalid."],
    ['labels', 'one', 'data was not an array'],
    ['priority', { id: '99' }, 'The priority selected is invalid.'],
    ['priority', { name: 'Huge' }, "Priority name 'Huge' is not valid"],
    ['fixVersions', [{ name: '9' }], "Version name '9' is not valid"],
    ['components', [{ name: 'no' }], "Component name 'no' is not valid"],
    ['issuetype', { id: '99' }, 'The issue type selected is invalid.'],
    ['issuetype', { name: 'Nothing' }, 'valid issue type is required'],
    ['issuetype', { name: 'Sub-task' }, 'Issue type is a sub-task but parent issue key or id not specified.'],
    ['assignee', { name: 'nobody' }, "User 'nobody' does not exist."],
    ['assignee', { name: 'eli' }, "User 'eli' cannot be assigned issues."],
    ['project', { key: 'NONE' }, 'valid project is required'],
    [
      'resolution',
      { name: 'Done' },
      "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown.",
    ],
    ['invented', 1, "Field 'invented' cannot be set. It is not on the appropriate screen, or unknown."],
  ])('refuses %s %j', async (field, value, message) => {
    expect(await errorsOf({ [field]: value })).toEqual({ errorMessages: [], errors: { [field]: message } })
  })

  it('names every wrong field at once, and needs a body', async () => {
    const { ask } = await withJira()
    const { body } = await ask('POST issue', { body: newIssue({ summary: '', labels: ['a b'] }) })
    expect(Object.keys(body.errors).toSorted()).toEqual(['labels', 'summary'])
    expect((await ask('POST issue', { body: {} })).body.errorMessages).toEqual(["one of 'fields' or 'update' required"])
    expect((await ask('POST issue', { body: '{broken', headers: { 'content-type': 'application/json' } })).status).toBe(
      400,
    )
  })

  it('asks for the fields a project requires', async () => {
    const { jira, ask } = await withJira()
    jira.acts.changeProject({ project: 'PLAT', requiredFields: ['description', 'components'] })
    const { body } = await ask('POST issue', { body: newIssue({ description: 'given' }) })
    expect(body.errors).toEqual({ components: 'Component/s is required.' })
    const meta = (await ask('issue/createmeta/PLAT/issuetypes/10002')).body.values
    expect(
      meta
        .filter(({ required }: { required: boolean }) => required)
        .map(({ fieldId }: { fieldId: string }) => fieldId)
        .toSorted(),
    ).toEqual(['components', 'description', 'issuetype', 'project', 'summary'])
  })

  it('lets the limit of texts be lifted', async () => {
    const { ask } = await withJira({ switches: { textLimit: 0 } })
    expect((await ask('POST issue', { body: newIssue({ description: 'x'.repeat(40_000) }) })).status).toBe(201)
  })

  it('in bulk tells which element failed', async () => {
    const { ask } = await withJira()
    const { status, body } = await ask('POST issue/bulk', {
      body: { issueUpdates: [newIssue(), newIssue({ summary: '' }), newIssue()] },
    })
    expect(status).toBe(201)
    expect(body.issues.map(({ key }: { key: string }) => key)).toEqual(['PLAT-5', 'PLAT-6'])
    expect(body.errors).toEqual([
      {
        status: 400,
        elementErrors: { errorMessages: [], errors: { summary: 'You must specify a summary of the issue.' } },
        failedElementNumber: 1,
      },
    ])
    expect((await ask('POST issue/bulk', { body: { issueUpdates: [newIssue({ summary: '' })] } })).status).toBe(400)
  })

  it('makes sub-tasks and stories of an epic', async () => {
    const { ask } = await withJira()
    const child = await ask('POST issue', {
      body: newIssue({ issuetype: { name: 'Sub-task' }, parent: { key: 'PLAT-1' } }),
    })
    expect((await ask('issue/PLAT-1')).body.fields.subtasks).toMatchObject([{ key: child.body.key }])
    expect((await ask(`issue/${child.body.key}`)).body.fields.parent).toMatchObject({ key: 'PLAT-1' })
    await ask('POST issue', { body: newIssue({ issuetype: { name: 'Epic' }, customfield_10103: 'Big' }) })
    await ask('PUT issue/PLAT-2', { body: { fields: { customfield_10100: 'PLAT-6' } } })
    expect((await ask('issue/PLAT-2')).body.fields.customfield_10100).toBe('PLAT-6')
    expect((await ask('PUT issue/PLAT-2', { body: { fields: { customfield_10100: 'PLAT-1' } } })).status).toBe(400)
    expect((await ask('DELETE issue/PLAT-1')).status).toBe(400)
    expect((await ask('DELETE issue/PLAT-1?deleteSubtasks=true')).status).toBe(204)
    expect((await ask(`issue/${child.body.key}`)).status).toBe(404)
  })
})

describe('editing an issue', () => {
  it('sets fields and changes lists, and keeps the history', async () => {
    const { jira, ask } = await withJira()
    jira.clock.set('2026-02-01T00:00:00Z')
    const edited = await ask('PUT issue/PLAT-1', {
      body: {
        fields: { summary: 'New' },
        update: { labels: [{ add: 'b' }, { remove: 'login' }], fixVersions: [{ add: { name: '1.1' } }] },
      },
    })
    expect([edited.status, edited.text]).toEqual([204, ''])
    const { fields, changelog } = (await ask('issue/PLAT-1?expand=changelog')).body
    expect([fields.summary, fields.labels, fields.updated]).toEqual(['New', ['b'], '2026-02-01T00:00:00.000+0000'])
    expect(changelog.histories).toHaveLength(1)
    expect(
      changelog.histories[0].items.map(({ field, fromString, toString }: Record<string, string>) => [
        field,
        fromString,
        toString,
      ]),
    ).toEqual([
      ['summary', 'Login page does not load', 'New'],
      ['labels', 'login', 'b'],
      ['Fix Version', null, '1.1'],
    ])
  })

  it('changes nothing when one field is wrong', async () => {
    const { ask } = await withJira()
    const { body } = await ask('PUT issue/PLAT-1', { body: { fields: { summary: 'New', labels: ['a b'] } } })
    expect(Object.keys(body.errors)).toEqual(['labels'])
    expect((await ask('issue/PLAT-1?fields=summary')).body.fields.summary).toBe('Login page does not load')
    const both = await ask('PUT issue/PLAT-1', { body: { fields: { labels: [] }, update: { labels: [{ add: 'x' }] } } })
    expect(both.body.errors.labels).toBe("Field 'labels' cannot appear in both 'fields' and 'update'")
    expect(
      (await ask('PUT issue/PLAT-1', { body: { update: { summary: [{ add: 'x' }] } } })).body.errors.summary,
    ).toContain("does not support operation 'add'")
  })

  it('without notifying needs the rights of an administrator', async () => {
    const { ask } = await withJira()
    const body = { fields: { summary: 'Quiet' } }
    expect((await ask('PUT issue/OPS-1?notifyUsers=false', { body, as: 'ada:ada' })).status).toBe(403)
    expect((await ask('PUT issue/OPS-1?notifyUsers=false', { body })).status).toBe(204)
  })

  it('needs the permission, field by field', async () => {
    const { jira, ask } = await withJira()
    jira.acts.deny({ who: 'lockstep', project: 'PLAT', permission: 'EDIT_ISSUES' })
    const { status, body } = await ask('PUT issue/PLAT-1', { body: { fields: { summary: 'x' } } })
    expect([status, body.errors.summary]).toEqual([
      400,
      "Field 'summary' cannot be set. It is not on the appropriate screen, or unknown.",
    ])
  })
})

describe('assigning', () => {
  it('takes a name, null, and -1 for whom the project chooses', async () => {
    const { jira, ask } = await withJira()
    const assign = async (name: string | null) => {
      const { status, body } = await ask('PUT issue/PLAT-4/assignee', { body: { name } })
      const { assignee } = (await ask('issue/PLAT-4?fields=assignee')).body.fields
      return [status, body.errors?.assignee ?? assignee?.name ?? null]
    }
    expect(await assign('fay.new')).toEqual([204, 'fay.new'])
    expect(await assign('eli')).toEqual([400, "User 'eli' cannot be assigned issues."])
    expect(await assign('fay.old')).toEqual([400, "User 'fay.old' does not exist."])
    expect(await assign(null)).toEqual([204, null])
    jira.acts.changeProject({ project: 'PLAT', assigneeType: 'PROJECT_LEAD' })
    expect(await assign('-1')).toEqual([204, 'ada'])
    jira.acts.set({ unassignedAllowed: false })
    expect(await assign(null)).toEqual([400, 'Issues must be assigned.'])
  })

  it('is refused with 401 without the permission', async () => {
    const { jira, ask } = await withJira()
    jira.acts.deny({ who: 'lockstep', project: 'PLAT', permission: 'ASSIGN_ISSUES' })
    expect((await ask('PUT issue/PLAT-1/assignee', { body: { name: 'ben' } })).status).toBe(401)
  })
})

describe('transitions', () => {
  const open = async (ask: Awaited<ReturnType<typeof withJira>>['ask'], key: string) =>
    (await ask(`issue/${key}/transitions`)).body.transitions.map(
      ({ id, name, to }: { id: string; name: string; to: { name: string } }) => `${id} ${name} > ${to.name}`,
    )

  it('of the simple workflow lead from everywhere to everywhere', async () => {
    const { ask } = await withJira()
    expect(await open(ask, 'PLAT-1')).toEqual(['11 To Do > To Do', '21 In Progress > In Progress', '31 Done > Done'])
    expect((await ask('POST issue/PLAT-1/transitions', { body: { transition: { id: '31' } } })).status).toBe(204)
    const { fields } = (await ask('issue/PLAT-1')).body
    expect([fields.status.name, fields.resolution.name, fields.resolutiondate === null]).toEqual([
      'Done',
      'Done',
      false,
    ])
  })

  it('of the classic workflow ask for a resolution, and take it away on reopening', async () => {
    const { ask } = await withJira()
    expect(await open(ask, 'OPS-1')).toEqual([
      '4 Start Progress > In Progress',
      '5 Resolve Issue > Resolved',
      '2 Close Issue > Closed',
    ])
    const go = (id: string, fields?: object) =>
      ask('POST issue/OPS-1/transitions', { body: { transition: { id }, fields } })
    expect((await go('5')).body.errors).toEqual({ resolution: 'Resolution is required.' })
    expect((await go('4', { resolution: { name: 'Fixed' } })).body.errors.resolution).toBe(
      "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown.",
    )
    expect((await go('5', { resolution: { name: 'Fixed' } })).status).toBe(204)
    expect(await open(ask, 'OPS-1')).toEqual(['701 Close Issue > Closed', '3 Reopen Issue > Reopened'])
    expect((await go('3')).status).toBe(204)
    expect((await ask('issue/OPS-1?fields=resolution,status')).body.fields).toMatchObject({
      resolution: null,
      status: { name: 'Reopened' },
    })
    const fields = (await ask('issue/OPS-1/transitions?expand=transitions.fields&transitionId=5')).body.transitions[0]
      .fields
    expect([fields.resolution.required, fields.fixVersions.required, fields.resolution.allowedValues.length]).toEqual([
      true,
      false,
      5,
    ])
  })

  it('of the long workflow go step by step, and one wants a field', async () => {
    const { ask } = await withJira()
    const go = async (id: string, fields?: object) =>
      (await ask('POST issue/LONG-1/transitions', { body: { transition: { id }, fields } })).status
    expect(await go('131')).toBe(400)
    expect([
      await go('101'),
      await go('111'),
      await go('121'),
      await go('121', { customfield_10202: 'Rust' }),
      await go('131'),
    ]).toEqual([204, 204, 400, 204, 204])
    expect(await open(ask, 'LONG-1')).toEqual([])
  })

  it.each([500, 400] as const)('with an unknown id are answered %i', async (wrongTransition) => {
    const { ask } = await withJira({ switches: { wrongTransition } })
    expect((await ask('POST issue/PLAT-1/transitions', { body: { transition: { id: '99' } } })).status).toBe(
      wrongTransition,
    )
    expect((await ask('POST issue/PLAT-1/transitions', { body: {} })).body.errorMessages).toEqual([
      "Missing 'transition' identifier",
    ])
  })

  it('carry a comment', async () => {
    const { ask } = await withJira()
    await ask('POST issue/PLAT-1/transitions', {
      body: { transition: { id: 21 }, update: { comment: [{ add: { body: 'On it' } }] } },
    })
    expect((await ask('issue/PLAT-1/comment')).body.comments).toMatchObject([
      { body: 'On it', author: { name: 'lockstep' } },
    ])
  })

  it.each([true, false])('may be open to the assignee alone: %s', async (startProgressByAssigneeOnly) => {
    const { ask } = await withJira({ switches: { startProgressByAssigneeOnly } })
    expect((await open(ask, 'OPS-1')).includes('4 Start Progress > In Progress')).toBe(!startProgressByAssigneeOnly)
  })
})

describe('a key', () => {
  it('of before a move goes on finding the issue', async () => {
    const { jira, ask } = await withJira()
    expect(jira.acts.moveIssue({ issue: 'PLAT-1', project: 'OPS' })).toMatchObject({ key: 'OPS-3' })
    const { status, body } = await ask('issue/plat-1?fields=project,status')
    expect([status, body.key, body.fields.project.key, body.fields.status.name]).toEqual([200, 'OPS-3', 'OPS', 'Open'])
    jira.acts.renameProject({ project: 'OPS', to: 'RUN' })
    expect((await ask('issue/PLAT-1')).body.key).toBe('RUN-3')
    expect((await ask('project/OPS')).body.key).toBe('RUN')
  })

  it('of nothing, and of what may not be seen, look alike unless switched', async () => {
    const { jira, ask } = await withJira()
    jira.acts.deny({ who: 'lockstep', project: 'PLAT', permission: 'BROWSE_PROJECTS' })
    const missing = { status: 404, body: { errorMessages: ['Issue Does Not Exist'], errors: {} } }
    expect(await ask('issue/PLAT-99')).toMatchObject(missing)
    expect(await ask('issue/PLAT-1')).toMatchObject(missing)
    jira.acts.set({ hiddenIssue: 403 })
    expect((await ask('issue/PLAT-1')).status).toBe(403)
  })
})

describe('what hangs on an issue', () => {
  it('comments: paged, ordered, restricted, edited, deleted', async () => {
    const { ask } = await withJira()
    const say = async (body: object, as?: string) =>
      (await ask('POST issue/PLAT-1/comment', { body, ...(as === undefined ? {} : { as }) })).body
    const first = await say({ body: 'one', properties: [{ key: 'from', value: { id: 1 } }] })
    await say({ body: 'two' }, 'ada:ada')
    const secret = await say({ body: 'secret', visibility: { type: 'group', value: 'security-team' } }, 'ada:ada')
    expect(secret.visibility).toEqual({ type: 'group', value: 'security-team' })
    const texts = async (query: string, as?: string) =>
      (await ask(`issue/PLAT-1/comment${query}`, as === undefined ? {} : { as })).body
    expect((await texts('')).comments.map(({ body }: { body: string }) => body)).toEqual(['one', 'two'])
    expect(await texts('?startAt=1&maxResults=1&orderBy=-created', 'ada:ada')).toMatchObject({
      startAt: 1,
      maxResults: 1,
      total: 3,
      comments: [{ body: 'two' }],
    })
    expect((await ask(`comment/${first.id}/properties/from`)).body).toEqual({ key: 'from', value: { id: 1 } })
    const edited = await ask(`PUT issue/PLAT-1/comment/${first.id}?expand=renderedBody`, { body: { body: '*one*' } })
    expect([edited.status, edited.body.renderedBody]).toEqual([200, '<p><b>one</b></p>'])
    expect((await ask(`PUT issue/PLAT-1/comment/${first.id}`, { body: { body: 'mine' }, as: 'ben:ben' })).status).toBe(
      400,
    )
    expect((await ask(`DELETE issue/PLAT-1/comment/${first.id}`)).status).toBe(204)
    expect(await ask(`issue/PLAT-1/comment/${first.id}`)).toMatchObject({
      status: 404,
      body: { errorMessages: [`Can not find a comment for the id: ${first.id}.`] },
    })
    expect((await ask('POST issue/PLAT-1/comment', { body: { body: ' ' } })).body.errors).toEqual({
      comment: 'Comment body can not be empty!',
    })
  })

  it.each([true, false])(
    'properties: created, changed, and touching updated only where switched (%s)',
    async (propertyTouches) => {
      const { ask } = await withJira({ switches: { propertyTouches } })
      const before = (await ask('issue/PLAT-1?fields=updated')).body.fields.updated
      const put = (value: unknown) =>
        ask('PUT issue/PLAT-1/properties/lock.step', {
          body: JSON.stringify(value),
          headers: { 'content-type': 'application/json' },
        })
      expect([(await put({ a: 1 })).status, (await put([2])).status]).toEqual([201, 200])
      expect((await ask('issue/PLAT-1/properties/lock.step')).body).toEqual({ key: 'lock.step', value: [2] })
      expect((await ask('issue/PLAT-1?properties=lock.step&fields=updated')).body.properties).toEqual({
        'lock.step': [2],
      })
      const after = (await ask('issue/PLAT-1?fields=updated')).body.fields.updated
      expect(after === before).toBe(!propertyTouches)
      expect((await put('x'.repeat(33_000))).status).toBe(400)
      expect((await ask('DELETE issue/PLAT-1/properties/lock.step')).status).toBe(204)
      expect((await ask('issue/PLAT-1/properties/lock.step')).status).toBe(404)
    },
  )

  it.each([
    [201, true],
    [200, false],
  ] as const)(
    'remote links: found again by their global id (%i, touching %s)',
    async (remoteLinkCreated, remoteLinkTouches) => {
      const { ask } = await withJira({ switches: { remoteLinkCreated, remoteLinkTouches } })
      const updated = async () => (await ask('issue/PLAT-1?fields=updated')).body.fields.updated
      const before = await updated()
      const globalId = 'https://github.com/o/r/issues/1?a=b'
      const put = (title: string) =>
        ask('POST issue/PLAT-1/remotelink', {
          body: { globalId, relationship: 'mirrors', object: { url: 'https://example.com/1', title } },
        })
      const made = await put('One')
      expect([made.status, Object.keys(made.body)]).toEqual([remoteLinkCreated, ['id', 'self']])
      expect((await updated()) === before).toBe(!remoteLinkTouches)
      expect([(await put('Two')).status, (await ask('issue/PLAT-1/remotelink')).body.length]).toEqual([200, 1])
      const found = (await ask(`issue/PLAT-1/remotelink?globalId=${encodeURIComponent(globalId)}`)).body
      expect(found).toMatchObject({ id: made.body.id, globalId, relationship: 'mirrors', object: { title: 'Two' } })
      expect((await ask('POST issue/PLAT-1/remotelink', { body: { object: { url: 'x' } } })).body.errors).toEqual({
        title: "'title' is required.",
      })
      expect((await ask(`DELETE issue/PLAT-1/remotelink?globalId=${encodeURIComponent(globalId)}`)).status).toBe(204)
      expect((await ask(`issue/PLAT-1/remotelink?globalId=${encodeURIComponent(globalId)}`)).status).toBe(404)
    },
  )

  it('links to other issues, seen from both ends', async () => {
    const { ask } = await withJira()
    const made = await ask('POST issueLink', {
      body: { type: { name: 'Blocks' }, inwardIssue: { key: 'PLAT-1' }, outwardIssue: { key: 'PLAT-2' } },
    })
    expect(made.status).toBe(201)
    const linksOf = async (key: string) => (await ask(`issue/${key}?fields=issuelinks`)).body.fields.issuelinks
    expect(await linksOf('PLAT-1')).toMatchObject([{ type: { outward: 'blocks' }, outwardIssue: { key: 'PLAT-2' } }])
    const [link] = await linksOf('PLAT-2')
    expect(link.inwardIssue.key).toBe('PLAT-1')
    await ask(`DELETE issueLink/${link.id}`)
    expect(await linksOf('PLAT-1')).toEqual([])
  })

  it('attachments: refused without the token header, and read back', async () => {
    const { ask } = await withJira()
    const form = new FormData()
    form.append('file', new Blob(['hällo\r\n--x'], { type: 'text/plain' }), 'note.txt')
    expect((await ask('POST issue/PLAT-1/attachments', { body: form })).status).toBe(403)
    const { body } = await ask('POST issue/PLAT-1/attachments', {
      body: form,
      headers: { 'x-atlassian-token': 'no-check' },
    })
    expect(body).toMatchObject([{ filename: 'note.txt', mimeType: 'text/plain', size: 11 }])
    expect((await ask(new URL(body[0].content).pathname)).text).toBe('hällo\r\n--x')
    expect((await ask('issue/PLAT-1')).body.fields.attachment).toHaveLength(1)
    expect((await ask(`DELETE attachment/${body[0].id}`)).status).toBe(204)
  })
})

describe('what is not there', () => {
  it('is told from a wrong method, and from a page', async () => {
    const { ask } = await withJira({ switches: { contextPath: '/jira' } })
    expect((await ask('DELETE serverInfo')).status).toBe(405)
    expect((await ask('nothing')).headers.get('content-type')).toContain('xml')
    expect((await ask('/browse/PLAT-1')).text).toContain('<html>')
    expect((await ask('/rest/api/latest/serverInfo', { as: null })).body.deploymentType).toBe('Server')
  })

  it('was there in version 8: all create screens at once', async () => {
    const { ask } = await withJira({ version: '8' })
    const { body } = await ask('issue/createmeta?projectKeys=PLAT&expand=projects.issuetypes.fields')
    expect(body.projects[0].issuetypes[0].fields.summary.required).toBe(true)
    const { ask: askNine } = await withJira({ version: '9' })
    expect((await askNine('issue/createmeta?projectKeys=PLAT')).status).toBe(404)
    expect((await askNine('issue/createmeta/NONE/issuetypes')).status).toBe(400)
  })
})
