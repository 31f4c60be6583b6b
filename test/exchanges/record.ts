import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { payloadTaps } from '../../sandbox/github/webhooks.ts'
import { taps } from '../../sandbox/kit/server.ts'
import type { Exchange } from '../../sandbox/kit/server.ts'

// Every body that the servers produce in the whole run is held against the official schemas when the run is over,
// in one process, so that each schema is compiled once. Bodies of one shape are kept a few times only.
const folder = process.env['LOCKSTEP_EXCHANGES']
const PER_SHAPE = 2

const numbers = new Map<string, number>()

/** The same number for the same word, here and now. */
function numberOf(word: string): number {
  const known = numbers.get(word)
  if (known !== undefined) return known
  const number = Math.imul(numbers.size + 1, 0x9e3779b1)
  numbers.set(word, number)
  return number
}

/** Bodies with the same keys and types have the same number: it is asked for so often that texts would take too long. */
function shapeOf(value: unknown): number {
  if (value === null) return numberOf('null')
  if (typeof value !== 'object') return numberOf(typeof value)
  if (Array.isArray(value)) {
    let shape = numberOf('list')
    for (const inner of new Set(value.map(shapeOf))) shape = join32(shape, inner)
    return shape
  }
  let shape = numberOf('object')
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key]
    shape = join32(join32(shape, numberOf(key)), shapeOf(inner))
  }
  return shape
}

const join32 = (left: number, right: number): number => {
  const mixed = Math.imul(left ^ (right + 0x9e3779b9), 0x85ebca6b)
  return mixed ^ (mixed >>> 13)
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
