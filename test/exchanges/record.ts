import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { payloadTaps } from '../../sandbox/github/webhooks.ts'
import { taps } from '../../sandbox/kit/server.ts'
import type { Exchange } from '../../sandbox/kit/server.ts'

// Every body that the servers produce in the whole run is held against the official schemas when the run is over,
// in one process, so that each schema is compiled once. Bodies of one shape are kept a few times only.
const folder = process.env['LOCKSTEP_EXCHANGES']
const PER_SHAPE = 2

function shapeOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  if (Array.isArray(value)) return `[${[...new Set(value.map(shapeOf))].join()}]`
  let shape = '{'
  for (const [key, inner] of Object.entries(value)) shape += `${key}:${shapeOf(inner)},`
  return `${shape}}`
}

// The modules, and so the taps, stay when one process runs several files.
if (folder !== undefined && taps.size === 0) {
  const file = join(folder, `${process.pid}.ndjson`)
  const seen = new Map<string, number>()
  const keep = (kind: string, key: readonly unknown[], body: unknown, record: unknown) => {
    const shape = `${kind} ${key.join(' ')} ${shapeOf(body)}`
    const times = (seen.get(shape) ?? 0) + 1
    seen.set(shape, times)
    if (times <= PER_SHAPE) appendFileSync(file, `${JSON.stringify(record)}\n`)
  }
  taps.add(({ server, pattern, request, reply }: Exchange) => {
    if (Buffer.isBuffer(reply.body)) return
    const { method, path, search, headers, origin, params } = request
    const body = request.body.toString('utf8')
    const asked = { method, path, search, headers, origin, params, body }
    keep('exchange', [server, method, pattern, reply.status], reply.body, {
      kind: 'exchange',
      server,
      pattern,
      request: asked,
      reply,
    })
  })
  payloadTaps.add((event, payload) => keep('webhook', [event], payload, { kind: 'webhook', event, payload }))
}
