import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAzure } from '../../sandbox/azure/server.ts'
import { startGitHub } from '../../sandbox/github/server.ts'
import { runCli } from '../../src/cli.ts'
import { createTestKeys, jsonBytes, sealRows, user, userEmail } from '../people/archives.ts'
import { open, rows } from './people-stage.ts'

const keys = await createTestKeys()

const inOrganization = ['--scope', 'organization', '--filter-org-slugs', 'acme'] as const

describe('lockstep people import', () => {
  it('prints a table of what became of the rows, and warns when nobody can be matched', async () => {
    const { run, write } = await open()
    await write('people.json', jsonBytes(rows))
    const { code, stdout, stderr } = await run('import', 'people.json')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ +inserted +existing +merged +renamed +skipped$/m)
    expect(stdout).toMatch(/^sentry\.user +2 +0 +0 +0 +0$/m)
    expect(stdout).toContain('1 row, the address is empty: sentry.email 1')
    expect(stdout).toContain('0 of 2 people can be matched by an address.')
    expect(stderr).toMatch(/^Warning: Nobody of them can be matched/)
    const again = await run('import', 'people.json', '--trust-domains', 'example.com')
    expect(again.stdout).toContain('1 of 2 people can be matched by an address.')
    expect(again.stderr).toBe('')
  })

  it('with --json prints one object and nothing else, and list shows what is there then', async () => {
    const { run, write } = await open()
    await write('people.json', jsonBytes(rows))
    const { code, stdout } = await run('import', 'people.json', '--json', '--silent')
    const none = { inserted: 0, existing: 0, merged: 0, renamed: 0, skipped: 0 }
    expect({ code, printed: JSON.parse(stdout) }).toEqual({
      code: 0,
      printed: {
        ok: true,
        error: null,
        models: {
          'sentry.user': { ...none, inserted: 2 },
          'sentry.email': { ...none, skipped: 1 },
          'sentry.useremail': { ...none, inserted: 1 },
        },
        skipped: [{ model: 'sentry.email', pk: 1, reason: 'the address is empty' }],
        findings: [],
      },
    })
    const listed = JSON.parse((await run('list', '--json')).stdout) as unknown[]
    expect(listed).toMatchObject([{ logins: ['idris-falk'] }, { logins: ['mona-castell'] }])
    expect((await run('list', 'MONA@exa')).stdout).toBe('mona-castell  mona@example.com (not verified)\n')
    expect((await run('list', 'nobody')).stdout).toBe('Nobody is known.\n')
  })

  it('opens a sealed archive with its key, and says in one sentence why another does not fit', async () => {
    const { run, write, read } = await open()
    const stranger = await createTestKeys()
    await write('people.tar', await sealRows(rows, keys))
    await write('key.pem', keys.privateKey)
    await write('stranger.pem', stranger.privateKey)
    const wrong = await run(
      'import',
      'people.tar',
      '--decrypt-with',
      'stranger.pem',
      '--json',
      '--findings-file',
      'f.json',
    )
    expect(wrong.code).toBe(1)
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      ok: false,
      error: { code: 'archive-wrong-key', remedy: expect.any(String) },
      models: {},
    })
    expect(JSON.parse(await read('f.json'))).toMatchObject([{ code: 'archive-wrong-key', on: { model: null } }])
    expect((await run('list')).stdout).toBe('Nobody is known.\n')
    expect((await run('import', 'people.tar')).stderr).toContain('is sealed, and no key was given.')
    const right = await run('import', 'people.tar', '--decrypt-with', 'key.pem', '--findings-file', 'f.json')
    expect(right.code).toBe(0)
    expect(await read('f.json')).toBe('[]\n')
  })

  it('writes what stopped it into the findings, with model and row', async () => {
    const { run, write, read } = await open()
    await write('bad.json', jsonBytes([...rows, user(9, 'x'.repeat(129))]))
    const { code, stderr } = await run('import', 'bad.json', '--findings-file', 'f.json')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^sentry\.user 9 is not usable: username: [^\n]+\.\n[^\n]+\n$/)
    const text = await read('f.json')
    expect(JSON.parse(text)).toMatchObject([
      {
        code: 'archive-record-bad',
        field: 'username',
        finding: 'ImportError',
        left_pk: 9,
        on: { model: 'sentry.user' },
      },
    ])
    expect(text).toMatch(/^\[\n {2}\{\n {4}"code"/)
  })

  it.each([
    [['import'], 'Which archive?'],
    [['import', 'none.tar'], 'none.tar cannot be read.'],
    [['import', '.'], '. is a folder.'],
    [['seal', 'none.json', 'people.tar', '--encrypt-with', 'pub.pem'], 'none.json cannot be read.'],
    [['seal', 'sealed.tar', 'people.tar', '--encrypt-with', 'pub.pem'], 'sealed.tar is sealed already.'],
    [['import', 'people.json', '--scope', 'global'], '"global" is no scope.'],
    [['import', 'people.json', '--filter-usernames', 'a', '--filter-usernames-file', 'b'], 'exclude each other'],
    [['import', 'people.json', '--filter-org-slugs', 'a'], 'Add --scope organization.'],
    [['import', 'people.json', '--filter-org-slugs', 'a', '--scope', 'user'], 'Add --scope organization.'],
    [['import', 'people.json', ...inOrganization, '--filter-usernames', 'b'], 'exclude each other'],
    [['import', 'people.json', ...inOrganization, '--filter-usernames-file', 'b'], 'exclude each other'],
    [['import', 'people.json', '--decrypt-with', 'a', '--decrypt-with-gcp-kms', 'b'], 'exclude each other'],
    [['import', 'people.json', '--decrypt-with', 'none.pem'], 'none.pem cannot be read.'],
    [['import', 'people.json', '--filter-usernames-file', 'none.txt'], 'none.txt cannot be read.'],
    [['sanitize', 'people.json'], 'DEST is missing'],
    [['sanitize', 'none.json', 'copy.json'], 'none.json cannot be read.'],
    [['sanitize', 'people.json', './people.json'], 'would be written over itself.'],
    [['compare', 'people.json'], 'RIGHT is missing'],
    [['compare', 'people.json', 'none.json'], 'none.json cannot be read.'],
    [['frobnicate'], 'has no "frobnicate"'],
    [['resolve'], 'LOGIN is missing'],
  ])('%j ends with code 2', async (args, message) => {
    const { run, write } = await open()
    await write('people.json', jsonBytes(rows))
    await write('pub.pem', keys.publicKey)
    await write('sealed.tar', await sealRows(rows, keys))
    const { code, stderr, stdout } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('with an invalid key ends with code 1', async () => {
    const { run, write } = await open()
    await write('people.tar', await sealRows(rows, keys))
    await write('bad.pem', 'no key at all')
    const { code, stderr } = await run('import', 'people.tar', '--decrypt-with', 'bad.pem')
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/^bad\.pem is no private key/) })
    expect((await run('list')).stdout).toBe('Nobody is known.\n')
  })

  it('trims the names of a filter file, and says so when it names nobody', async () => {
    const { run, write } = await open()
    await write('people.json', jsonBytes(rows))
    await write('names.txt', '  Idris-Falk \r\n\n nobody-here\n')
    const some = await run('import', 'people.json', '--filter-usernames-file', 'names.txt')
    expect(some.stderr).toContain('The archive has nobody called nobody-here.')
    expect((await run('list')).stdout).toMatch(/^idris-falk/)
    await write('blank.txt', ' \n ')
    const nobody = await run('import', 'people.json', '--filter-usernames-file', 'blank.txt')
    expect(nobody).toMatchObject({ code: 0, stderr: 'Warning: Nobody was imported.\n' })
  })

  it('takes the organizations of a filter with their members, and says which it does not find', async () => {
    const { run, write } = await open()
    const organization = (pk: number, slug: string) => ({
      model: 'sentry.organization',
      pk,
      fields: { name: slug, slug },
    })
    const member = (pk: number, organization: number, user: number) => ({
      model: 'sentry.organizationmember',
      pk,
      fields: { organization, user_id: user, role: 'member' },
    })
    const all = [organization(1, 'acme'), organization(2, 'globex'), ...rows, member(1, 1, 2), member(2, 2, 1)]
    await write('all.json', jsonBytes(all))
    const some = await run('import', 'all.json', '--scope', 'organization', '--filter-org-slugs', ' acme , initech')
    expect(some).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('The archive has no organization called initech.'),
    })
    expect((await run('list')).stdout).toBe('idris-falk  idris@example.org (not verified)\n')
    const nobody = await run('import', 'all.json', '--scope', 'organization', '--filter-org-slugs', ' ')
    expect(nobody).toMatchObject({ code: 0, stderr: 'Warning: Nobody was imported.\n' })
  })

  it('merges, tries out, and keeps silent', async () => {
    const { run, write } = await open()
    await write('people.json', jsonBytes(rows))
    expect((await run('import', 'people.json', '--dry-run', '--no-prompt')).stdout).toContain('nothing was kept')
    expect((await run('list')).stdout).toBe('Nobody is known.\n')
    expect(await run('import', 'people.json', '--silent')).toEqual({ code: 0, stdout: '', stderr: '' })
    const merged = await run('import', 'people.json', '--merge-users', '--json')
    expect(JSON.parse(merged.stdout)).toMatchObject({ models: { 'sentry.user': { merged: 2, inserted: 0 } } })
    expect((await run('import', 'people.json')).stdout).toContain('This import was done before')
  })

  it('shows how far it is to whoever watches', async () => {
    const { folder, write } = await open()
    await write('people.json', jsonBytes(rows))
    let stderr = ''
    await runCli(['people', 'import', 'people.json'], {
      stdout: { write: () => {} },
      stderr: { write: (text) => (stderr += text) },
      env: { DATABASE_URL: `sqlite:${folder}/people.sqlite` },
      cwd: folder,
      isTTY: true,
    })
    expect(stderr).toMatch(/reading \d+ %, 0\.\d MB/)
  })

  it('takes the trusted domains of the config, and works without one', async () => {
    const { run, write } = await open()
    await write('people.json', jsonBytes(rows))
    await write('lockstep.yml', 'version: 1\nroutes: [{ to: none }]\npeople: { domains: [example.com] }\n')
    const { code, stderr } = await run('import', 'people.json', '--config', 'lockstep.yml')
    expect({ code, stderr: stderr.includes('none') }).toEqual({ code: 1, stderr: true })
    await write(
      'good.yml',
      'version: 1\ntrackers: { jira: { kind: jira, url: "https://jira.example.com", project: P, token: $T } }\nroutes: [{ to: jira }]\npeople: { domains: [example.com] }\n',
    )
    expect((await run('import', 'people.json', '--config', 'good.yml')).stdout).toContain(
      '1 of 2 people can be matched',
    )
  })
})

