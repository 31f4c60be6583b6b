import { describe, expect, it } from 'vitest'
import { useAzure } from './stage.ts'

const start = useAzure()
const V = 'api-version=7.1'
const set = (field: string, value: unknown, op = 'add') => ({ op, path: `/fields/${field}`, value })
const ITEM = `/_apis/wit/workitems/1?${V}`

describe('a new work item', () => {
  it('gets state, reason, defaults and authors from the server, and 200 instead of 201', async () => {
    const { call } = await start()
    const made = await call('POST', `/FabrikamAgile/_apis/wit/workitems/$Bug?${V}`, {
      body: [set('System.Title', 'Broken')],
    })
    expect(made.status).toBe(200)
    expect(made.body).toMatchObject({ rev: 1, multilineFieldsFormat: {} })
    expect(made.body['fields']).toMatchObject({
      'System.State': 'New',
      'System.Reason': 'New',
      'System.AreaPath': 'FabrikamAgile',
      'Microsoft.VSTS.Common.Priority': 2,
      'Microsoft.VSTS.Common.Severity': '3 - Medium',
      'System.CommentCount': 0,
    })
    expect(made.body['fields']['System.CreatedBy'].uniqueName).toBe('lockstep@example.com')
    expect(made.body['fields']).not.toHaveProperty('System.AssignedTo')
  })

  it('is also made by PATCH, as old clients do', async () => {
    const { call } = await start()
    const made = await call('PATCH', '/Fabrikam/_apis/wit/workitems/$Task', {
      body: [set('System.Title', 'Old client'), set('System.History', 'First words')],
      headers: { accept: 'application/json; api-version=4.1' },
    })
    expect(made.status).toBe(200)
    expect(made.headers.get('content-type')).toBe('application/json; charset=utf-8; api-version=4.1')
    expect(made.body['fields']).toMatchObject({ 'System.CommentCount': 1, 'System.History': 'First words' })
  })

  it('is refused without a title, with the broken rule in customProperties', async () => {
    const { call } = await start()
    const { status, body } = await call('POST', `/Fabrikam/_apis/wit/workitems/$Task?${V}`, {
      body: [set('System.Description', 'x')],
    })
    expect(status).toBe(400)
    expect(body).toMatchObject({
      typeKey: 'RuleValidationException',
      message: 'TF401320: Rule Error for field Title. Error code: Required, InvalidEmpty.',
      customProperties: {
        RuleValidationErrors: [
          { fieldReferenceName: 'System.Title', fieldStatusFlags: 'required, invalidEmpty', fieldStatusCode: 524_289 },
        ],
      },
    })
  })

  it('is not kept when it is only validated', async () => {
    const { server, call } = await start()
    const before = server.world.items.size
    const { status } = await call('POST', `/Fabrikam/_apis/wit/workitems/$Task?validateOnly=true&${V}`, {
      body: [set('System.Title', 'Maybe')],
    })
    expect(status).toBe(200)
    expect(server.world.items.size).toBe(before)
  })

  it.each([
    ['an unknown type', '/Fabrikam/_apis/wit/workitems/$Bug', 404, 'WorkItemTypeNotFoundException'],
    ['an unknown project', '/Nowhere/_apis/wit/workitems/$Bug', 404, 'ProjectDoesNotExistWithNameException'],
  ])('is refused for %s', async (_, path, status, typeKey) => {
    const { call } = await start()
    const answer = await call('POST', `${path}?${V}`, { body: [set('System.Title', 'x')] })
    expect([answer.status, answer.body['typeKey']]).toEqual([status, typeKey])
  })
})

