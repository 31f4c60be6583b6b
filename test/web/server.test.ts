import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openProbot } from '../../src/web/server.ts'
import { MASTER, openWeb, type WebStage } from './stage.ts'

let web: WebStage
beforeAll(async () => {
  web = await openWeb()
})
afterAll(() => web.close())

describe('the server', () => {
  it.each([{}, { secret: '' }])('does not start without a webhook secret (%j)', (secret) => {
    expect(() => openProbot({ appId: 1, privateKey: 'none', ...secret })).toThrow('There is no webhook secret.')
  })

  it('hands deliveries of GitHub to the app', async () => {
    const body = JSON.stringify({ action: 'assigned', issue: { number: 1 } })
    const id = randomUUID()
    const signature = createHmac('sha256', MASTER).update(body).digest('hex')
    const reply = await web.post('/api/github/webhooks', body, {
      'x-github-event': 'issues',
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${signature}`,
    })
    expect(reply.status).toBe(200)
    expect(web.deliveries).toContain(`issues ${id}`)
  })

  it('answers every refusal in one form', async () => {
    const paths = ['/nothing', '/api/organizations', '/hooks/jira/jira', '/sign-in/done']
    for (const path of paths) {
      const reply = await web.ask(path, path.startsWith('/hooks') ? { method: 'POST', body: '{}' } : {})
      expect(Object.keys(((await reply.json()) as { error: object }).error)).toEqual(['code', 'message', 'remedy'])
    }
  })

  it('says that it is alive and that it can work', async () => {
    expect(await (await web.ask('/healthz')).json()).toEqual({ status: 'ok' })
    expect(await (await web.ask('/readyz')).json()).toEqual({ status: 'ready', parts: { database: 'ok' } })
  })

  it('is not ready without its database, but is without one of its trackers', async () => {
    const down = () => Promise.reject(new Error('down'))
    const at = async (vital: boolean) => {
      const broken = await openWeb({ server: { checks: [{ name: 'part', vital, check: down }] } })
      const reply = await broken.ask('/readyz')
      await broken.close()
      return [reply.status, await reply.json()]
    }
    expect(await at(true)).toEqual([503, { status: 'not-ready', parts: { part: 'failed' } }])
    expect(await at(false)).toEqual([200, { status: 'ready', parts: { part: 'failed' } }])
  })

  it('counts what happens for whoever has the token', async () => {
    expect((await web.ask('/metrics')).status).toBe(404)
    web.metrics.outcome({ outcome: 'created' })
    web.metrics.latency(0.4)
    web.metrics.latency(400)
    web.metrics.limit('boards', 180)
    web.metrics.watch('lockstep_queue_waiting', 'Entries that wait.', () => Promise.resolve(3))
    const reply = await web.ask('/metrics', { headers: { authorization: 'Bearer read-the-counts' } })
    const page = await reply.text()
    expect(reply.headers.get('content-type')).toContain('version=0.0.4')
    expect(page).toContain('lockstep_outcomes_total{outcome="created"} 1\n')
    expect(page).toContain('lockstep_latency_seconds_bucket{le="0.5"} 1\n')
    expect(page).toContain('lockstep_latency_seconds_bucket{le="300"} 1\n')
    expect(page).toContain('lockstep_latency_seconds_bucket{le="+Inf"} 2\n')
    expect(page).toContain('lockstep_latency_seconds_count 2\n')
    expect(page).toContain('lockstep_limit_left{connection="boards"} 180\n')
    expect(page).toContain('# TYPE lockstep_queue_waiting gauge\nlockstep_queue_waiting 3\n')
  })
})
