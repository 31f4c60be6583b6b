import { expect, it } from 'vitest'
import { taps } from '../../../sandbox/kit/server.ts'
import type { Exchange } from '../../../sandbox/kit/server.ts'
import { describeWithData } from '../../shared-data.ts'
import { newIssue, searchFor, withJira } from './asking.ts'
import { createJiraValidator } from './validate.ts'

describeWithData('the description of Data Center 10.3', () => {
  const tour = async (): Promise<{ readonly exchanges: Exchange[]; readonly problems: string[] }> => {
    const validate = createJiraValidator()!
    const exchanges: Exchange[] = []
    const tap = (exchange: Exchange) => exchanges.push(exchange)
    const { jira, ask } = await withJira({ version: '10' })
    taps.add(tap)
    try {
      await ask('serverInfo', { as: null })
      for (const path of [
        'myself?expand=groups,applicationRoles',
        'mypermissions?projectKey=PLAT',
        'permissions',
        'configuration',
        'field',
        'status',
        'status/3',
        'statuscategory',
        'statuscategory/done',
      ])
        await ask(path)
      for (const path of [
        'priority',
        'priority/3',
        'resolution',
        'resolution/10000',
        'issuetype',
        'issuetype/10002',
        'issueLinkType',
        'issueLinkType/10000',
        'attachment/meta',
        '/rest/auth/1/session',
      ])
        await ask(path)
      for (const path of [
        'project?expand=description,lead,projectKeys',
        'project/PLAT',
        'project/PLAT/statuses',
        'project/PLAT/versions',
        'project/PLAT/components',
        'project/PLAT/role',
        'project/PLAT/role/10002',
        'project/type',
      ])
        await ask(path)
      for (const path of [
        'issue/createmeta/PLAT/issuetypes',
        'issue/createmeta/PLAT/issuetypes/10002',
        'issue/createmeta/NONE/issuetypes',
        'issue/PLAT-1/editmeta',
        'issue/OPS-1/transitions?expand=transitions.fields',
      ])
        await ask(path)
      for (const path of [
        'user?username=cleo&expand=groups',
        'user?username=nobody',
        'user/search?username=.',
        'user/assignable/search?project=PLAT',
        'user/assignable/multiProjectSearch?projectKeys=PLAT,OPS',
        'user/picker?query=a',
        'user/list?maxResults=2',
        'groupuserpicker?query=j',
        'group/member?groupname=jira-software-users',
      ])
        await ask(path)
      await ask('jql/autocompletedata')
      await ask('jql/autocompletedata/suggestions?fieldName=status&fieldValue=In')
      await ask(
        searchFor(
          'project = PLAT ORDER BY key',
          '&expand=names,schema,changelog,renderedFields,transitions&fields=*all',
        ),
      )
      await ask('POST search', { body: { jql: 'project = PLAT', maxResults: 1 } })
      await ask(searchFor('nothing = 1'))
      await ask('POST issue', { body: newIssue() })
      await ask('POST issue', { body: newIssue({ summary: '' }) })
      await ask('POST issue/bulk', { body: { issueUpdates: [newIssue(), newIssue({ summary: '' })] } })
      await ask('PUT issue/PLAT-1', { body: { fields: { summary: 'Another' } } })
      await ask('PUT issue/PLAT-1/assignee', { body: { name: 'ben' } })
      await ask('POST issue/PLAT-1/transitions', { body: { transition: { id: '31' } } })
      await ask('POST issue/PLAT-1/transitions', { body: { transition: { id: '999' } } })
      const comment = await ask('POST issue/PLAT-1/comment?expand=renderedBody,properties', {
        body: { body: 'Hello', properties: [{ key: 'a', value: { b: 1 } }] },
      })
      const { id } = comment.body
      await ask(`PUT issue/PLAT-1/comment/${id}`, {
        body: { body: 'Hello again', visibility: { type: 'role', value: 'Administrators' } },
      })
      for (const path of [
        `issue/PLAT-1/comment/${id}`,
        'issue/PLAT-1/comment?expand=renderedBody',
        `comment/${id}/properties`,
        `comment/${id}/properties/a`,
      ])
        await ask(path)
      await ask(`PUT comment/${id}/properties/a`, { body: 5 })
      await ask(`DELETE issue/PLAT-1/comment/${id}`)
      await ask('PUT issue/PLAT-1/properties/lockstep', { body: { number: 4 } })
      for (const path of [
        'issue/PLAT-1/properties',
        'issue/PLAT-1/properties/lockstep',
        'issue/PLAT-1/properties/none',
      ])
        await ask(path)
      await ask('POST issue/PLAT-1/remotelink', {
        body: { globalId: 'g', object: { url: 'https://example.com', title: 't' } },
      })
      for (const path of ['issue/PLAT-1/remotelink', 'issue/PLAT-1/remotelink?globalId=g']) await ask(path)
      await ask('DELETE issue/PLAT-1/remotelink?globalId=g')
      await ask('POST issueLink', {
        body: { type: { name: 'Blocks' }, inwardIssue: { key: 'PLAT-1' }, outwardIssue: { key: 'PLAT-2' } },
      })
      await ask('POST issue/PLAT-1/watchers', { body: 'ada', headers: { 'content-type': 'application/json' } })
      await ask('issue/PLAT-1/watchers')
      const form = new FormData()
      form.append('file', new Blob(['text']), 'note.txt')
      const [attachment] = (
        await ask('POST issue/PLAT-1/attachments', { body: form, headers: { 'x-atlassian-token': 'no-check' } })
      ).body
      await ask(`attachment/${attachment.id}`)
      await ask(
        'issue/PLAT-1?expand=renderedFields,names,schema,transitions,editmeta,changelog,operations&properties=*all',
      )
      await ask('issue/NONE-1')
      await ask('POST /rest/auth/1/session', { body: { username: 'ada', password: 'ada' }, as: null })
      await ask('DELETE issue/PLAT-2')
      jira.acts.deleteUser({ name: 'ben' })
      await ask('issue/PLAT-1')
    } finally {
      taps.delete(tap)
    }
    return { exchanges, problems: exchanges.flatMap(validate) }
  }

  it('holds for every answer of a tour', async () => {
    const { exchanges, problems } = await tour()
    expect([...new Set(problems)]).toEqual([])
    expect(exchanges.length).toBeGreaterThan(70)
  })

  it('would not hold for an answer of the wrong shape', async () => {
    const validate = createJiraValidator()!
    const { exchanges } = await tour()
    const myself = exchanges.find(({ pattern }) => pattern?.endsWith('/myself') === true)!
    const withBody = (change: object) => ({
      ...myself,
      reply: { ...myself.reply, body: { ...(myself.reply.body as object), ...change } },
    })
    expect(validate(withBody({}))).toEqual([])
    expect(validate(withBody({ accountId: 'abc' }))).toHaveLength(1)
    expect(validate(withBody({ active: 'yes' }))).toHaveLength(1)
    expect(validate({ ...myself, reply: { status: 201, body: {} } })).toEqual([
      'GET /api/2/myself 201 is not described',
    ])
    expect(validate({ ...myself, reply: { status: 400, body: { error: 'no' } } })).not.toEqual([])
  })
})