describe('a patch', () => {
  it('with a stale revision is a 412 and changes nothing', async () => {
    const { call } = await start()
    const stale = await call('PATCH', ITEM, {
      body: [{ op: 'test', path: '/rev', value: 9 }, set('System.Title', 'No')],
    })
    expect(stale.status).toBe(412)
    expect(stale.body).toMatchObject({
      typeKey: 'TestPatchOperationFailedException',
      message: 'VS403351: Test Operation for path /rev failed, value 1 was not equal to test value 9.',
    })
    expect((await call('GET', ITEM)).body['rev']).toBe(1)
  })

  it('that loses a race is a 409', async () => {
    const { call } = await start({ switches: { writesLoseRaces: true } })
    const lost = await call('PATCH', ITEM, {
      body: [{ op: 'test', path: '/rev', value: 1 }, set('System.Title', 'Late')],
    })
    expect(lost.status).toBe(409)
    expect(lost.body['message']).toMatch(/^TF26071/)
  })

  it('must say that it is a patch', async () => {
    const { call } = await start()
    const plain = await call('PATCH', ITEM, {
      body: [set('System.Title', 'x')],
      headers: { 'content-type': 'application/json' },
    })
    expect(plain.status).toBe(415)
  })

  it('that changes nothing makes no revision', async () => {
    const { call } = await start()
    const title = (await call('GET', ITEM)).body['fields']['System.Title']
    expect((await call('PATCH', ITEM, { body: [set('System.Title', title)] })).body['rev']).toBe(1)
  })

  it('keeps dates, people and reason of a state change up to date', async () => {
    const { call } = await start()
    const path = `/_apis/wit/workitems/4?${V}`
    const closed = await call('PATCH', path, { body: [set('System.State', 'Closed', 'replace')] })
    expect(closed.body['fields']).toMatchObject({ 'System.State': 'Closed', 'System.Reason': 'Fixed and verified' })
    expect(closed.body['fields']['Microsoft.VSTS.Common.ClosedBy'].displayName).toBe('Lockstep Sync')
    expect(closed.body['fields']['Microsoft.VSTS.Common.StateChangeDate']).toBe(
      closed.body['fields']['System.ChangedDate'],
    )
    const again = await call('PATCH', path, { body: [set('System.State', 'Active', 'replace')] })
    expect(again.body['fields']).not.toHaveProperty('Microsoft.VSTS.Common.ClosedDate')
    expect(again.body['fields']['Microsoft.VSTS.Common.ActivatedBy'].displayName).toBe('Lockstep Sync')
  })

  it.each([
    [true, "The field 'State' contains the value 'Nope' that is not in the list of supported values"],
    [
      false,
      'TF401320: Rule Error for field State. Error code: Required, HasValues, LimitedToValues, AllowsOldValue, InvalidListValue.',
    ],
  ])('to an unknown state is refused (in words: %s)', async (supportedValuesText, message) => {
    const { call } = await start({ switches: { supportedValuesText } })
    const { status, body } = await call('PATCH', ITEM, { body: [set('System.State', 'Nope')] })
    expect([status, body['message']]).toEqual([400, message])
  })

  it('along a forbidden way is refused, unless rules are bypassed', async () => {
    const { call } = await start()
    const body = [set('System.State', 'Resolved')]
    expect((await call('PATCH', `/_apis/wit/workitems/7?${V}`, { body })).status).toBe(400)
    expect((await call('PATCH', `/_apis/wit/workitems/7?bypassRules=true&${V}`, { body })).status).toBe(200)
    const type = await call('GET', `/FabrikamCMMI/_apis/wit/workitemtypes/Requirement?${V}`)
    expect(type.body['transitions']['Proposed'].map((each: { to: string }) => each.to)).not.toContain('Resolved')
  })

  it.each([
    ['an unknown field', set('Custom.Nope', 1), /^TF51535: Cannot find field Custom\.Nope\./],
    [
      'an unknown area',
      set('System.AreaPath', 'Fabrikam\\Nowhere'),
      /^TF401347: Invalid tree name given for work item 1, field 'System.AreaPath'\./,
    ],
    ['a field of the server', set('System.Rev', 7), /^TF401326/],
    [
      'the author without bypassing rules',
      set('System.CreatedBy', 'ada.byron@example.com'),
      /^TF401320: Rule Error for field Created By/,
    ],
    ['a title too long', set('System.Title', 'x'.repeat(256)), /^TF401320: Rule Error for field Title/],
    ['a wrong priority', set('Microsoft.VSTS.Common.Priority', 9), /^The field 'Priority' contains the value '9'/],
    [
      'a number that is none',
      set('Microsoft.VSTS.Scheduling.Effort', 'much'),
      /^TF401320: Rule Error for field Effort/,
    ],
  ])('of %s is refused', async (_, operation, message) => {
    const { call } = await start()
    const answer = await call('PATCH', ITEM, { body: [operation] })
    expect(answer.status).toBe(400)
    expect(answer.body['message']).toMatch(message)
  })

  it('may write authors and dates when rules are bypassed, forwards only', async () => {
    const { call } = await start()
    const forged = await call('POST', `/Fabrikam/_apis/wit/workitems/$Task?bypassRules=true&${V}`, {
      body: [
        set('System.Title', 'Imported'),
        set('System.CreatedBy', 'ada.byron@example.com'),
        set('System.CreatedDate', '2020-02-03T04:05:06Z'),
        set('System.ChangedDate', '2020-02-03T04:05:06Z'),
      ],
    })
    expect(forged.body['fields']).toMatchObject({
      'System.CreatedDate': '2020-02-03T04:05:06Z',
      'System.CreatedBy': { uniqueName: 'ada.byron@example.com' },
    })
    const back = await call('PATCH', `/_apis/wit/workitems/${forged.body['id']}?bypassRules=true&${V}`, {
      body: [set('System.Title', 'Earlier'), set('System.ChangedDate', '2019-01-01T00:00:00Z')],
    })
    expect(back.body['message']).toMatch(/^VS402625/)
  })

  it('adds tags to those present and replaces them only when told so', async () => {
    const { call } = await start()
    const added = await call('PATCH', ITEM, { body: [set('System.Tags', 'Regression; new')] })
    expect(added.body['fields']['System.Tags']).toBe('new; regression; sign-in')
    const replaced = await call('PATCH', ITEM, { body: [set('System.Tags', 'only', 'replace')] })
    expect(replaced.body['fields']['System.Tags']).toBe('only')
    const cleared = await call('PATCH', ITEM, { body: [set('System.Tags', '', 'replace')] })
    expect(cleared.body['fields']).not.toHaveProperty('System.Tags')
  })

  it('copies, moves and tests fields', async () => {
    const { call } = await start()
    const answer = await call('PATCH', ITEM, {
      body: [
        { op: 'test', path: '/fields/System.State', value: 'To Do' },
        { op: 'copy', from: '/fields/System.State', path: '/fields/System.Title' },
        { op: 'remove', path: '/fields/System.AssignedTo' },
      ],
    })
    expect(answer.body['fields']['System.Title']).toBe('To Do')
    expect(answer.body['fields']).not.toHaveProperty('System.AssignedTo')
  })
})

