import type { Clock } from '../kit/clock.ts'
import type { Links } from './links.ts'
import type { Switches } from './switches.ts'
import { stamp } from './world.ts'
import type { App, Installation, Org, Person, Repo, World } from './world.ts'

/** What a payload is about; the rest of the envelope (sender, installation, organization) follows from it. */
export interface HookEvent {
  readonly event: string
  readonly action: string | null
  readonly sender: Person
  readonly repo: Repo | null
  readonly org?: Org | null
  /** Only to this App, whatever it subscribed to: installation events. */
  readonly only?: { readonly app: App; readonly installation: Installation | null }
  /** The part of the payload that is the event's own. */
  payload(links: Links): Record<string, unknown>
}

/** What everything that happens in the modelled GitHub needs at hand. */
export interface Host {
  readonly clock: Clock
  readonly switches: Switches
  readonly world: World
  /** URLs as webhook payloads show them. */
  payloadLinks(): Links
  /** Tells every hook that listens. */
  emit(event: HookEvent): void
}

export const nowOf = (host: Host): string => stamp(host.clock.now())
