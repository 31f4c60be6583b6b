import { openArchive } from '../../src/people/archive.ts'
import { importPeople } from '../../src/people/import.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createPeopleStore } from '../../src/store/people.ts'
import { now } from './archives.ts'

// A process of its own that imports an archive and may be killed at any moment.
const [path = '', target = ''] = process.argv.slice(2)
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
  onRows: (rows) => process.stdout.write(`${rows}\n`),
})
process.stdout.write('done\n')
await database.close()
