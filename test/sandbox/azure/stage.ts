import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { startAzure } from '../../../sandbox/azure/server.ts'
import type { AzureOptions, AzureServer } from '../../../sandbox/azure/server.ts'
import { taps } from '../../../sandbox/kit/server.ts'
import type { Exchange } from '../../../sandbox/kit/server.ts'
import { callerOf } from './client.ts'
import { createAzureValidator } from './validate.ts'

/**
 * Starts servers for one test file and closes them after each test. Where the official descriptions lie beside the
 * project, every answer of every test is held against them.
 */
export function useAzure() {
  const running: AzureServer[] = []
  const problems: string[] = []
  const validate = createAzureValidator()
  const tap = (exchange: Exchange) => {
    problems.push(...(validate?.(exchange) ?? []))
  }
  beforeAll(() => {
    taps.add(tap)
  })
  afterAll(() => {
    taps.delete(tap)
  })
  afterEach(async () => {
    for (const server of running.splice(0)) await server.close()
    expect(problems.splice(0)).toEqual([])
  })
  return async (options: AzureOptions = {}) => {
    const server = await startAzure(options)
    running.push(server)
    return { server, call: callerOf(server) }
  }
}
