import type { Outcome } from '../core/outcome.ts'

export interface Metrics {
  /** A delivery came in, and how it ended; `source` is `github` or a connection. */
  delivery(source: string, result: string): void
  outcome(outcome: Pick<Outcome, 'outcome'>): void
  /** From the event to its effect. */
  latency(seconds: number): void
  request(connection: string, status: number): void
  /** What the server said is left of its limit. */
  limit(connection: string, left: number): void
  /** Asked when the page is read. */
  watch(name: string, help: string, read: () => Promise<number>): void
  print(): Promise<string>
}

// In seconds: an effect should be there within two of them, and a blocked one may take an hour.
const BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600]

type Labels = Readonly<Record<string, string>>

/** Counts for Prometheus. No label holds an organization, a repository or a person: who may read this may not know them. */
export function createMetrics(): Metrics {
  const families = new Map<string, Family>()
  const watched: { readonly name: string; readonly help: string; readonly read: () => Promise<number> }[] = []
  const family = (name: string, type: Family['type'], help: string): Family => {
    const made: Family = families.get(name) ?? { type, help, samples: new Map() }
    families.set(name, made)
    return made
  }
  const deliveries = family('lockstep_deliveries_total', 'counter', 'Deliveries received, by how they ended.')
  const outcomes = family('lockstep_outcomes_total', 'counter', 'Reconciles, by how they ended.')
  const requests = family('lockstep_requests_total', 'counter', 'Requests sent, by connection and status.')
  const limits = family('lockstep_limit_left', 'gauge', 'Requests left before the limit, as the server said last.')
  const latency = family('lockstep_latency_seconds', 'histogram', 'Time from an event to its effect.')
  let sum = 0
  let count = 0
  const within = BUCKETS.map(() => 0)

  return {
    delivery: (source, result) => add(deliveries, { source, result }),
    outcome: ({ outcome }) => add(outcomes, { outcome }),
    request: (connection, status) => add(requests, { connection, status: String(status) }),
    limit: (connection, left) => void limits.samples.set(printLabels({ connection }), left),
    latency(seconds) {
      sum += seconds
      count++
      BUCKETS.forEach((bound, index) => {
        if (seconds <= bound) within[index] = (within[index] ?? 0) + 1
      })
      BUCKETS.forEach((bound, index) =>
        latency.samples.set(`_bucket${printLabels({ le: String(bound) })}`, within[index] ?? 0),
      )
      latency.samples.set(`_bucket${printLabels({ le: '+Inf' })}`, count)
      latency.samples.set('_sum', sum)
      latency.samples.set('_count', count)
    },
    watch: (name, help, read) => void watched.push({ name, help, read }),
    async print() {
      const read = await Promise.all(
        watched.map(async ({ name, help, read }) => ({ name, help, value: await read().catch(() => Number.NaN) })),
      )
      const gauges = read.map(({ name, help, value }) =>
        printFamily(name, { type: 'gauge', help, samples: new Map([['', value]]) }),
      )
      return [...[...families].map(([name, each]) => printFamily(name, each)), ...gauges].join('')
    },
  }
}

interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  /** By what follows the name: labels, or `_sum`. */
  readonly samples: Map<string, number>
}

function add({ samples }: Family, labels: Labels): void {
  const key = printLabels(labels)
  samples.set(key, (samples.get(key) ?? 0) + 1)
}

const printLabels = (labels: Labels): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',')}}`

const escapeLabel = (value: string): string =>
  value
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)

function printFamily(name: string, { type, help, samples }: Family): string {
  const lines = [...samples].map(([rest, value]) => `${name}${rest} ${Number.isNaN(value) ? 'NaN' : value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
