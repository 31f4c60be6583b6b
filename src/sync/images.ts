import type { RouteRule } from '../config/schema.ts'
import { isTextUnchanged } from '../core/blocks.ts'
import type { Note } from '../core/change.ts'
import { asLockstepError } from '../core/errors.ts'
import { fingerprint } from '../core/fingerprint.ts'
import type { Pair } from '../core/fields/field.ts'
import type { Tracker } from '../core/ports.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'

/** Address on GitHub to address in the tracker. */
export type KnownImages = ReadonlyMap<string, string>

export interface SharedImages {
  readonly known: KnownImages
  /** Copies the pictures of these texts that are not there yet; tells whether any of their pictures is there now. */
  share(texts: readonly string[]): Promise<boolean>
  /** What could not be copied. */
  notes(): readonly Note[]
}

const shares = ({ images, sync }: RouteRule): boolean =>
  images === 'upload' && (sync.body !== 'off' || sync.comments !== 'off')

export const hasImages = ({ host }: SyncDeps, rule: RouteRule, text: string): boolean =>
  shares(rule) && host.findImages(text).length > 0

/** Copies pictures that only GitHub's own readers can open to the ticket, each once; those of the text at once. */
export async function shareImages(
  deps: SyncDeps,
  tracker: Tracker,
  { rule, issue, ticket, base }: Pair,
  { dryRun }: ReconcileOptions,
): Promise<SharedImages> {
  const known = new Map(Object.entries(base?.images ?? {}))
  const failed = new Map<string, Note>()

  async function share(texts: readonly string[]): Promise<boolean> {
    if (!shares(rule) || dryRun === true) return false
    const found = texts.flatMap((text) => deps.host.findImages(text))
    const missing = [...new Set(found)].filter((url) => !known.has(url) && !failed.has(url))
    const files = missing.length === 0 ? new Map() : await deps.host.readImages(issue.ref, missing)
    for (const url of missing) {
      const file = files.get(url)
      if (file === undefined) failed.set(url, noteOf(url, 'GitHub does not show it.'))
      else await attach(url, file)
    }
    return found.some((url) => known.has(url))
  }

  async function attach(url: string, file: Parameters<Tracker['attach']>[1]): Promise<void> {
    try {
      known.set(url, (await tracker.attach(ticket, file)).url)
    } catch (thrown) {
      const error = asLockstepError(thrown)
      if (error.retryable || error.effectUnknown) throw error
      failed.set(url, noteOf(url, error.message))
    }
  }

  const travels =
    base === null
      ? ticket.body.trim() === ''
      : base.body === null || !isTextUnchanged(base.body.issue, deps.host.text, issue.body)
  if (travels && (rule.sync.body === 'both' || rule.sync.body === 'to-tracker')) await share([issue.body])
  return { known, share, notes: () => [...failed.values()] }
}

const noteOf = (url: string, why: string): Note => ({
  key: `image:${fingerprint(url).slice(0, 8)}`,
  level: 'warning',
  text: `The picture ${url} stays a link: ${why}`,
})

export const rewriteToTicket =
  (images: KnownImages) =>
  (url: string): string | undefined =>
    images.get(url)

/** A picture that was copied is, on the way back, the one it was copied from. */
export const rewriteToIssue =
  (images: KnownImages) =>
  (url: string): string | undefined =>
    [...images].find(([, copy]) => copy === url)?.[0]
