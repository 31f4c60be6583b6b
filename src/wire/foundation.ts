import { createClient } from '../github/client.ts'
import type { Client } from '../github/client.ts'
import { createTrace } from '../trace.ts'
import type { Trace } from '../trace.ts'
import type { OnRequest, WireInput } from '../wire.ts'
import { sleep as pause, systemClock } from './clock.ts'
import { signIn } from './sign-in.ts'
import { openState } from './state.ts'
import type { State } from './state.ts'

/** What everything else stands on, and the first that has to be asked: GitHub, and the links as they were left. */
export interface Foundation {
  readonly client: Client
  readonly state: State
  readonly trace: Trace
  /** Requests sent so far, by `github` and the names of the trackers. */
  readonly requests: Record<string, number>
  count(name: string): (facts: Parameters<OnRequest>[1]) => void
}

export type FoundationInput = Pick<
  WireInput,
  'environment' | 'repo' | 'log' | 'clock' | 'sleep' | 'store' | 'peopleStore' | 'github' | 'shared' | 'keep'
>

/** Loads little, so that the first request is under way while a short-lived process still loads the rest. */
export async function openFoundation(input: FoundationInput): Promise<Foundation> {
  const { environment, repo, log, clock = systemClock, sleep = pause } = input
  const requests: Record<string, number> = { github: 0 }
  const trace = input.shared?.trace ?? createTrace()
  const count = (name: string) => (facts: Parameters<OnRequest>[1]) => {
    requests[name] = (requests[name] ?? 0) + 1
    trace.add(facts.requestId)
    input.shared?.onRequest(name, facts)
  }
  const github = input.github ?? { request: await signIn(environment, repo) }
  const client =
    'client' in github
      ? github.client
      : createClient({ request: github.request, clock, sleep, log, onRequest: count('github') })
  return { client, state: await openState(input, client, clock), trace, requests, count }
}
