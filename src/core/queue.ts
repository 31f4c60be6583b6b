import type { ErrorCode } from './errors.ts'

/** Something to do. The same thing waits once, however many ask for it. */
export interface Task {
  /** What it is about, such as `issue:acme/rocket#12`. */
  readonly key: string
  /** Lanes take turns, so that a busy one keeps nobody else waiting: one for each installation. */
  readonly lane: string
  readonly kind: string
  /** What the worker has to know; where a task joins one that waits, the newer facts count. */
  readonly facts: Readonly<Record<string, unknown>>
  /** Comments moved, too; a task that joins does not take that back. */
  readonly comments?: boolean
}

/** A task whose turn has come. */
export interface Entry extends Required<Task> {
  /** When the first of what is not dealt with yet was added, in ISO time. */
  readonly addedAt: string
  /** How often it was tried and failed. */
  readonly attempts: number
}

export interface Reason {
  readonly code: ErrorCode
  readonly message: string
  readonly remedy: string | null
}

/** How the work on an entry ended. */
export type Verdict =
  | { readonly kind: 'done' }
  /** Once more, at once. */
  | { readonly kind: 'again' }
  /** Not before this moment, in ISO time; that counts as no failure. */
  | { readonly kind: 'blocked'; readonly until: string; readonly reason: Reason }
  /** Later, after a pause that grows with each failure; dead after the last one. */
  | { readonly kind: 'retry'; readonly reason: Reason }
  /** Trying again helps nobody until a person has done something. */
  | { readonly kind: 'dead'; readonly reason: Reason }

export type Handle = (entry: Entry) => Promise<Verdict>

export interface FailedEntry extends Entry, Reason {
  readonly failedAt: string
}

export interface Depth {
  readonly waiting: number
  readonly running: number
  readonly blocked: number
  readonly dead: number
  /** When the one that waits longest was due, in ISO time. */
  readonly oldest: string | null
}

export interface FailedFilter {
  readonly lane?: string
  readonly code?: ErrorCode
}

/** Durable, and shared by all processes on one database. */
export interface Queue {
  /**
   * Resolves once the tasks are on disk. Answers `false`, and adds nothing, when this delivery was taken in before.
   * A task that is being worked on right now is worked on once more afterwards.
   */
  add(tasks: readonly Task[], delivery?: string): Promise<boolean>
  /** Hands out entries until it is stopped; whatever a killed process had in hand is handed out again. */
  work(handle: Handle): { stop(): Promise<void> }
  depth(): Promise<Depth>
  /** The dead, newest first. */
  failed(filter?: FailedFilter & { readonly limit?: number }): Promise<readonly FailedEntry[]>
  /** Brings the dead back to life, and answers how many. */
  replay(filter: FailedFilter & { readonly key?: string }): Promise<number>
  close(): Promise<void>
}
