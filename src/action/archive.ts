import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openArchive } from '../people/archive.ts'
import type { Archive } from '../people/archive.ts'
import { createIndexSource, indexPeople } from '../people/archive-source.ts'
import { createDecryptor } from '../people/decryptor.ts'
import { chooseByUsername, parseNames, readChosen } from '../people/filter.ts'
import type { Decryptor } from '../people/keys.ts'
import type { ArchiveRecord } from '../people/records.ts'
import type { AddressSource } from '../people/sources.ts'
import type { ActionContext } from './context.ts'
import type { ArchivePlace } from './environment.ts'

/** The archive, found whole and authentic. */
export async function openPeopleArchive(context: ActionContext, { path, key }: ArchivePlace): Promise<Archive> {
  const { cwd, runner } = context
  const decryptor = key === null ? null : await readDecryptor(context, key)
  const archive = await openArchive(resolve(cwd, path), decryptor === null ? {} : { decryptor })
  runner.info(`${archive.name} is ${archive.sealed ? 'sealed, and authentic' : 'not sealed'}.`)
  return archive
}

async function readDecryptor({ cwd, runner, clock, mask }: ActionContext, key: string): Promise<Decryptor> {
  const inline = key.includes('-----BEGIN') || key.trimStart().startsWith('{')
  const text = inline ? key : await readFile(resolve(cwd, key), 'utf8')
  mask([text])
  return createDecryptor(text, 'people-key', { env: runner.env, now: clock.now() })
}

/** Who is who, for the length of this run: the state in a git ref keeps no personal data. */
export async function readPeople(context: ActionContext, place: ArchivePlace): Promise<AddressSource> {
  const archive = await openPeopleArchive(context, place)
  const index = await indexPeople(readRecords(context, archive), place.domains)
  context.runner.info(`${index.byLogin.size} people are known from the archive.`)
  return createIndexSource(async () => index)
}

/** The rows that the inputs choose. */
async function* readRecords({ inputs, runner }: ActionContext, archive: Archive): AsyncGenerator<ArchiveRecord> {
  const usernames = parseNames(inputs['filter-usernames'])
  if (usernames.size === 0) {
    yield* archive.records({ scope: 'user' })
    return
  }
  const choice = await chooseByUsername(archive, usernames)
  if (choice.unknown.length > 0) {
    runner.annotate('warning', `The archive has nobody called ${choice.unknown.join(', ')}.`)
  }
  yield* readChosen(archive, { scope: 'user', choice })
}
