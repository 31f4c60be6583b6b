import type { Claim } from '../core/link.ts'
import { pairOf } from './keys.ts'

export const keyOf = ({ issue, connection }: Pick<Claim, 'issue' | 'connection'>): string => pairOf(issue, connection)

/** One's own claim may be renewed, but counts as one whose create may have happened. */
export const isFreeFor = (claim: Claim, before: Claim, now: Date): boolean =>
  before.owner === claim.owner || Date.parse(before.until) <= now.getTime()
