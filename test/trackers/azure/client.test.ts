import { afterEach, describe, expect, it } from 'vitest'
import { failure } from '../../http/stage.ts'
import { openAzure } from './stage.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function open(options: Parameters<typeof openAzure>[0] = {}) {
  const stage = await openAzure(options)
  closers.push(stage.close)
  return stage
}

describe('the first request', () => {
  it('finds out which server it is, once', async () => {
    const products = []
    for (const [version, switches] of [
      ['services', {}],
      ['2022', { maxVersion: '7.1' }],
      ['2022', {}],
      ['2022', { maxVersion: '6.0' }],
      ['2019', {}],
    ] as const) {
      const stage = await open({ version, switches })
      const traits = await stage.tracker.describe()
      const cold = stage.count().reads
      await stage.tracker.describe()
      expect(stage.count().reads).toBe(0)
      products.push([traits.product, traits.editsComments, traits.formats.length, cold])
    }
    expect(products).toEqual([
      ['Azure DevOps Services', true, 2, 1],
      ['Azure DevOps Server 2022', true, 1, 1],
      ['Azure DevOps Server 2022', true, 1, 2],
      ['Azure DevOps Server 2020', true, 1, 2],
      ['Azure DevOps Server 2019', false, 1, 2],
    ])
  })

  it('is made again when it failed', async () => {
    const stage = await open()
    stage.server.faults.add({ path: 'connectionData', status: 404, times: 1 })
    expect(await failure(stage.tracker.describe())).toMatchObject({ code: 'not-found' })
    expect((await stage.tracker.describe()).product).toBe('Azure DevOps Services')
  })
})

describe('the limits of Services', () => {
  it('stop the connection until the time they name', async () => {
    const stage = await open()
    await stage.tracker.describe()
    stage.server.clock.set('2026-11-21T12:00:00Z')
    stage.server.faults.add({
      path: 'workitemsbatch',
      status: 429,
      headers: { 'retry-after': '240', 'content-type': 'application/json' },
      body: {
        message: 'TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource x.',
      },
    })
    const until = { code: 'limit-reached', retryAt: '2026-11-21T12:04:00.000Z' }
    expect(await failure(stage.tracker.readTickets(['1']))).toMatchObject(until)
    stage.count()
    expect(await failure(stage.tracker.readProjects())).toMatchObject(until)
    expect(stage.count()).toEqual({ reads: 0, writes: 0 })
    stage.server.clock.set('2026-11-21T12:04:01Z')
    expect(await stage.tracker.readProjects()).not.toEqual([])
  })
})

describe('the message of the server', () => {
  it('complaint 42: is passed on with the request id, also where it stands in a header', async () => {
    const stage = await open()
    const error = await failure(stage.tracker.readTypes('Nowhere'))
    expect(error).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('TF200016'),
      details: { activityid: expect.any(String), 'x-vss-e2eid': expect.any(String), status: 404 },
    })
    const lost = stage.open()
    stage.server.faults.add({
      path: 'projects',
      status: 404,
      headers: { 'content-type': 'text/plain', 'x-tfs-serviceerror': 'The%20controller%20was%20not%20found.' },
      body: 'page',
    })
    expect(await failure(lost.readProjects())).toMatchObject({
      message: expect.stringContaining('The controller was not found.'),
    })
  })
})
