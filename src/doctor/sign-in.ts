import type { ServerFacts } from '../core/inspection.ts'
import type { Clock } from '../core/ports.ts'
import type { Notes } from './check.ts'

const DAY_MS = 24 * 60 * 60_000
/** Time enough to get a new token before anything stops. */
const WARNED_DAYS = 14
const SKEW_WARNED_MS = 60_000
/** Signatures of GitHub Apps and of OAuth 1 are refused when they are off by more. */
const SKEW_REFUSED_MS = 5 * 60_000

/** The token's end and the clock of one server. */
export function judgeServer({ time, signInEnds, account }: ServerFacts, clock: Clock, notes: Notes): void {
  const now = clock.now().getTime()
  notes.ok('sign-in', account === null || account === '' ? 'The server accepts it.' : `Signed in as ${account}.`)
  if (signInEnds !== null) judgeEnd(signInEnds, now, notes)
  if (time === null) return
  const skew = now - time.getTime()
  const seconds = Math.round(Math.abs(skew) / 1000)
  const off = `The clock of this machine is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} the server's.`
  const remedy = 'Set the clock of the machine, and let it follow a time server (NTP).'
  if (Math.abs(skew) > SKEW_REFUSED_MS) notes.fail('clock', off, remedy)
  else if (Math.abs(skew) > SKEW_WARNED_MS) notes.warn('clock', off, remedy)
  else notes.ok('clock', 'The clocks agree.')
}

function judgeEnd(end: Date, now: number, notes: Notes): void {
  const days = Math.floor((end.getTime() - now) / DAY_MS)
  const day = end.toISOString().slice(0, 10)
  const remedy = 'Make a new token, and put it in the place of the old one.'
  if (end.getTime() <= now) notes.fail('token', `The token ended on ${day}.`, remedy)
  else if (days < WARNED_DAYS) notes.warn('token', `The token ends on ${day}, in ${days} days.`, remedy)
  else notes.ok('token', `The token is good until ${day}.`)
}
