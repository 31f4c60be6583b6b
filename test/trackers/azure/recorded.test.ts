import { expect, it } from 'vitest'
import {
  CommentPage,
  GraphUserPage,
  IdentityList,
  RevisionsBatch,
  StateList,
  WorkItem,
  WorkItemBatch,
} from '../../../src/trackers/azure/schema.ts'
import { toAccount, toTicket } from '../../../src/trackers/azure/convert.ts'
import type { Types } from '../../../src/trackers/azure/types.ts'
import { describeWithData, readSharedJson } from '../../shared-data.ts'

interface Recording {
  readonly request: { readonly method: string; readonly uri: string }
  readonly response: { readonly status: number; readonly body: unknown }
}

interface Example {
  readonly responses: { readonly 200: { readonly body: unknown } }
}

const example = (path: string): unknown => (readSharedJson(`ado/examples/${path}.json`) as Example).responses[200].body

describeWithData('what Azure DevOps really sends', () => {
  // The types of the recorded project were not recorded.
  const types: Types = {
    load: () => Promise.resolve(),
    find: () => undefined,
    status: (_project, _type, name) => ({ name, category: 'new' }),
    readTypes: () => Promise.resolve([]),
    readProjects: () => Promise.resolve([]),
  }

  it('is a ticket: recorded work items with and without relations', () => {
    const recordings = readSharedJson('ado/recordings/test_boards_releations_create_remove.json') as Recording[]
    const items = recordings.filter(
      ({ request, response }) => /_apis\/wit\/workItems\//i.test(request.uri) && response.status === 200,
    )
    expect(items.length).toBeGreaterThan(3)
    for (const { response } of items) {
      const item = WorkItem.parse(response.body)
      const ticket = toTicket(item, {
        connection: 'boards',
        base: 'https://dev.azure.com/exampleorg',
        complete: (account) => account,
        types,
      })
      expect(ticket).toMatchObject({ id: String(item.id), status: { name: 'To Do' }, author: { bot: false } })
      expect(ticket.createdAt).toMatch(/^2026-/)
    }
  })

  it('has a person whose sign-in name is an address', () => {
    const recordings = readSharedJson('ado/recordings/test_boards_releations_create_remove.json') as Recording[]
    const body = recordings
      .map(({ response }) => WorkItem.safeParse(response.body).data)
      .find((item) => item !== undefined)
    expect(toAccount(body?.fields['System.CreatedBy'])).toMatchObject({
      handle: 'test@example.com',
      emails: ['test@example.com'],
      human: true,
    })
  })

  it('fits the shapes of the published examples', () => {
    expect(
      WorkItemBatch.parse(example('wit/workItemsBatch__POST__wit_WorkItemsBatch_ids-_ids__fields-_columns_')).value,
    ).toHaveLength(3)
    expect(
      RevisionsBatch.parse(example('wit/workItemRevisions__GET__wit_reporting_workItemRevisions')).values.length,
    ).toBeGreaterThan(0)
    expect(
      StateList.parse(example('wit/workItemTypeStates__GET__workitem_type_states')).value.map(
        ({ category }) => category,
      ),
    ).toContain('Completed')
    expect(IdentityList.parse(example('ims/Identities__SearchPCVUByName')).value[0]?.isContainer).toBe(true)
    expect(CommentPage.safeParse(example('wit/comments__GET__wit_workitems__issueId__comments_1')).success).toBe(true)
  })

  it('names people of the graph by descriptor', () => {
    const user = example('graph/Users__GetUserAAD')
    expect(GraphUserPage.parse({ value: [user] }).value[0]?.descriptor).toMatch(/^aad\./)
  })
})
