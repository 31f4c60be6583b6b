import type { Side } from './sides.ts'

type Server = Pick<Side['server'], 'faults'>

export interface Moment {
  readonly server: Server
  /** Only requests for such an address. */
  readonly path?: RegExp
}

export interface Interruptions {
  /** Does it when so many more of these requests have come, before the next one is answered. */
  add(at: readonly Moment[], after: number, act: () => void): void
  /** What has not happened yet will not happen. */
  clear(): void
}

/** What people do at the very moment when Lockstep is at work. */
export function listen(servers: readonly Server[]): Interruptions {
  let pending: { readonly at: readonly Moment[]; left: number; readonly act: () => void }[] = []
  for (const server of servers) {
    const { faults } = server
    const { match } = faults
    faults.match = (on, method, subject) => {
      const isMeant = (at: readonly Moment[]) =>
        on === 'request' && at.some((moment) => moment.server === server && (moment.path?.test(subject) ?? true))
      const meant = pending.filter(({ at }) => isMeant(at))
      const due = meant.filter(({ left }) => left === 0)
      pending = pending.filter((one) => !due.includes(one))
      for (const one of meant) one.left--
      for (const { act } of due) act()
      return match(on, method, subject)
    }
  }
  return {
    add: (at, after, act) => void pending.push({ at, left: after, act }),
    clear() {
      pending = []
    },
  }
}
