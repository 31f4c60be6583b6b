import { expect, it } from 'vitest'
import { startAzure } from '../../../sandbox/azure/server.ts'
import { taps } from '../../../sandbox/kit/server.ts'
import type { Exchange } from '../../../sandbox/kit/server.ts'
import { describeWithData, readSharedJson } from '../../shared-data.ts'
import { callerOf } from './client.ts'
import type { Loose } from './client.ts'
import { createAzureValidator } from './validate.ts'

interface Recorded {
  readonly request: {
    readonly method: string
    readonly uri: string
    readonly headers: Readonly<Record<string, readonly string[]>>
    readonly body: unknown
  }
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, readonly string[]>>
    readonly body: unknown
  }
}

const RECORDINGS = [
  'test_workItemCreateShowUpdateDelete',
  'test_boards_releations_create_remove',
  'test_devops_projects_CreateListShowDelete',
]

/** What may differ, and why. `path` is where in the body, with list positions as `[]`. */
const EXPLAINED: readonly { readonly uri: RegExp; readonly path: RegExp; readonly why: string }[] = [
  {
    uri: /_apis\/projects\?/,
    path: /^\.value\[\]\.description/,
    why: 'the recorded organization has other projects than the sandbox, with and without descriptions',
  },
]

/** A body as the set of its paths with their types; the content is another world's. */
function shapeOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => shapeOf(each, `${at}[]`))
  if (typeof value === 'object' && value !== null) {
    return [`${at}: object`, ...Object.entries(value).flatMap(([key, each]) => shapeOf(each, `${at}.${key}`))]
  }
  return [`${at}: ${value === null ? 'null' : typeof value}`]
}

function differences(uri: string, recorded: unknown, answered: unknown): string[] {
  const [expected, actual] = [new Set(shapeOf(recorded)), new Set(shapeOf(answered))]
  const explained = (path: string) => EXPLAINED.some((each) => each.uri.test(uri) && each.path.test(path))
  return [
    ...[...expected].filter((path) => !actual.has(path)).map((path) => `missing ${path}`),
    ...[...actual].filter((path) => !expected.has(path)).map((path) => `not recorded ${path}`),
  ].filter((difference) => !explained(difference.replace(/^(?:missing|not recorded) /, '')))
}

// Sent by the real service about itself and its transport; nothing a client acts on.
const HEADERS = [
  'content-type',
  'x-content-type-options',
  'x-frame-options',
  'x-tfs-serviceerror',
  'x-ms-continuationtoken',
]

type Relations = readonly { readonly url: string }[]

const ends = (body: unknown): string[] =>
  ((body as { relations?: Relations }).relations ?? []).map(({ url }) => url.split('/').at(-1)!)

/**
 * The order of relations is the server's own affair, also in the recording. A removal by index is translated to
 * the index of the same link; several of them stay in descending order.
 */
function translateRemovals(body: unknown, then: readonly string[], today: readonly string[]): unknown {
  if (!Array.isArray(body)) return body
  const operations = (body as { op: string; path: string }[]).map((operation) => {
    const index = operation.op === 'remove' ? /^\/relations\/(\d+)$/.exec(operation.path)?.[1] : undefined
    return index === undefined ? operation : { ...operation, path: `/relations/${today.indexOf(then[Number(index)]!)}` }
  })
  const removals = operations
    .filter(({ op }) => op === 'remove')
    .sort((a, b) => Number(b.path.split('/')[2]) - Number(a.path.split('/')[2]))
  return [...operations.filter(({ op }) => op !== 'remove'), ...removals]
}

