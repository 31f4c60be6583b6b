import type { Clock } from './clock.ts'
import type { Faults } from './faults.ts'

/** A webhook on its way out. */
export interface Delivery {
  readonly url: string
  readonly event: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface DeliveryResult {
  readonly deliveredAt: string
  /** 0 when nobody answered. */
  readonly status: number
  readonly replyHeaders: Readonly<Record<string, string>>
  readonly replyBody: string
  readonly ms: number
  readonly error: string | null
}

export interface Deliveries {
  /** How many may be on their way to one URL; with more than one, as a busy server has it, their order is lost. */
  atOnce: number
  /** Sends in the background, in order per URL; `done` hears how it ended, also for a lost one (status 0). */
  send(delivery: Delivery, done?: (result: DeliveryResult) => void): void
  /** Resolves when nothing is on its way any more. */
  settle(): Promise<void>
}

const TIMEOUT_MS = 10_000

export function createDeliveries(faults: Faults, clock: Clock): Deliveries {
  const lanes = new Map<string, Promise<void>>()
  const held = new Map<string, () => Promise<void>>()

  async function post(delivery: Delivery): Promise<DeliveryResult> {
    const started = performance.now()
    const base = { deliveredAt: clock.now().toISOString(), replyHeaders: {}, replyBody: '' }
    try {
      const reply = await fetch(delivery.url, {
        method: 'POST',
        headers: { ...delivery.headers },
        body: delivery.body,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      const replyBody = await reply.text()
      const replyHeaders = Object.fromEntries(reply.headers)
      return { ...base, status: reply.status, replyHeaders, replyBody, ms: performance.now() - started, error: null }
    } catch (error) {
      return { ...base, status: 0, ms: performance.now() - started, error: String(error) }
    }
  }

  let turn = 0

  function enqueue(url: string, work: () => Promise<void>): void {
    const name = `${(turn += 1) % own.atOnce} ${url}`
    const lane = (lanes.get(name) ?? Promise.resolve()).then(work)
    lanes.set(name, lane)
  }

  async function settle(): Promise<void> {
    for (;;) {
      for (const [url, release] of held) {
        held.delete(url)
        enqueue(url, release)
      }
      const waiting = [...lanes.values()]
      await Promise.all(waiting)
      if (held.size === 0 && [...lanes.values()].every((lane, index) => lane === waiting[index])) return
    }
  }

  const own: Deliveries = {
    atOnce: 1,
    settle,
    send(delivery, done = () => {}) {
      const fault = faults.match('webhook', 'POST', delivery.event)
      const deliver = async () => done(await post(delivery))
      if (fault?.webhook === 'lose') {
        const lost = { status: 0, replyHeaders: {}, replyBody: '', ms: 0, error: 'lost' }
        enqueue(delivery.url, async () => done({ deliveredAt: clock.now().toISOString(), ...lost }))
        return
      }
      if (fault?.webhook === 'reorder') {
        held.set(delivery.url, deliver)
        return
      }
      enqueue(delivery.url, async () => {
        if (fault?.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs))
        await deliver()
        if (fault?.webhook === 'double') await deliver()
      })
      const release = held.get(delivery.url)
      if (release !== undefined) {
        held.delete(delivery.url)
        enqueue(delivery.url, release)
      }
    },
  }
  return own
}
