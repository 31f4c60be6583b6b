import type { PeopleArchive } from '../config/server.ts'
import { importOutcomes, type PeopleStore } from '../core/directory.ts'
import { asLockstepError, LockstepError } from '../core/errors.ts'
import { printRepo, type RepoRef } from '../core/issue.ts'
import type { Clock, Log } from '../core/ports.ts'
import type { Store } from '../core/store.ts'
import { openArchive } from '../people/archive.ts'
import { createDecryptor } from '../people/decryptor.ts'
import { importPeople } from '../people/import.ts'
import { countAll, type ImportSummary } from '../people/import-summary.ts'
import type { ImportScope } from '../people/models.ts'
import { MOST_BYTES, withArchive } from './fetch-archive.ts'
import type { Installations } from './installations.ts'
import type { WorkOf } from './tasks.ts'

/** The archive in a repository, where the operator names one. */
export type FindArchive = (repo: RepoRef) => PeopleArchive | undefined

export interface ImportRequest {
  readonly scope: ImportScope
  /** Who asks, for the history. */
  readonly actor: string
}

export interface ImportDeps {
  readonly findArchive: FindArchive
  readonly installations: Pick<Installations, 'clientOf'>
  readonly people: PeopleStore
  readonly events: Pick<Store['events'], 'append'>
  /** What the operator's `$NAME`s stand for. */
  readonly secrets: Readonly<Record<string, string>>
  /** Where a key service finds its own sign-in. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly log: Log
}

// Whoever may push must not keep the server busy with a small file that unpacks to any size.
const limits = { archiveBytes: 4 * MOST_BYTES }
const TOLD_ROWS = 100_000

/** Brings the people of a repository's archive into the directory; the same archive changes nothing. */
export async function importArchive(deps: ImportDeps, work: WorkOf<'import'>): Promise<void> {
  const { log } = deps
  const facts = { repository: printRepo(work), scope: work.scope, actor: work.actor }
  const archive = deps.findArchive(work)
  if (archive === undefined) {
    log.info('import dropped', { ...facts, reason: 'the operator names no archive there any more' })
    return
  }
  log.info('import began', { ...facts, archive: archive.archive })
  try {
    const { id, repeated, models, matchable } = await run(deps, work, archive)
    if (repeated) {
      log.info('import done before, nothing written', { ...facts, import: id })
      return
    }
    const counts = Object.fromEntries(importOutcomes.map((outcome) => [outcome, countAll(models, outcome)]))
    log.info('import ended', { ...facts, import: id, ...counts, matchable })
    if (matchable === 0) log.warn('nobody of the import can be matched by an address', { ...facts, import: id })
    await note(deps, work, { outcome: 'imported', message: `${archive.archive} imported`, details: { import: id } })
  } catch (thrown) {
    const { code, message, remedy, retryable } = asLockstepError(thrown)
    if (!retryable) await note(deps, work, { outcome: 'failed', message, code, details: { remedy } })
    throw thrown
  }
}

async function run(deps: ImportDeps, work: WorkOf<'import'>, archive: PeopleArchive): Promise<ImportSummary> {
  const { installations, people, clock, log } = deps
  const decryptor = createDecryptor(readKey(deps, archive), archive.key, { env: deps.variables, now: clock.now() })
  const file = { owner: work.owner, repo: work.repo, path: archive.archive }
  return await withArchive(await installations.clientOf(work), file, async (source) => {
    let told = 0
    return await importPeople({
      archive: await openArchive(source, { decryptor, limits }),
      store: people,
      clock,
      scope: work.scope,
      domains: archive.domains,
      actor: work.actor,
      onRows(rows) {
        if (rows - told < TOLD_ROWS) return
        told = rows
        log.info('import goes on', { repository: printRepo(work), rows })
      },
    })
  })
}

function readKey({ secrets }: ImportDeps, { key }: PeopleArchive): string {
  const text = secrets[key.slice(1)]
  if (text !== undefined) return text
  throw new LockstepError('key-missing', `The archive is opened by ${key}, which is not set.`, {
    remedy: 'Set it in the environment of the server, and start it again.',
  })
}

interface Ending {
  readonly outcome: 'imported' | 'failed'
  readonly message: string
  readonly code?: string
  readonly details: Readonly<Record<string, unknown>>
}

async function note({ events, clock }: ImportDeps, work: WorkOf<'import'>, ending: Ending): Promise<void> {
  const { outcome, message, code = null, details } = ending
  await events.append([
    {
      at: clock.now().toISOString(),
      kind: 'import',
      organization: work.owner.toLowerCase(),
      issue: null,
      ticket: null,
      actor: work.actor,
      outcome,
      message,
      code,
      changes: [],
      requestIds: [],
      details: { repository: printRepo(work), scope: work.scope, ...details },
    },
  ])
}
