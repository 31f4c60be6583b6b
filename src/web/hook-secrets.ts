import { createHmac } from 'node:crypto'
import type { HookRegistration } from '../core/hooks.ts'

/**
 * The secret that the deliveries of a connection carry. It is made from the secret of the GitHub App, so that nothing
 * secret lies in the store, and whoever has the one can set up the other anew.
 */
export const hookSecret = (master: string, connection: string, generation: number): string =>
  createHmac('sha256', master).update(`lockstep hook ${connection} ${generation}`).digest('base64url')

export const newestGeneration = (registrations: readonly Pick<HookRegistration, 'generation'>[]): number =>
  Math.max(0, ...registrations.map(({ generation }) => generation))

/** Those in use, and the next one: while secrets change, the tracker may have it a moment before the store does. */
export function acceptedSecrets(
  master: string,
  connection: string,
  registrations: readonly Pick<HookRegistration, 'generation'>[],
): readonly string[] {
  const inUse = registrations.map(({ generation }) => generation)
  const generations = new Set([...inUse, newestGeneration(registrations) + 1])
  return [...generations].map((generation) => hookSecret(master, connection, generation))
}