describe('copies of archives', () => {
  it('sanitize makes one that can be shown around, plain or sealed', async () => {
    const { run, write, read, folder } = await open()
    await write('people.tar', await sealRows(rows, keys))
    await write('key.pem', keys.privateKey)
    await write('pub.pem', keys.publicKey)
    const opened = ['--decrypt-with', 'key.pem'] as const
    const plain = await run('sanitize', 'people.tar', 'copy.json', ...opened)
    expect(plain).toEqual({
      code: 0,
      stdout: 'copy.json: 4 rows without names, addresses and secrets.\n',
      stderr: '',
    })
    expect(await read('copy.json')).not.toMatch(/mona|castell|idris|falk/)
    expect((await stat(join(folder, 'copy.json'))).mode & 0o777).toBe(0o600)
    const imported = JSON.parse((await run('import', 'copy.json', '--json')).stdout) as object
    expect(imported).toMatchObject({
      ok: true,
      models: { 'sentry.user': { inserted: 2 }, 'sentry.email': { skipped: 1 } },
    })
    expect((await run('sanitize', 'people.tar', 'copy.tar', ...opened, '--encrypt-with', 'pub.pem')).code).toBe(0)
    expect((await run('sanitize', 'copy.tar', 'again.json', ...opened)).stdout).toContain('again.json: 4 rows')
    expect((await run('sanitize', 'people.tar', 'none.json')).stderr).toContain('is sealed, and no key was given.')
    expect(await readdir(folder)).not.toContain('none.json')
  })

  it('compare says whether two hold the same, sealed or plain', async () => {
    const { run, write, read } = await open()
    await write('people.json', jsonBytes(rows))
    await write('people.tar', await sealRows(rows, keys))
    await write('key.pem', keys.privateKey)
    const both = ['compare', 'people.json', 'people.tar', '--decrypt-with', 'key.pem', '--findings-file', 'f.json']
    expect(await run(...both)).toEqual({ code: 0, stdout: 'Both hold the same: 4 rows.\n', stderr: '' })
    expect(await read('f.json')).toBe('[]\n')
    expect(JSON.parse((await run(...both, '--json')).stdout)).toEqual({ equal: true, rows: 4, total: 0, findings: [] })

    await write('people.tar', await sealRows([...rows.slice(0, -1), userEmail(1, 2, 'mona@example.com')], keys))
    expect(await run(...both)).toEqual({
      code: 1,
      stdout: 'sentry.useremail 1: user: leads to another sentry.user\nThey differ: 1 finding.\n',
      stderr: '',
    })
    const finding = {
      code: 'reference',
      field: 'user',
      finding: 'Comparison',
      left_pk: 1,
      on: { model: 'sentry.useremail', ordinal: 1 },
      reason: 'leads to another sentry.user',
      right_pk: 1,
    }
    expect(JSON.parse(await read('f.json'))).toEqual([finding])
    const printed = await run(...both, '--json')
    expect(JSON.parse(printed.stdout)).toEqual({ equal: false, rows: 4, total: 1, findings: [finding] })
    expect(await run(...both, '--silent')).toEqual({ code: 1, stdout: '', stderr: '' })
  })

  it('compare shows the first findings and counts the rest', async () => {
    const { run, write } = await open()
    const people = (active: boolean) =>
      Array.from({ length: 30 }, (_, index) => user(index + 1, `person-${index}`, { is_active: active }))
    await write('left.json', jsonBytes(people(true)))
    await write('right.json', jsonBytes(people(false)))
    const { code, stdout } = await run('compare', 'left.json', 'right.json')
    expect(code).toBe(1)
    expect(stdout.split('\n').slice(19)).toEqual([
      expect.stringMatching(/^sentry\.user \d+: is_active: true on the left, false on the right$/),
      '… and 10 more.',
      'They differ: 30 findings.',
      '',
    ])
  })
})