describe('rich text', () => {
  it.each([
    [true, '<div>Tom &amp; Ann\u2019s&nbsp;<b>plan</b><br></div>'],
    [false, '<div>Tom & Ann\u2019s\u00A0<b>plan</b><br></div>'],
  ])('loses what is dangerous (rewritten: %s)', async (htmlNormalised, kept) => {
    const { call } = await start({ switches: { htmlNormalised } })
    const html = '<DIV onclick="x()">Tom & Ann\u2019s\u00A0<b>plan</b><br/><script>alert(1)</script><x-y></x-y></DIV>'
    const answer = await call('PATCH', ITEM, { body: [set('System.Description', html)] })
    expect(answer.body['fields']['System.Description']).toBe(kept)
  })

  it('stays Markdown once its format says so', async () => {
    const { call } = await start()
    const format = (value: string) => ({ op: 'add', path: '/multilineFieldsFormat/System.Description', value })
    const text = '# Title\n\n<b>not</b> a & b'
    const markdown = await call('PATCH', ITEM, { body: [set('System.Description', text), format('Markdown')] })
    expect(markdown.body['multilineFieldsFormat']).toEqual({ 'System.Description': 'markdown' })
    expect(markdown.body['fields']['System.Description']).toBe(text)
    expect((await call('PATCH', ITEM, { body: [format('Markdown')] })).status).toBe(400)
    expect((await call('PATCH', ITEM, { body: [set('System.Description', 'x'), format('Html')] })).status).toBe(400)
  })

  it('can be turned back to HTML where that is allowed', async () => {
    const { call } = await start({ switches: { markdownOneWay: false } })
    const format = (value: string) => ({ op: 'add', path: '/multilineFieldsFormat/System.Description', value })
    await call('PATCH', ITEM, { body: [set('System.Description', '*x*'), format('Markdown')] })
    const back = await call('PATCH', ITEM, { body: [set('System.Description', '<b>x</b>'), format('Html')] })
    expect(back.body['multilineFieldsFormat']).toEqual({})
  })

  it('knows no Markdown on a Server', async () => {
    const { call } = await start({ version: '2022' })
    const item = await call('GET', '/_apis/wit/workitems/1?api-version=7.0')
    expect(item.body).not.toHaveProperty('multilineFieldsFormat')
    const refused = await call('PATCH', '/_apis/wit/workitems/1?api-version=7.0', {
      body: [
        set('System.Description', '*x*'),
        { op: 'add', path: '/multilineFieldsFormat/System.Description', value: 'Markdown' },
      ],
    })
    expect(refused.status).toBe(400)
  })
})

