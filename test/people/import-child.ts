import { openArchive } from '../../src/people/archive.ts'
import { importPeople } from '../../src/people/import.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createPeopleStore } from '../../src/store/people.ts'
import { now } from './archives.ts'

// A process of its own that imports an archive and may be killed at any moment; by itself when it has written so many rows.
const [path = '', target = '', dieAt] = process.argv.slice(2)
const clock = { now: () => now }
const database = await openDatabase(target)
const store = createPeopleStore(database, { clock })
const archive = await openArchive(path)
await importPeople({
  archive,
  store,
  clock,
  scope: 'organization',
  domains: ['example.com'],
  actor: 'test',
  onRows: (rows) => {
    if (rows === Number(dieAt)) process.kill(process.pid, 'SIGKILL')
    process.stdout.write(`${rows}\n`)
  },
})
process.stdout.write('done\n')
await database.close()
