import { parseBody } from './router.ts'
import type { SandboxReply, SandboxRequest } from './router.ts'
import type { Fault } from './faults.ts'
import type { Play, RunningServer } from './server.ts'

/** The levers behind `/_sandbox/`: no modelled client ever calls them. */
export function createControl(play: Play, running: RunningServer) {
  const levers: Record<string, (input: Record<string, unknown>, request: SandboxRequest) => unknown> = {
    'GET state': () => play.dump(),
    'POST reset': (input) => {
      running.journal.clear()
      running.faults.clear()
      running.clock.reset()
      running.latencyMs = 0
      play.reset(input['seed'])
      return {}
    },
    'POST act': (input) => {
      const act = play.acts[String(input['do'])]
      if (act === undefined) throw new Error(`no such act; there are: ${Object.keys(play.acts).join(', ')}`)
      return act(input) ?? {}
    },
    'GET journal': (_, request) => {
      const since = Number(request.query.get('since') ?? 0)
      return running.journal.entries.filter((entry) => entry.n > since)
    },
    'GET counts': () => running.journal.count(),
    'DELETE journal': () => {
      running.journal.clear()
      return {}
    },
    'GET faults': () => running.faults.rules,
    'POST faults': (input) => {
      const rules = (Array.isArray(input['rules']) ? input['rules'] : [input]) as Fault[]
      running.faults.add(...rules)
      return running.faults.rules
    },
    'DELETE faults': () => {
      running.faults.clear()
      return {}
    },
    'POST latency': (input) => {
      running.latencyMs = Number(input['ms'] ?? 0)
      return {}
    },
    'GET clock': () => ({ now: running.clock.now().toISOString() }),
    'POST clock': (input) => {
      if (input['set'] !== undefined) running.clock.set(String(input['set']))
      if (input['advanceMs'] !== undefined) running.clock.advance(Number(input['advanceMs']))
      if (input['reset'] === true) running.clock.reset()
      return { now: running.clock.now().toISOString() }
    },
    'POST settle': async () => {
      await running.deliveries.settle()
      return {}
    },
  }

  return async function control(request: SandboxRequest): Promise<SandboxReply> {
    const lever = levers[`${request.method} ${request.path.replace(/^\/_sandbox\/?/, '')}`]
    if (lever === undefined) return { status: 404, body: { levers: Object.keys(levers) } }
    try {
      const input = (parseBody(request) ?? {}) as Record<string, unknown>
      return { status: 200, body: (await lever(input, request)) ?? {} }
    } catch (error) {
      return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } }
    }
  }
}
