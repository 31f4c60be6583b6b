import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestTrace } from './core/ports.ts'

// A backfill of comments sends many requests; nobody reads more ids than this.
const KEPT = 50

export interface Trace extends RequestTrace {
  /** Hears of a request of the work that is running. */
  add(id: string | undefined): void
}

export function createTrace(): Trace {
  const running = new AsyncLocalStorage<string[]>()
  return {
    run: async (work) => await running.run([], work),
    ids: () => [...(running.getStore() ?? [])],
    add(id) {
      const ids = running.getStore()
      if (id !== undefined && ids !== undefined && ids.length < KEPT) ids.push(id)
    },
  }
}
