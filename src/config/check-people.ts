import type { Finding, Path } from './problem.ts'
import type { PeopleRule } from './schema.ts'

/** What the schema cannot say about the people. */
export function checkPeople({ archive, key, map, domains }: PeopleRule): Finding[] {
  const findings: Finding[] = []
  const report = (path: Path, message: string, remedy: string, more: Partial<Finding> = {}) =>
    findings.push({ severity: 'error', path: ['people', ...path], message, remedy, ...more })

  const judged: Path[] = [
    ['people', 'archive'],
    ['people', 'key'],
  ]
  if (archive !== undefined && key === undefined) {
    report(
      ['archive'],
      'the archive cannot be opened without its key',
      'Add "key: $NAME", the private key in PEM form.',
      { judged },
    )
  }
  if (archive === undefined && key !== undefined) {
    report(['key'], 'there is no archive that this key opens', 'Add "archive: FILE", or remove the key.', {
      severity: 'warning',
      judged,
    })
  }

  const owners = new Map<string, string>()
  for (const [login, mails] of Object.entries(map)) {
    if (!/^[a-z\d][\w-]*(?:\[bot\])?$/i.test(login)) {
      const bare = login.replace(/^@/, '')
      report(
        ['map', login],
        `"${login}" is no GitHub login`,
        bare === login ? 'Use the login, not the name of the person.' : `Write ${bare}.`,
        { at: 'key' },
      )
    }
    for (const mail of mails.map((address) => address.toLowerCase())) {
      const owner = owners.get(mail)
      if (owner !== undefined && owner !== login) {
        report(['map', login], `${mail} belongs to ${owner} already`, 'Give every address to one login.')
      }
      owners.set(mail, login)
    }
  }
  for (const domain of domains) {
    if (/^[a-z\d-]+(?:\.[a-z\d-]+)+$/i.test(domain)) continue
    report(['domains'], `"${domain}" is no domain`, 'Write it as in example.com, without @ and without https://.')
  }
  return findings
}
