import * as azdev from 'azure-devops-node-api'
import { WorkItemErrorPolicy, WorkItemExpand } from 'azure-devops-node-api/interfaces/WorkItemTrackingInterfaces.js'
import { describe, expect, it } from 'vitest'
import { SANDBOX_PAT } from '../../../sandbox/azure/seeds.ts'
import type { AzureServer } from '../../../sandbox/azure/server.ts'
import { useAzure } from './stage.ts'

const start = useAzure()

const connect = (server: AzureServer, pat = SANDBOX_PAT) =>
  new azdev.WebApi(server.collectionUrl, azdev.getPersonalAccessTokenHandler(pat))

describe("Microsoft's own client", () => {
  it.each(['services', '2022'] as const)(
    'lists, creates, updates, comments, queries and pages on %s',
    async (version) => {
      const { server } = await start({ version, switches: { reportingPageSize: 3 } })
      const connection = connect(server)
      expect((await connection.connect()).authenticatedUser?.providerDisplayName).toBe('Lockstep Sync')
      const core = await connection.getCoreApi()
      const projects = await core.getProjects()
      expect(projects.map(({ name }) => name)).toContain('Fabrikam')

      const wit = await connection.getWorkItemTrackingApi()
      const made = await wit.createWorkItem(
        {},
        [{ op: 'add', path: '/fields/System.Title', value: 'From the client' }],
        'Fabrikam',
        'Task',
      )
      const id = made.id!
      const updated = await wit.updateWorkItem({}, [{ op: 'add', path: '/fields/System.State', value: 'Doing' }], id)
      expect(updated.rev).toBe(2)
      expect((await wit.getWorkItem(id, undefined, undefined, WorkItemExpand.All)).fields?.['System.State']).toBe(
        'Doing',
      )

      const comment = await wit.addComment({ text: 'Hello' }, 'Fabrikam', id)
      expect((await wit.getComments('Fabrikam', id)).comments?.map(({ id: each }) => each)).toEqual([comment.id])

      const found = await wit.queryByWiql(
        { query: `SELECT [System.Id] FROM WorkItems WHERE [System.Title] = 'From the client'` },
        { project: 'Fabrikam' },
      )
      expect(found.workItems?.map((each) => each.id)).toEqual([id])
      const many = await wit.getWorkItemsBatch({ ids: [1, id, 999], errorPolicy: WorkItemErrorPolicy.Omit })
      expect(many.map((each) => each?.id)).toEqual([1, id, undefined])

      const seen: number[] = []
      for (let token: string | undefined; ;) {
        const batch = await wit.readReportingRevisionsPost({ includeLatestOnly: true }, undefined, token)
        seen.push(...(batch.values ?? []).map((each) => (each as { id: number }).id))
        token = batch.continuationToken
        if (batch.isLastBatch === true) break
      }
      expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, id])
      const states = await wit.getWorkItemTypeStates('Fabrikam', 'Task')
      expect(states.map(({ category }) => category)).toEqual(['Proposed', 'InProgress', 'Completed'])
    },
  )

  it('fails with the message and the status of the server', async () => {
    const { server } = await start()
    const wit = await connect(server).getWorkItemTrackingApi()
    await expect(wit.updateWorkItem({}, [{ op: 'test', path: '/rev', value: 7 }], 1)).rejects.toMatchObject({
      statusCode: 412,
      message: expect.stringMatching(/^VS403351/) as string,
    })
    await expect(
      wit.createWorkItem({}, [{ op: 'add', path: '/fields/System.Description', value: 'x' }], 'Fabrikam', 'Task'),
    ).rejects.toMatchObject({ statusCode: 400 })
  })
})
