import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRefStore } from '../../src/store/ref.ts'
import { openStore } from '../../src/store/store.ts'
import { storeContract } from '../contract/store.ts'
import { freshPostgres } from '../postgres.ts'
import { createMemoryGitRef } from './memory-git-ref.ts'

const database = { persists: true, shared: true, wholeEntries: true }

storeContract('SQLite in memory', { ...database, persists: false, shared: false }, async () => ({
  open: (clock) => openStore('memory:', { clock }),
}))

storeContract('a SQLite file', database, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-store-'))
  return {
    open: (clock) => openStore(`sqlite:${folder}/deep/lockstep.sqlite`, { clock }),
    dispose: () => rm(folder, { recursive: true }),
  }
})

storeContract('PostgreSQL', database, async () => {
  const url = await freshPostgres()
  return { open: (clock) => openStore(url, { clock }) }
})

storeContract('a git ref', { persists: true, shared: false, wholeEntries: false }, async () => {
  const git = createMemoryGitRef()
  return { open: (clock) => openRefStore({ git, clock }) }
})
