import { expect, it } from 'vitest'
import { startAzure } from '../../../sandbox/azure/server.ts'
import { taps } from '../../../sandbox/kit/server.ts'
import type { Exchange } from '../../../sandbox/kit/server.ts'
import { describeWithData } from '../../shared-data.ts'
import { callerOf } from './client.ts'
import { createAzureValidator } from './validate.ts'

describeWithData('every answer agrees with the official descriptions', () => {
  for (const version of ['services', '2022', '2019'] as const) {
    it(`on ${version}`, async () => {
      const validate = createAzureValidator()!
      const problems: string[] = []
      const tap = (exchange: Exchange) => {
        problems.push(...validate(exchange))
      }
      taps.add(tap)
      const server = await startAzure({ version })
      await walk(server, version)
      taps.delete(tap)
      await server.close()
      expect(problems).toEqual([])
    })
  }
})

async function walk(server: Awaited<ReturnType<typeof startAzure>>, version: 'services' | '2022' | '2019') {
  const call = callerOf(server)
  const released = { services: '7.1', '2022': '7.0', '2019': '5.0' }[version]
  const v = (path: string, suffix = '') => `${path}${path.includes('?') ? '&' : '?'}api-version=${released}${suffix}`
  const wit = '/Fabrikam/_apis/wit'
  const made = await call('POST', v(`${wit}/workitems/$Issue`), {
    body: [
      { op: 'add', path: '/fields/System.Title', value: 'Everything' },
      { op: 'add', path: '/fields/System.AssignedTo', value: 'ada.byron@example.com' },
      { op: 'add', path: '/relations/-', value: { rel: 'Hyperlink', url: 'https://github.com/example/repo/issues/1' } },
      {
        op: 'add',
        path: '/relations/-',
        value: { rel: 'System.LinkTypes.Hierarchy-Reverse', url: `${server.collectionUrl}/_apis/wit/workItems/3` },
      },
    ],
  })
  expect(made.status, made.text).toBe(200)
  const id = made.body['id'] as number
  await call('PATCH', v(`/_apis/wit/workitems/${id}`), {
    body: [{ op: 'add', path: '/fields/System.History', value: 'Said in the history' }],
  })
  const reads = [
    `/_apis/wit/workitems/${id}?$expand=all`,
    `/_apis/wit/workitems?ids=1,2,${id}`,
    `${wit}/workitems/$Issue`,
    `${wit}/workItems/${id}/updates`,
    `${wit}/workItems/${id}/updates/1`,
    `${wit}/workItems/${id}/revisions`,
    `${wit}/workItems/${id}/revisions/1`,
    `${wit}/workitemtypes`,
    `${wit}/workitemtypes/Issue`,
    `${wit}/workitemtypes/Issue/states`,
    `${wit}/workitemtypes/Issue/fields?$expand=all`,
    `${wit}/workitemtypes/Issue/fields/System.State`,
    `${wit}/workitemtypecategories`,
    `${wit}/fields`,
    `${wit}/fields/System.Title`,
    `${wit}/classificationnodes?$depth=2`,
    `${wit}/classificationnodes/Areas/Website?$depth=1`,
    `/_apis/wit/workitemrelationtypes`,
    `/_apis/wit/workitemtransitions?ids=1,2&action=checkin`,
    `${wit}/reporting/workitemrevisions`,
    `${wit}/reporting/workitemlinks`,
    '/_apis/projects',
    '/_apis/projects/Fabrikam?includeCapabilities=true',
    '/_apis/projects/Fabrikam/teams',
    '/_apis/process/processes',
    '/_apis/hooks/publishers',
    '/_apis/hooks/consumers',
    '/_apis/wit/workitems/4711',
  ]
  for (const path of reads) await call('GET', v(path))
  await call('POST', v('/_apis/wit/workitemsbatch'), { body: { ids: [1, 4711], errorPolicy: 'omit' } })
  await call('POST', v(`${wit}/wiql`), {
    body: { query: 'SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project ORDER BY [System.Id]' },
  })
  const hook = await call('POST', v('/_apis/hooks/subscriptions'), {
    body: {
      publisherId: 'tfs',
      eventType: 'workitem.updated',
      resourceVersion: '1.0',
      consumerId: 'webHooks',
      consumerActionId: 'httpRequest',
      publisherInputs: {},
      consumerInputs: { url: `${server.url}/_sandbox/nowhere` },
    },
  })
  await call('GET', v(`/_apis/hooks/subscriptions/${hook.body['id']}`))
  await call('PATCH', v(`/_apis/wit/workitems/${id}`), {
    body: [{ op: 'add', path: '/fields/System.State', value: 'Doing' }],
  })
  await server.deliveries.settle()
  await call('GET', v(`/_apis/hooks/subscriptions/${hook.body['id']}/notifications`))
  if (version !== '2019') {
    const said = await call('POST', v(`${wit}/workItems/${id}/comments`, '-preview.4'), {
      body: { text: '<div>Said</div>' },
    })
    expect(said.status, said.text).toBe(200)
    const comment = `${wit}/workItems/${id}/comments/${said.body['id']}`
    await call('PATCH', v(comment, '-preview.4'), { body: { text: 'Said better' } })
    await call('GET', v(`${wit}/workItems/${id}/comments?$expand=all`, '-preview.4'))
    await call('PUT', v(`${comment}/reactions/like`, '-preview.1'))
    await call('GET', v(`${comment}/versions`, '-preview.1'))
    await call('GET', v(`${wit}/reporting/workItemRevisions/discussions`, '-preview.1'))
    await call('GET', v(`${wit}/tags`, '-preview.1'))
  } else {
    await call('GET', v(`${wit}/workItems/${id}/comments`, '-preview.2'))
  }
  if (version === 'services') {
    await call('GET', '/_vssps/contoso/_apis/graph/users?api-version=7.1-preview.1')
    await call('POST', '/_vssps/contoso/_apis/graph/subjectquery?api-version=7.1-preview.1', {
      body: { query: 'ada', subjectKind: ['User'] },
    })
    await call('GET', '/_vsaex/contoso/_apis/userentitlements?api-version=7.1-preview.4')
  }
  const identities = version === 'services' ? '/_vssps/contoso/_apis/identities' : '/_apis/identities'
  await call('GET', v(`${identities}?searchFilter=General&filterValue=Ada Byron`))
  await call('DELETE', v(`${wit}/workitems/${id}`))
  await call('GET', v(`${wit}/recyclebin`))
  await call('GET', v(`${wit}/recyclebin?ids=${id}`))
  await call('GET', v(`${wit}/recyclebin/${id}`))
  await call('PATCH', v(`${wit}/recyclebin/${id}`), { body: { isDeleted: false } })
}
