import { describe, expect, it } from 'vitest'
import { asAda, asInstallation, callAs, withGitHub } from './caller.ts'
import type { Caller } from './caller.ts'

const REPO = '/repos/acme/rocket'
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A commit with one file on nothing or on a parent, made the long way. */
async function commit(call: Caller, content: string, parents: readonly string[] = []): Promise<string> {
  const blob = await call('POST', `${REPO}/git/blobs`, { content, encoding: 'utf-8' })
  const tree = await call('POST', `${REPO}/git/trees`, {
    tree: [{ path: 'state.jsonl', mode: '100644', type: 'blob', sha: blob.body.sha }],
  })
  const made = await call('POST', `${REPO}/git/commits`, { message: 'state', tree: tree.body.sha, parents })
  return made.body.sha
}

describe('Git in the GitHub sandbox', () => {
  it('computes the shas that git computes', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const { body } = await asAda(server)('POST', `${REPO}/git/blobs`, { content: 'hello\n' })
      expect(body.sha).toBe('ce013625030ba8dba906f756967f9e9ca394464a')
      const tree = await asAda(server)('POST', `${REPO}/git/trees`, {
        tree: [{ path: 'hello.txt', mode: '100644', type: 'blob', sha: body.sha }],
      })
      expect(tree.body.sha).toBe('aaa96ced2d9a1c8e72c56b253a0e2fe78393feb7')
    })
  })

  it('moves a hidden ref only forward, which is what lets two writers find out about each other', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const call = callAs(server, 'token ghs_sandbox_actions')
      const first = await commit(call, 'one')
      const made = await call('POST', `${REPO}/git/refs`, { ref: 'refs/lockstep/state', sha: first })
      expect([made.status, made.body.ref]).toEqual([201, 'refs/lockstep/state'])
      expect((await call('POST', `${REPO}/git/refs`, { ref: 'refs/lockstep/state', sha: first })).body.message).toBe(
        'Reference already exists',
      )
      const mine = await commit(call, 'two', [first])
      const theirs = await commit(call, 'three', [first])
      expect((await call('PATCH', `${REPO}/git/refs/lockstep/state`, { sha: theirs, force: false })).status).toBe(200)
      const late = await call('PATCH', `${REPO}/git/refs/lockstep/state`, { sha: mine, force: false })
      expect([late.status, late.body.message]).toEqual([422, 'Update is not a fast forward'])
      expect((await call('GET', `${REPO}/git/ref/lockstep/state`)).body.object.sha).toBe(theirs)
      expect((await call('PATCH', `${REPO}/git/refs/lockstep/state`, { sha: mine, force: true })).status).toBe(200)
      expect((await call('GET', `${REPO}/git/matching-refs/lockstep/`)).body).toHaveLength(1)
      expect((await call('GET', `${REPO}/branches`)).body.map(({ name }: { name: string }) => name)).toEqual(['main'])
      expect((await call('DELETE', `${REPO}/git/refs/lockstep/state`)).status).toBe(204)
      expect((await call('PATCH', `${REPO}/git/refs/lockstep/state`, { sha: mine })).body.message).toBe(
        'Reference does not exist',
      )
      expect((await call('POST', `${REPO}/git/refs`, { ref: 'refs/state', sha: first })).status).toBe(422)
      expect(
        (await call('POST', `${REPO}/git/refs`, { ref: 'refs/lockstep/x', sha: '0'.repeat(40) })).body.message,
      ).toBe('Object does not exist')
    })
  })

  it('refuses everything in a repository without a commit', async () => {
    await withGitHub({ seed: { repos: [{ name: 'rocket', files: {} }] } }, async (server) => {
      const call = asAda(server)
      const blob = await call('POST', `${REPO}/git/blobs`, { content: 'x' })
      expect([blob.status, blob.body.message]).toEqual([409, 'Git Repository is empty.'])
      expect((await call('GET', `${REPO}/git/ref/heads/main`)).status).toBe(409)
      expect((await call('GET', `${REPO}/contents/a.yml`)).body.message).toBe('This repository is empty.')
      expect((await call('PUT', `${REPO}/contents/a.yml`, { message: 'first', content: base64('a') })).status).toBe(201)
      expect((await call('POST', `${REPO}/git/blobs`, { content: 'x' })).status).toBe(201)
    })
  })

  it('reads and writes files, and asks for the sha of what is replaced', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const call = asAda(server)
      const path = `${REPO}/contents/.github/lockstep.yml`
      const made = await call('PUT', path, { message: 'config', content: base64('version: 1\n') })
      expect([made.status, made.body.content.path, made.body.commit.author.name]).toEqual([
        201,
        '.github/lockstep.yml',
        'Ada Byron',
      ])
      const read = await call('GET', path)
      expect(Buffer.from(read.body.content, 'base64').toString()).toBe('version: 1\n')
      const raw = await call('GET', path, undefined, { accept: 'application/vnd.github.raw+json' })
      expect(raw.body).toBe('version: 1\n')
      expect((await call('PUT', path, { message: 'again', content: base64('x') })).body.message).toContain(
        '"sha" wasn\'t supplied',
      )
      const stale = await call('PUT', path, { message: 'again', content: base64('x'), sha: 'a'.repeat(40) })
      expect([stale.status, stale.body.message]).toEqual([409, `.github/lockstep.yml does not match ${'a'.repeat(40)}`])
      expect((await call('PUT', path, { message: 'again', content: base64('x'), sha: read.body.sha })).status).toBe(200)
      expect((await call('GET', `${path}?ref=${made.body.commit.sha}`)).body.sha).toBe(read.body.sha)
      expect((await call('GET', `${path}?ref=nowhere`)).body.message).toBe('No commit found for the ref nowhere')
      const folder = await call('GET', `${REPO}/contents/`)
      expect(folder.body.map(({ name, type }: { name: string; type: string }) => [name, type])).toEqual([
        ['.github', 'dir'],
        ['README.md', 'file'],
      ])
      const { sha } = (await call('GET', path)).body
      expect((await call('DELETE', path, { message: 'off', sha })).status).toBe(200)
      expect((await call('GET', path)).status).toBe(404)
    })
  })

  it('opens a pull request once per branch, with the files it changes', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const call = await asInstallation(server)
      const main = (await call('GET', `${REPO}/git/ref/heads/main`)).body.object.sha
      await call('POST', `${REPO}/git/refs`, { ref: 'refs/heads/lockstep/config', sha: main })
      const draft = { title: 'Add the config', head: 'lockstep/config', base: 'main' }
      expect((await call('POST', `${REPO}/pulls`, draft)).body.errors[0].message).toBe(
        'No commits between main and lockstep/config',
      )
      await call('PUT', `${REPO}/contents/a.yml`, {
        message: 'a',
        content: base64('a\nb\n'),
        branch: 'lockstep/config',
      })
      const made = await call('POST', `${REPO}/pulls`, draft)
      expect([made.status, made.body.user.type, made.body.changed_files, made.body.additions]).toEqual([
        201,
        'Bot',
        1,
        2,
      ])
      expect((await call('POST', `${REPO}/pulls`, draft)).body.errors[0].message).toBe(
        'A pull request already exists for acme:lockstep/config.',
      )
      const files = await call('GET', `${REPO}/pulls/${made.body.number}/files`)
      expect(
        files.body.map(({ filename, status }: { filename: string; status: string }) => [filename, status]),
      ).toEqual([['a.yml', 'added']])
      expect((await call('GET', `${REPO}/pulls?head=acme:lockstep/config`)).body).toHaveLength(1)
      expect((await call('GET', `${REPO}/contents/a.yml`)).status).toBe(404)
      expect((await call('PATCH', `${REPO}/pulls/${made.body.number}`, { state: 'closed' })).body.state).toBe('closed')
    })
  })

  it('takes check runs from Apps alone', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const head_sha = server.world.repo.git.refs.get('refs/heads/main')
      expect((await asAda(server)('POST', `${REPO}/check-runs`, { name: 'config', head_sha })).body.message).toBe(
        'You must authenticate via a GitHub App.',
      )
      const call = await asInstallation(server)
      const made = await call('POST', `${REPO}/check-runs`, { name: 'config', head_sha, status: 'in_progress' })
      const done = await call('PATCH', `${REPO}/check-runs/${made.body.id}`, {
        conclusion: 'failure',
        output: { title: 'One mistake', summary: 'Line 3', annotations: [{}] },
      })
      expect([done.body.status, done.body.conclusion, done.body.output.annotations_count]).toEqual([
        'completed',
        'failure',
        1,
      ])
      expect((await call('GET', `${REPO}/commits/main/check-runs`)).body.total_count).toBe(1)
    })
  })
})
