import type { Person } from '../core/people.ts'
import type { CommandIO } from './command.ts'
import { exitCodes } from './command.ts'
import { openPeopleSession } from './people-session.ts'

const PAGE = 500

/** Everybody that the directory holds, or those with a piece of text in their login, name or address. */
export async function runList(
  { json }: { readonly json?: boolean },
  text: string | undefined,
  io: CommandIO,
): Promise<number> {
  const { people, close } = await openPeopleSession(io)
  try {
    let after: string | undefined
    let count = 0
    if (json === true) io.stdout.write('[')
    do {
      const filter = { limit: PAGE, ...(text === undefined ? {} : { text }) }
      const page = await people.list(after === undefined ? filter : { ...filter, after })
      for (const person of page) {
        if (json === true) io.stdout.write(`${count === 0 ? '' : ','}\n${JSON.stringify(person)}`)
        else io.stdout.write(`${printPerson(person)}\n`)
        count++
      }
      after = page.length < PAGE ? undefined : page.at(-1)?.logins[0]
    } while (after !== undefined)
    if (json === true) io.stdout.write('\n]\n')
    else if (count === 0) io.stdout.write('Nobody is known.\n')
    return exitCodes.ok
  } finally {
    await close()
  }
}

function printPerson({ logins, name, addresses, accounts, active, human }: Person): string {
  const marks = [...(active ? [] : ['not active']), ...(human ? [] : ['a service'])]
  const mails = addresses.map(({ email, verified }) => (verified ? email : `${email} (not verified)`))
  const known = accounts.map(({ connection, id }) => `${connection}:${id}`)
  return [logins.join(', '), name ?? '', mails.join(', '), known.join(', '), marks.join(', ')]
    .filter((part) => part !== '')
    .join('  ')
}