describe('links', () => {
  const link = (rel: string, url: string) => ({
    op: 'add',
    path: '/relations/-',
    value: { rel, url, attributes: { comment: 'why' } },
  })

  it('between work items are seen from both ends and make no revision', async () => {
    const { server, call } = await start()
    const child = await call('PATCH', ITEM, {
      body: [link('System.LinkTypes.Hierarchy-Reverse', `${server.collectionUrl}/_apis/wit/workItems/3`)],
    })
    expect(child.body).toMatchObject({ rev: 1, fields: { 'System.Parent': 3 } })
    const parent = await call('GET', `/_apis/wit/workitems/3?$expand=relations&${V}`)
    expect(parent.body).toMatchObject({
      rev: 1,
      relations: [{ rel: 'System.LinkTypes.Hierarchy-Forward', attributes: { name: 'Child', comment: 'why' } }],
    })
    const updates = await call('GET', `/_apis/wit/workitems/3/updates?${V}`)
    expect(updates.body['value']).toMatchObject([
      { id: 1, rev: 1 },
      { id: 2, rev: 1, relations: { added: [{ attributes: { name: 'Child' } }] } },
    ])
    const feed = await call('GET', `/_apis/wit/reporting/workitemlinks?${V}`)
    expect(feed.body['values']).toMatchObject([{ attributes: { sourceId: 1, targetId: 3, isActive: true } }])
  })

  it.each([
    [true, 2],
    [false, 1],
  ])('to the web make a revision or not (%s)', async (resourceLinksBumpRev, rev) => {
    const { call } = await start({ switches: { resourceLinksBumpRev } })
    const answer = await call('PATCH', ITEM, { body: [link('Hyperlink', 'https://github.com/example/repo/issues/1')] })
    expect(answer.body).toMatchObject({
      rev,
      relations: [{ rel: 'Hyperlink', url: 'https://github.com/example/repo/issues/1' }],
    })
  })

  it('are refused when they exist, have no other end, lead to themselves or to a second parent', async () => {
    const { call } = await start()
    const parent = (id: number) =>
      call('PATCH', ITEM, { body: [link('System.LinkTypes.Hierarchy-Reverse', `/_apis/wit/workItems/${id}`)] })
    expect((await parent(3)).status).toBe(200)
    expect((await parent(3)).body['message']).toBe('Relation already exists.')
    expect((await parent(2)).body['message']).toMatch(/^TF201036/)
    expect((await parent(1)).body['message']).toMatch(/^TF201035/)
    expect((await parent(999)).status).toBe(404)
    const circle = await call('PATCH', `/_apis/wit/workitems/3?${V}`, {
      body: [link('System.LinkTypes.Hierarchy-Reverse', '/_apis/wit/workItems/1')],
    })
    expect(circle.status).toBe(400)
  })

  it('are removed by index, in both items', async () => {
    const { call } = await start()
    await call('PATCH', ITEM, { body: [link('System.LinkTypes.Related', '/_apis/wit/workItems/2')] })
    expect((await call('PATCH', ITEM, { body: [{ op: 'remove', path: '/relations/4' }] })).status).toBe(400)
    expect((await call('PATCH', ITEM, { body: [{ op: 'remove', path: '/relations/0' }] })).body).not.toHaveProperty(
      'relations',
    )
    expect((await call('GET', `/_apis/wit/workitems/2?$expand=relations&${V}`)).body).not.toHaveProperty('relations')
  })

  it('may point to an uploaded file, which always makes a revision', async () => {
    const { call } = await start({ switches: { resourceLinksBumpRev: false } })
    const file = await call('POST', `/Fabrikam/_apis/wit/attachments?fileName=log.txt&${V}`, {
      body: 'a log',
      headers: { 'content-type': 'application/octet-stream' },
    })
    expect(file.status).toBe(201)
    const answer = await call('PATCH', ITEM, { body: [link('AttachedFile', file.body['url'])] })
    expect(answer.body).toMatchObject({ rev: 2, relations: [{ attributes: { name: 'log.txt', resourceSize: 5 } }] })
    expect((await call('GET', file.body['url'])).text).toBe('a log')
  })

  it('to artifacts are found by their address', async () => {
    const { call } = await start()
    const uri = 'vstfs:///GitHub/Issue/0a1b2c3d%2F7'
    await call('PATCH', ITEM, { body: [link('ArtifactLink', uri)] })
    const found = await call('POST', `/Fabrikam/_apis/wit/artifacturiquery?${V}-preview.1`, {
      body: { artifactUris: [uri, 'vstfs:///GitHub/Issue/other'] },
    })
    expect(found.body['artifactUrisQueryResult']).toMatchObject({
      [uri]: [{ id: 1 }],
      'vstfs:///GitHub/Issue/other': [],
    })
  })
})

