/** Somebody who is signed in to the web pages, as the store keeps it. */
export interface StoredSession {
  /** Fingerprint of the id that the browser holds; the id itself is stored nowhere. */
  readonly idHash: string
  readonly login: string
  readonly name: string
  /** Of whoever came through the one-time link of a local start: there is no account to ask about. */
  readonly local: boolean
  /** The person's token for GitHub, sealed with a key that is made from the id. */
  readonly sealedToken: string | null
  readonly createdAt: string
  readonly expiresAt: string
}

export interface Sessions {
  find(idHash: string): Promise<StoredSession | undefined>
  save(session: StoredSession): Promise<void>
  remove(idHash: string): Promise<void>
  /** Forgets those that ended before. */
  sweep(before: Date): Promise<void>
}