describeWithData('recordings of Services, replayed', () => {
  for (const name of RECORDINGS) {
    it(`answers ${name} as it was answered then`, async () => {
      const server = await startAzure({ seed: { org: 'exampleorg', firstItemId: 973 } })
      const call = callerOf(server)
      // Ids that the service gave out then, and what the sandbox gives out instead.
      const ids = new Map<string, string>()
      // By item: the other ends of its links, in the order of then and of today.
      const links = new Map<string, { readonly then: string[]; readonly today: string[] }>()
      const translate = (text: string) => {
        let result = text.replaceAll('https://dev.azure.com/exampleorg', server.collectionUrl)
        for (const [then, today] of ids) result = result.replaceAll(then, today)
        return result
      }
      for (const [index, { request, response }] of (
        readSharedJson(`ado/recordings/${name}.json`) as Recorded[]
      ).entries()) {
        const headers = Object.fromEntries(Object.entries(request.headers).map(([key, values]) => [key, values[0]!]))
        const known = links.get(/workItems\/(\d+)/.exec(request.uri)?.[1] ?? '') ?? { then: [], today: [] }
        const body = translateRemovals(request.body, known.then, known.today)
        const answer = await call(request.method, translate(request.uri), {
          headers,
          ...(body !== null && { body: translate(JSON.stringify(body)) }),
        })
        const label = `${index} ${request.method} ${request.uri}`
        expect(answer.status, label).toBe(response.status)
        for (const header of HEADERS) {
          if (response.headers[header] !== undefined) {
            expect(answer.headers.get(header)?.toLowerCase(), `${label} ${header}`).toBe(
              response.headers[header][0]!.toLowerCase(),
            )
          }
        }
        const recorded = response.body as { id?: string | number } | string
        if (typeof recorded === 'string') expect(answer.text, label).toBe(recorded)
        else {
          expect(differences(request.uri, recorded, answer.body), label).toEqual([])
          if (typeof recorded.id === 'number')
            links.set(String(recorded.id), { then: ends(recorded), today: ends(answer.body) })
          if (typeof recorded.id === 'string') ids.set(recorded.id, String(answer.body['id']))
          else if (recorded.id !== undefined) expect(answer.body['id'], label).toBe(recorded.id)
        }
      }
      await server.close()
    })
  }

  it('returns the same values, where the recording fixes them', async () => {
    const server = await startAzure({ seed: { org: 'exampleorg', firstItemId: 973 } })
    const call = callerOf(server)
    const recording = readSharedJson('ado/recordings/test_boards_releations_create_remove.json') as Recorded[]
    const recorded = recording.find(({ request }) => request.uri.endsWith('workItemRelationTypes'))!.response.body as {
      value: { url: string }[]
    }
    const answer = await call('GET', '/_apis/wit/workItemRelationTypes')
    const plain = (each: { url: string }) => ({ ...each, url: '' })
    expect((answer.body['value'] as { url: string }[]).map(plain)).toEqual(recorded.value.map(plain))
    await server.close()
  })
})

interface Example {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly responses: Readonly<Record<string, { readonly body?: { readonly value?: unknown } }>>
}

const example = (name: string) => readSharedJson(`ado/examples/${name}.json`) as Example

/** Published replies are older than the service: compared are the keys they have and we lack. */
const EXAMPLES_BEHIND: readonly { readonly key: RegExp; readonly why: string }[] = [
  { key: /Kanban|BoardColumn/, why: 'boards are not modelled' },
  { key: /workItemHistory/, why: 'the link was replaced by workItemComments (recorded 2026)' },
]

const lacking = (published: unknown, answered: unknown) => {
  const answeredShape = new Set(shapeOf(answered).map((path) => path.replace(/: .*$/, '')))
  return [...new Set(shapeOf(published).map((path) => path.replace(/: .*$/, '')))].filter(
    (path) => !answeredShape.has(path) && !EXAMPLES_BEHIND.some(({ key }) => key.test(path)),
  )
}