describe('reading many', () => {
  it('takes at most 200 ids and leaves nulls where it may omit', async () => {
    const { call } = await start()
    const path = `/_apis/wit/workitemsbatch?${V}`
    const omitted = await call('POST', path, {
      body: { ids: [1, 999, 2], fields: ['System.Id', 'System.Title'], errorPolicy: 'omit' },
    })
    expect(omitted.body['value'].map((each: { id: number } | null) => each?.id ?? null)).toEqual([1, null, 2])
    expect(Object.keys(omitted.body['value'][0].fields)).toEqual(['System.Id', 'System.Title'])
    expect(omitted.body['value'][0]).not.toHaveProperty('_links')
    const failed = await call('POST', path, { body: { ids: [1, 999] } })
    expect([failed.status, failed.body['message']]).toEqual([
      404,
      'TF401232: Work item 999 does not exist, or you do not have permissions to read it.',
    ])
    expect(
      (await call('POST', path, { body: { ids: Array.from({ length: 201 }, (_, index) => index + 1) } })).status,
    ).toBe(400)
    expect((await call('GET', `/_apis/wit/workitems?ids=1,2&${V}`)).body['count']).toBe(2)
  })

  it.each([
    [true, 400],
    [false, 200],
  ])('refuses fields together with $expand or not (%s)', async (expandExcludesFields, status) => {
    const { call } = await start({ switches: { expandExcludesFields } })
    const answer = await call('POST', `/_apis/wit/workitemsbatch?${V}`, {
      body: { ids: [1], fields: ['System.Title'], $expand: 'relations' },
    })
    expect(answer.status).toBe(status)
  })
})

describe('paths', () => {
  it('do not care about case, and take a project by its id', async () => {
    const { server, call } = await start()
    const id = [...server.world.projects.keys()][0]!
    expect((await call('GET', `/FABRIKAM/_APIS/WIT/WorkItems/1?${V}`)).status).toBe(200)
    expect((await call('GET', `/${id}/_apis/wit/workitems/1?${V}`)).status).toBe(200)
    expect((await call('GET', `/FabrikamScrum/_apis/wit/workitems/1?${V}`)).status).toBe(404)
  })
})

describe('the recycle bin', () => {
  it('hides an item until it is restored, and forgets a destroyed one', async () => {
    const { call } = await start()
    const gone = await call('DELETE', ITEM)
    expect(gone.body).toMatchObject({ id: 1, code: 200, type: 'Issue' })
    expect((await call('GET', ITEM)).status).toBe(404)
    expect((await call('GET', `/Fabrikam/_apis/wit/recyclebin?${V}`)).body['value']).toMatchObject([{ id: 1 }])
    const back = await call('PATCH', `/Fabrikam/_apis/wit/recyclebin/1?${V}`, { body: { isDeleted: false } })
    expect(back.status, back.text).toBe(200)
    expect((await call('GET', ITEM)).body['rev']).toBe(3)
    await call('DELETE', `${ITEM}&destroy=true`)
    expect((await call('GET', `/Fabrikam/_apis/wit/recyclebin/1?${V}`)).status).toBe(404)
  })
})

describe('$batch', () => {
  const parts = [
    {
      method: 'PATCH',
      uri: '/Fabrikam/_apis/wit/workItems/$Issue?api-version=5.0',
      headers: { 'Content-Type': 'application/json-patch+json' },
      body: [{ op: 'add', path: '/id', value: '-1' }, set('System.Title', 'Parent')],
    },
    {
      method: 'PATCH',
      uri: '/Fabrikam/_apis/wit/workItems/$Task?api-version=5.0',
      headers: { 'Content-Type': 'application/json-patch+json' },
      body: [
        set('System.Title', 'Child'),
        {
          op: 'add',
          path: '/relations/-',
          value: { rel: 'System.LinkTypes.Hierarchy-Reverse', url: 'https://x/_apis/wit/workItems/-1' },
        },
      ],
    },
    {
      method: 'PATCH',
      uri: '/_apis/wit/workItems/999?api-version=5.0',
      headers: { 'Content-Type': 'application/json-patch+json' },
      body: [set('System.Title', 'x')],
    },
  ]

  it.each(['PATCH', 'POST'])('answers each part for itself (%s)', async (method) => {
    const { call } = await start()
    const answer = await call(method, '/_apis/wit/$batch?api-version=5.0', {
      body: parts,
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(200)
    expect(answer.body['value'].map((each: { code: number }) => each.code)).toEqual([200, 200, 404])
    const [parent, child] = answer.body['value'].map((each: { body: string }) => JSON.parse(each.body))
    expect(child.fields['System.Parent']).toBe(parent.id)
  })

  it('may be missing', async () => {
    const { call } = await start({ switches: { batchEndpoint: false } })
    expect((await call('POST', '/_apis/wit/$batch?api-version=5.0', { body: parts })).status).toBe(404)
  })
})
