/** A delivery of a tracker as it came in, before anything in it is believed. */
export interface HookDelivery {
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** What followed the connection in the path; some versions of Jira can carry a secret nowhere else. */
  readonly pathSecret: string | null
}

/** Which ticket a delivery is about. It carries no content: what happened is read afresh. */
export interface TicketHint {
  readonly key: string | null
  /** The tracker's own id, which survives a new key. */
  readonly id: string | null
  /** Keys that the ticket had before. */
  readonly oldKeys: readonly string[]
  readonly project: string | null
  readonly comments: boolean
  /** The tracker's name of the event, for the log. */
  readonly event: string
}

/** How the tracker's deliveries are told from forged ones, and what they point at. */
export interface HookReader {
  /** Whether one of the secrets vouches for the delivery; looks at headers, path and raw bytes alone. */
  vouches(delivery: HookDelivery, secrets: readonly string[]): boolean
  /** `null`: well formed, but about nothing that is kept in lockstep. `undefined`: no delivery of this tracker. */
  readHint(body: unknown): TicketHint | null | undefined
}

/** A hook as the tracker has it. */
export interface TrackerHook {
  /** The tracker's own id. */
  readonly id: string
  readonly event: string
  readonly url: string
  readonly state: 'enabled' | 'disabled' | 'disabled-by-system'
}

/** Registers hooks through the tracker's own API. */
export interface HookRegistrar {
  /** Fails when the tracker does not answer or does not know us. */
  greet(): Promise<void>
  /** Everything that has to be registered for a project, one after the other. */
  plan(project: string, url: string): Promise<readonly HookPlan[]>
  read(id: string): Promise<TrackerHook | undefined>
  create(plan: HookPlan, secret: string): Promise<TrackerHook>
  /** Puts URL and secret in place and switches the hook on again. */
  replace(id: string, plan: HookPlan, secret: string): Promise<TrackerHook>
  remove(id: string): Promise<void>
}

export interface HookPlan {
  readonly project: string
  /** One event, or a name for several that one hook listens to. */
  readonly event: string
  readonly url: string
}

/** What is remembered of a registered hook. The secret is made from the operator's own and the generation, not stored. */
export interface HookRegistration {
  readonly connection: string
  readonly project: string
  readonly event: string
  /** The tracker's own id. */
  readonly hookId: string
  readonly url: string
  /** Counts up with each new secret. */
  readonly generation: number
  readonly checkedAt: string
}

export interface HookRegistrations {
  list(connection: string): Promise<readonly HookRegistration[]>
  save(registration: HookRegistration): Promise<void>
  remove(registration: Pick<HookRegistration, 'connection' | 'project' | 'event'>): Promise<void>
}