describeWithData('published examples, replayed', () => {
  it('creates, moves, comments and links the way the examples do', async () => {
    const server = await startAzure({
      seed: {
        org: 'fabrikam',
        firstItemId: 297,
        projects: [
          { name: 'Fabrikam-Fiber-Git', process: 'Scrum', areas: ['Website'] },
          { name: 'Fabrikam-Scrum', process: 'Scrum' },
        ],
        items: [297, 298, 299, 300].map((id) => ({
          project: 'Fabrikam-Fiber-Git',
          type: id === 297 ? 'Product Backlog Item' : 'Task',
          title: `Item ${id}`,
        })),
      },
    })
    const call = callerOf(server)
    const translate = (body: unknown) =>
      JSON.parse(JSON.stringify(body).replaceAll('https://dev.azure.com/fabrikam', server.collectionUrl)) as unknown
    const play = async (name: string, path: string) => {
      const { parameters, responses } = example(`wit/${name}`)
      const answer = await call('PATCH', path, { body: translate(parameters['body']) })
      expect(answer.status, `${name}: ${answer.text}`).toBe(200)
      return { answer, published: responses['200']!.body as Record<string, Loose> }
    }
    const moved = await play('workItems__PATCH__wit_workitems__taskId_', '/_apis/wit/workitems/299?api-version=1.0')
    expect(moved.answer.body['rev']).toBe(moved.published['rev'])
    expect(moved.answer.body['fields']['System.AreaPath']).toBe('Fabrikam-Fiber-Git\\Website')
    expect(moved.answer.body['fields']['System.History']).toBe('Moving to the right area path')

    await call('PATCH', '/_apis/wit/workitems/299?api-version=1.0', {
      body: [{ op: 'add', path: '/fields/System.Title', value: 'Again' }],
    })
    const linked = await play('workItems__PATCH__wit_workitems__taskId_3', '/_apis/wit/workitems/299?api-version=1.0')
    expect(linked.answer.body['rev']).toBe(3)
    expect(linked.answer.body['relations'][0].rel).toBe('System.LinkTypes.Dependency-Forward')
    expect(linked.answer.body['relations'][0].attributes.comment).toBe('Making a new link for the dependency')

    await call('PATCH', '/_apis/wit/workitems/398?api-version=1.0', { body: [] })
    const bug = await call('POST', '/Fabrikam-Fiber-Git/_apis/wit/workitems/$Bug?api-version=7.1', {
      body: [{ op: 'add', path: '/fields/System.Title', value: 'First bug' }],
    })
    const here = `/_apis/wit/workitems/${bug.body['id']}?api-version=1.0`
    const changedProject = await play('workItems__PATCH__wit_workitems__bug1Id_', here)
    expect(changedProject.answer.body['fields']['System.TeamProject']).toBe('Fabrikam-Scrum')
    const changedType = await play('workItems__PATCH__wit_workitems__bug1Id_2', here)
    expect(changedType.answer.body['fields']).toMatchObject({ 'System.WorkItemType': 'Task', 'System.State': 'To Do' })
    expect(lacking(changedType.published, changedType.answer.body)).toEqual([])
    await server.close()
  })

  it('answers queries, batches, comments, states, categories and subscriptions with every key of the examples', async () => {
    const server = await startAzure()
    const call = callerOf(server)
    const published = (name: string) => example(name).responses['200']!.body
    const query = example('wit/wiql__GET__wit_get_id_workitems').parameters['body']
    const hits = await call('POST', '/FabrikamAgile/_apis/wit/wiql?api-version=7.1', { body: query })
    expect(hits.status).toBe(200)
    await call('POST', '/Fabrikam/_apis/wit/workItems/2/comments?api-version=5.1-preview', { body: { text: 'One' } })
    await call('POST', '/Fabrikam/_apis/wit/workItems/2/comments?api-version=5.1-preview', { body: { text: 'Two' } })
    const compare = async (name: string, path: string) => {
      const answer = await call('GET', path)
      expect(answer.status, path).toBe(200)
      expect(lacking(published(name), answer.body), name).toEqual([])
    }
    await compare(
      'wit/comments__GET__wit_workitems__issueId__comments_1',
      '/Fabrikam/_apis/wit/workItems/2/comments?$top=1&api-version=7.1-preview.4',
    )
    await compare(
      'wit/workItemTypeStates__GET__workitem_type_states',
      '/FabrikamAgile/_apis/wit/workitemtypes/Bug/states?api-version=7.1',
    )
    await compare(
      'wit/workItemTypeCategories__GET__wit_workItemTypeCategories',
      '/FabrikamScrum/_apis/wit/workitemtypecategories?api-version=7.1',
    )
    await compare('wit/workItems__GET_work_item_template', '/FabrikamAgile/_apis/wit/workItems/$Bug?api-version=7.1')
    await compare('core/projects__GET__projects', '/_apis/projects?api-version=7.1')
    await compare('core/teams__GET__projects__projectId__teams', '/_apis/projects/Fabrikam/teams?api-version=7.1')
    await server.close()
  })
})

describeWithData('every answer agrees with the official descriptions', () => {
  it('and the comparison notices when one does not', async () => {
    const validate = createAzureValidator()!
    const exchanges: Exchange[] = []
    const tap = (exchange: Exchange) => {
      exchanges.push(exchange)
    }
    taps.add(tap)
    const server = await startAzure()
    await callerOf(server)('GET', '/_apis/wit/workitems/1?api-version=7.1')
    taps.delete(tap)
    await server.close()
    const exchange = exchanges[0]!
    const doctored = (change: object) =>
      validate({ ...exchange, reply: { ...exchange.reply, body: { ...(exchange.reply.body as object), ...change } } })
    expect(validate(exchange)).toEqual([])
    expect(doctored({ id: 'one' })).toHaveLength(1)
    expect(doctored({ invented: true })).toHaveLength(1)
    expect(
      validate({ ...exchange, request: { ...exchange.request, query: new URLSearchParams('expnad=all') } }),
    ).toHaveLength(1)
  })
})
