import { Hono } from 'hono'
import { asLockstepError } from '../core/errors.ts'
import type { Log } from '../core/ports.ts'
import type { Metrics } from './metrics.ts'
import { notFound } from './refusal.ts'

export interface HealthCheck {
  readonly name: string
  /** Without it no work can be done; a tracker that is down is told, but takes no server out of service. */
  readonly vital: boolean
  check(): Promise<unknown>
}

export interface HealthDeps {
  readonly checks: readonly HealthCheck[]
  readonly metrics: Metrics
  /** Whoever reads the counts shows this as a bearer token; `null` shows them to nobody. */
  readonly metricsToken: string | null
  readonly log: Log
}

const PATIENCE_MS = 3_000

export function createHealthRoutes({ checks, metrics, metricsToken, log }: HealthDeps): Hono {
  const routes = new Hono()
  routes.get('/healthz', (context) => context.json({ status: 'ok' }))
  routes.get('/readyz', async (context) => {
    const results = await Promise.all(checks.map((each) => judge(each, log)))
    const ready = results.every(({ ok, vital }) => ok || !vital)
    const parts = Object.fromEntries(results.map(({ name, ok }) => [name, ok ? 'ok' : 'failed']))
    return context.json({ status: ready ? 'ready' : 'not-ready', parts }, ready ? 200 : 503)
  })
  routes.get('/metrics', async (context) => {
    if (metricsToken === null || context.req.header('authorization') !== `Bearer ${metricsToken}`) return notFound()
    return context.body(await metrics.print(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
  return routes
}

async function judge({ name, vital, check }: HealthCheck, log: Log) {
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), PATIENCE_MS)
    })
    await Promise.race([check(), late])
    return { name, vital, ok: true }
  } catch (error) {
    const { code, message } = asLockstepError(error)
    log.warn('not ready', { part: name, code, said: message })
    return { name, vital, ok: false }
  } finally {
    clearTimeout(timer)
  }
}