describe('people of GitHub and of a tracker', () => {
  async function stage(people = '', when = '{}') {
    const github = await startGitHub({ seed: 'empty' })
    const azure = await startAzure({ seed: 'small' })
    onTestFinished(async () => void (await Promise.all([github.close(), azure.close()])))
    const opened = await open({
      GITHUB_TOKEN: 'ghp_sandbox',
      GITHUB_API_URL: github.url,
      ADO: 'ado_sandbox_pat',
      PEOPLE_KEY: keys.privateKey,
    })
    const tracker = `{ kind: azure, url: "${azure.collectionUrl}", project: Fabrikam, token: $ADO }`
    await opened.write(
      'lockstep.yml',
      `version: 1\ntrackers: { boards: ${tracker} }\nroutes: [{ to: boards, when: ${when} }]\n${people}`,
    )
    const at = ['--repo', 'acme/rocket', '--config', 'lockstep.yml'] as const
    return { ...opened, github, azure, run: (...args: string[]) => opened.run(...args, ...at) }
  }

  it('resolve names the account, and where the address came from', async () => {
    const { run } = await stage()
    const { code, stdout } = await run('resolve', 'grace')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^grace in boards: Grace Murray \(.*\), by grace\.murray@example\.com, known from github/)
    expect(JSON.parse((await run('resolve', 'grace', '--json')).stdout)).toMatchObject([
      { tracker: 'boards', match: { kind: 'matched' }, since: expect.any(String) },
    ])
  })

  it('resolve finds people of the archive that the config names, without importing it', async () => {
    const { run, write } = await stage('people: { archive: people.tar, key: $PEOPLE_KEY, domains: [example.com] }\n')
    const rows = [user(1, 'outsider', { email: 'hedy.kiesler@example.com' })]
    await write('people.tar', await sealRows(rows, keys))
    expect((await run('resolve', 'outsider')).stdout).toMatch(/: Hedy Kiesler .*, known from archive/)
    expect((await run('list')).stdout).toBe('Nobody is known.\n')
  })

  it('explain shows each source, each address and each candidate', async () => {
    const { run } = await stage('people: { map: { kcole: kat@example.org } }\n')
    const { stdout } = await run('explain', 'kcole', '--tracker', 'boards')
    expect(stdout).toContain('kcole in boards (Fabrikam)')
    expect(stdout).toMatch(/config:\n {4}kat@example\.org: counts, it is verified\n {4}the tracker: nobody\n/)
    expect(stdout).toMatch(/github: knows no address/)
    expect(stdout).toMatch(/so: No account has one of the addresses\./)
    expect((await run('explain', 'kcole', '--tracker', 'other')).code).toBe(2)
  })

  it('search offers what a picker would', async () => {
    const { run } = await stage()
    expect((await run('search', 'hedy')).stdout).toMatch(/^boards {2}Hedy Kiesler - hedy\.kiesler@example\.com \(/)
    expect((await run('search', 'hedy', '--field', 'colour')).code).toBe(2)
    expect((await run('search', 'no such person')).stdout).toBe('Nobody was found.\n')
  })

  it('report counts the open issues of everybody who has no account', async () => {
    const { run, github } = await stage()
    github.act.openIssue({ as: 'ada', title: 'One', assignees: ['kcole', 'ada'] })
    github.act.openIssue({ as: 'ada', title: 'Two', assignees: ['kcole'] })
    const { stdout } = await run('report')
    expect(stdout).toMatch(/^kcole in boards: 2 open issues\. No verified address of kcole is known\.$/m)
    expect(stdout).toContain('2 people are assigned to open issues that a route takes.')
    expect(stdout).not.toContain('ada in')
  })

  it('report leaves out the issues that go nowhere', async () => {
    const { run, github } = await stage('', '{ labels: [backlog] }')
    github.act.openIssue({ as: 'ada', title: 'Here only', assignees: ['kcole'] })
    expect((await run('report')).stdout).toBe('Nobody is assigned to an open issue that a route takes.\n')
    github.act.openIssue({ as: 'ada', title: 'There too', assignees: ['kcole'], labels: ['backlog'] })
    expect((await run('report')).stdout).toMatch(/^kcole in boards: 1 open issue\. /)
  })

  it('complaint 25: export makes an archive that import takes, joined with the addresses of the tracker', async () => {
    const { run, write, azure } = await stage()
    await write('team.pem', keys.privateKey)
    await write('team.pub.pem', keys.publicKey)
    const exported = await run('export', 'team.tar', '--encrypt-with', 'team.pub.pem')
    expect(exported).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^team\.tar: \d+ people of acme, \d+ addresses/),
    })
    const trust = ['--decrypt-with', 'team.pem', '--trust-domains', 'example.com,corp.example.com']
    expect((await run('import', 'team.tar', ...trust)).code).toBe(0)
    const listed = JSON.parse((await run('list', 'hedy', '--json')).stdout) as object[]
    expect(listed).toMatchObject([
      {
        logins: ['hedy'],
        addresses: [
          { email: 'hedy.kiesler@example.com', verified: true, primary: true },
          { email: 'hkiesler@corp.example.com', verified: true },
        ],
      },
    ])
    expect(azure.journal.entries.some(({ path }) => /graph\/users/i.test(path))).toBe(true)
  })
})
