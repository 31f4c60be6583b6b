import { describe, expect, it } from 'vitest'
import { LockstepError } from '../../src/core/errors.ts'
import type { GitChange, GitRef } from '../../src/core/git-ref.ts'
import type { Link } from '../../src/core/link.ts'
import { openRefStore } from '../../src/store/ref.ts'
import { createMemoryGitRef, type MemoryGitRef } from './memory-git-ref.ts'
import { claim, entry, fullLink, issue, link, START } from './records.ts'

const clock = { now: () => new Date(START) }
const open = (git: GitRef) => openRefStore({ git, clock })

async function written(...numbers: number[]): Promise<MemoryGitRef> {
  const git = createMemoryGitRef()
  const store = await open(git)
  for (const number of numbers) await store.links.save(link(number))
  await store.close()
  return git
}

const paths = (git: MemoryGitRef) => [...(git.head?.files.keys() ?? [])].sort()
const numbersIn = async (git: MemoryGitRef) =>
  (await (await open(git)).links.list({})).map((found) => found.issue.number)

/** The head with one file put differently, as somebody by hand would. */
function tamper(git: MemoryGitRef, path: string, text: string): void {
  git.head = { commit: 'by hand', files: new Map(git.head!.files).set(path, text) }
}

describe('the files of the ref', () => {
  it('keep links by repository and hundreds of numbers, one a line', async () => {
    const git = await written(1, 99, 100, 250)
    expect(paths(git).filter((path) => path.startsWith('links/'))).toEqual([
      'links/octo/hello/00000.jsonl',
      'links/octo/hello/00001.jsonl',
      'links/octo/hello/00002.jsonl',
    ])
    const lines = git.head!.files.get('links/octo/hello/00000.jsonl')!.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([link(1), link(99)])
  })

  it('change only where something changed', async () => {
    const git = await written(1, 100, 200)
    const before = git.head!.files
    const store = await open(git)
    await store.links.save(link(100, { outcome: 'updated' }))
    await store.flush()
    const changed = paths(git).filter((path) => git.head!.files.get(path) !== before.get(path))
    expect(changed).toEqual(['links/octo/hello/00001.jsonl', 'state.json'])
  })

  it('go when their last link goes', async () => {
    const git = await written(1, 100)
    const store = await open(git)
    await store.links.remove(link(100))
    await store.flush()
    expect(paths(git)).not.toContain('links/octo/hello/00001.jsonl')
  })

  it('are not written when nothing changed', async () => {
    const git = await written(1)
    const before = git.head
    const store = await open(git)
    await store.links.save(link(1))
    await store.close()
    expect(git.head).toBe(before)
  })

  it('tell in their history what each run did', async () => {
    const git = await written(1, 2)
    const store = await open(git)
    await store.links.remove(link(2))
    await store.links.claim([claim(3, 'a')])
    expect(git.messages).toEqual([
      'Lockstep: write 1\n\n2 links saved\n',
      'Lockstep: write 2\n\n1 removed, 1 claimed\n',
    ])
  })

  it('hold no e-mail address, wherever one was put, and stay readable', async () => {
    const git = createMemoryGitRef()
    const store = await open(git)
    const mail = 'ada.byron+x@mail.example.com'
    const base = { ...fullLink(1).base!, ticket: { assignee: mail, [mail]: `call\n${mail}, now` } }
    await store.links.save(link(1, { base, said: [`unmatched:${mail}`] }), [
      entry(`No account has <${mail}>.`, { actor: mail, details: { mail } }),
    ])
    await store.cursors.save(mail, mail)
    await store.links.claim([claim(2, mail)])
    await store.close()
    const all = [...git.head!.files.values()].join('')
    expect(all).not.toContain('byron')
    expect(all).not.toMatch(/example\.com/)
    const again = await open(git)
    expect(again.damaged).toEqual([])
    expect((await again.links.find(issue(1), 'boards'))?.said).toEqual([
      expect.stringMatching(/^unmatched:#[\da-f]{32}$/),
    ])
  })

  it('keep the newest events only, and go on counting', async () => {
    const git = createMemoryGitRef()
    const store = await open(git)
    await store.events.append(Array.from({ length: 400 }, (_, index) => entry(`entry ${index + 1}`)))
    await store.close()
    const again = await open(git)
    await again.events.append([entry('next')])
    const events = await again.events.list({})
    expect(events).toHaveLength(301)
    expect(events[0]).toMatchObject({ id: 401, message: 'next' })
    expect(events.at(-1)).toMatchObject({ id: 101, message: 'entry 101' })
  })
})

describe('two runs at once', () => {
  it('both keep what they did', async () => {
    const git = await written(1, 2, 3)
    const [a, b] = [await open(git), await open(git)]
    await a.links.save(link(1, { outcome: 'updated' }), [entry('from a')])
    await a.links.remove(link(2))
    await b.links.save(link(4), [entry('from b')])
    await b.links.save(link(3, { outcome: 'failed' }))
    await a.flush()
    await b.flush()
    const merged = await open(git)
    const links = await merged.links.list({})
    expect(links.map((found) => [found.issue.number, found.outcome])).toEqual([
      [1, 'updated'],
      [3, 'failed'],
      [4, 'created'],
    ])
    const events = await merged.events.list({ after: 0 })
    expect(events.map(({ id, message }) => [id, message])).toEqual([
      [1, 'from a'],
      [2, 'from b'],
    ])
    // The run that lost the race knows it all too.
    expect(await b.links.count({})).toBe(3)
  })

  it.each([
    ['first', '2026-03-01T12:00:00.000Z', '2026-03-01T11:00:00.000Z', 'from a'],
    ['second', '2026-03-01T11:00:00.000Z', '2026-03-01T12:00:00.000Z', 'from b'],
  ])('keep the newer of two writes of a link: the %s', async (_, first, second, kept) => {
    const git = await written(1)
    const [a, b] = [await open(git), await open(git)]
    await a.links.save(link(1, { outcome: 'from a', updatedAt: first }))
    await b.links.save(link(1, { outcome: 'from b', updatedAt: second }))
    await a.flush()
    await b.flush()
    expect((await (await open(git)).links.find(issue(1), 'boards'))?.outcome).toBe(kept)
  })

  it('keep a link that one removed and the other changed', async () => {
    const git = await written(1)
    const [a, b] = [await open(git), await open(git)]
    await a.links.remove(link(1))
    await b.links.save(link(1, { outcome: 'updated' }))
    await a.flush()
    await b.flush()
    expect(await numbersIn(git)).toEqual([1])
  })

  it('leave a ticket to the first that linked it, and tell about the other', async () => {
    const git = await written()
    const [a, b] = [await open(git), await open(git)]
    const { ticket, ticketId } = link(1)
    await a.links.save(link(1))
    await b.links.save(link(2, { ticket, ticketId }))
    await a.flush()
    await b.flush()
    expect(await numbersIn(git)).toEqual([1])
    const [told] = await b.events.list({ issue: 'octo/hello#2' })
    expect(told).toMatchObject({ kind: 'state', code: 'state-lost-race', ticket: 'boards:1001' })
  })

  it('go back to the cursor both started from when both moved it', async () => {
    const git = createMemoryGitRef()
    const first = await open(git)
    for (const name of ['both', 'one', 'same']) await first.cursors.save(name, 'start')
    await first.close()
    const [a, b] = [await open(git), await open(git)]
    await a.cursors.save('both', 'a')
    await b.cursors.save('both', 'b')
    await a.cursors.save('one', 'a')
    for (const store of [a, b]) await store.cursors.save('same', 'further')
    await a.flush()
    await b.flush()
    const merged = await open(git)
    expect(await merged.cursors.find('both')).toBe('start')
    expect(await merged.cursors.find('one')).toBe('a')
    expect(await merged.cursors.find('same')).toBe('further')
  })

  it('never both get a claim, also when the other writes in the very moment', async () => {
    const git = await written(1)
    const [a, b] = [await open(git), await open(git)]
    git.beforeWrite = async () => void (await b.links.claim([claim(5, 'b'), claim(6, 'b')]))
    const answers = await a.links.claim([claim(5, 'a'), claim(7, 'a')])
    expect(answers).toEqual([
      { kind: 'held', by: claim(5, 'b') },
      { kind: 'claimed', claim: claim(7, 'a'), before: null },
    ])
    const owners = (await (await open(git)).links.claims(issue(1))).map(({ owner, issue }) => [issue.number, owner])
    expect(owners).toEqual([
      [5, 'b'],
      [6, 'b'],
      [7, 'a'],
    ])
  })

  it('find the link that the other one saved instead of a claim', async () => {
    const git = await written(1)
    const [a, b] = [await open(git), await open(git)]
    await b.links.save(link(5))
    await b.flush()
    expect(await a.links.claim([claim(5, 'a')])).toEqual([{ kind: 'linked', link: link(5) }])
  })

  it('write a claim at once, with everything that was done before it', async () => {
    const git = await written(1)
    const store = await open(git)
    await store.links.save(link(2))
    await store.links.claim([claim(3, 'a')])
    expect(await numbersIn(git)).toEqual([1, 2])
    // Killed here: nothing is flushed.
    expect(await (await open(git)).links.claims(issue(1))).toEqual([claim(3, 'a')])
  })
})

describe('a write that nobody knows the end of', () => {
  it.each([true, false])('is looked for and made good (it arrived: %s)', async (arrived) => {
    const git = await written(1)
    const store = await open(git)
    const { write } = git
    git.write = async (change) => {
      git.write = write
      if (arrived) await write(change)
      throw new LockstepError('unreachable', 'The line broke.', { effectUnknown: true })
    }
    await store.links.save(link(2), [entry('once')])
    await store.flush()
    expect(await numbersIn(git)).toEqual([1, 2])
    expect(await (await open(git)).events.list({})).toHaveLength(1)
  })
})

describe('a ref that somebody touched', () => {
  it('is empty when it is missing', async () => {
    const store = await open(createMemoryGitRef())
    expect(await store.links.list({})).toEqual([])
    expect(store.damaged).toEqual([])
  })

  it('loses no link when it is deleted under a run', async () => {
    const git = await written(1, 2)
    const store = await open(git)
    await store.links.save(link(3))
    git.head = null
    await store.flush()
    expect(await numbersIn(git)).toEqual([1, 2, 3])
  })

  it('loses no link when it is turned back under a run', async () => {
    const git = await written(1)
    const old = git.head
    const first = await open(git)
    await first.links.save(link(2))
    await first.flush()
    const store = await open(git)
    await store.links.save(link(3))
    git.head = old
    await store.flush()
    expect(await numbersIn(git)).toEqual([1, 2, 3])
  })

  it('is read as far as it can be, and says which files are damaged', async () => {
    const git = await written(1, 2, 100)
    const [line] = git.head!.files.get('links/octo/hello/00000.jsonl')!.split('\n')
    tamper(git, 'links/octo/hello/00000.jsonl', `${line}\n{"issue":{"owner":"octo"\n`)
    tamper(git, 'cursors.jsonl', '[]\n')
    const store = await open(git)
    expect(await numbersIn(git)).toEqual([1, 100])
    expect(store.damaged).toEqual(['links/octo/hello/00000.jsonl', 'cursors.jsonl'])
    expect(await store.events.list({ kind: 'state' })).toMatchObject([
      { code: 'state-unreadable', message: expect.stringContaining('cursors.jsonl') },
      { code: 'state-unreadable', message: expect.stringContaining('links/octo/hello/00000.jsonl') },
    ])
  })

  it('does not make a run forget what the damage hides', async () => {
    const git = await written(1, 2)
    const store = await open(git)
    await store.links.save(link(3))
    tamper(git, 'links/octo/hello/00000.jsonl', 'garbage\n')
    await store.flush()
    expect(await numbersIn(git)).toEqual([1, 2, 3])
    expect(store.damaged).toEqual(['links/octo/hello/00000.jsonl'])
  })

  it('is left alone when a newer version wrote it', async () => {
    const git = await written(1)
    tamper(git, 'state.json', '{"version":2,"generation":9}\n')
    await expect(open(git)).rejects.toMatchObject({ code: 'state-unreadable' })
  })
})

it('what was written and read again, in whatever order its facts were told, is nothing to write for', async () => {
  const git = createMemoryGitRef()
  const store = await open(git)
  await store.links.save(Object.fromEntries(Object.entries(fullLink(1)).reverse()) as unknown as Link, [entry('Said.')])
  await store.links.claim([claim(2, 'a')])
  await store.events.append([entry('Said as well.')])
  await store.close()
  const writes = git.messages.length
  const again = await open(git)
  const saved = await again.links.find(issue(1), fullLink(1).ticket.connection)
  expect(saved).toEqual(fullLink(1))
  await again.close()
  expect(git.messages).toHaveLength(writes)
})

it('a reply that makes no sense is not the end of what a whole run has done', async () => {
  const git = createMemoryGitRef()
  let garbled = 1
  const write = async (change: GitChange) => {
    if (garbled-- > 0) throw new LockstepError('reply-unreadable', 'What GitHub answered is not JSON.')
    return await git.write(change)
  }
  const store = await open({ ...git, write })
  await store.cursors.save('issues', 'far')
  await store.close()
  expect(await (await open(git)).cursors.find('issues')).toBe('far')
})

describe('reserved claims', () => {
  it('are written at once, and answered one by one without another write', async () => {
    const git = createMemoryGitRef()
    const store = await open(git)
    await store.links.reserve?.([claim(1, 'a'), claim(2, 'a')])
    expect(git.messages).toEqual(['Lockstep: write 1\n\n2 claimed\n'])
    expect(await store.links.claim([claim(1, 'a')])).toEqual([{ kind: 'claimed', claim: claim(1, 'a'), before: null }])
    expect(git.messages).toHaveLength(1)
    // The second time it is a claim like any other: its create may have happened.
    expect(await store.links.claim([claim(1, 'a')])).toMatchObject([{ kind: 'claimed', before: { owner: 'a' } }])
  })

  it('that nobody took are given back by the next ones and at the end', async () => {
    const git = createMemoryGitRef()
    const store = await open(git)
    await store.links.reserve?.([claim(1, 'a'), claim(2, 'a')])
    await store.links.reserve?.([claim(3, 'a')])
    expect((await store.links.claims(issue(1))).map((each) => each.issue.number)).toEqual([3])
    await store.close()
    expect(await (await open(git)).links.claims(issue(1))).toEqual([])
  })

  it('that took over a dead claim leave that one behind when they are given back', async () => {
    const git = createMemoryGitRef()
    let now = START
    const dead = await openRefStore({ git, clock: { now: () => new Date(now) } })
    await dead.links.claim([claim(1, 'dead')])
    now += 11 * 60_000
    const store = await openRefStore({ git, clock: { now: () => new Date(now) } })
    await store.links.reserve?.([claim(1, 'a', 21)])
    await store.close()
    // What the dead one made must still be looked for.
    const next = await openRefStore({ git, clock: { now: () => new Date(now) } })
    const [answer] = await next.links.claim([claim(1, 'b', 30)])
    expect(answer).toMatchObject({ kind: 'claimed', before: { owner: 'dead' } })
  })

  it('leave to another run what it has claimed', async () => {
    const git = createMemoryGitRef()
    const [a, b] = [await open(git), await open(git)]
    await a.links.claim([claim(1, 'a')])
    await b.links.reserve?.([claim(1, 'b'), claim(2, 'b')])
    expect(await b.links.claim([claim(1, 'b')])).toMatchObject([{ kind: 'held', by: { owner: 'a' } }])
    expect(await b.links.claim([claim(2, 'b')])).toMatchObject([{ kind: 'claimed', before: null }])
  })

  it('are renewed all at once when a third of their lease is over', async () => {
    const git = createMemoryGitRef()
    let now = START
    const store = await openRefStore({ git, clock: { now: () => new Date(now) } })
    await store.links.reserve?.([1, 2, 3, 4].map((number) => claim(number, 'a')))
    now += 4 * 60_000
    const longer = (number: number) => ({ ...claim(number, 'a', 14), claimedAt: new Date(now).toISOString() })
    const answers = [1, 2, 3].map(async (number) => await store.links.claim([longer(number)]))
    expect((await Promise.all(answers)).flat()).toEqual(
      [1, 2, 3].map((number) => ({ kind: 'claimed', claim: claim(number, 'a', 14), before: null })),
    )
    expect(git.messages).toEqual(['Lockstep: write 1\n\n4 claimed\n', 'Lockstep: write 2\n\n4 claimed\n'])
  })

  it('that lapsed are left to the run that has taken them', async () => {
    const git = createMemoryGitRef()
    let now = START
    const clock = { now: () => new Date(now) }
    const [a, b] = [await openRefStore({ git, clock }), await openRefStore({ git, clock })]
    await a.links.reserve?.([claim(1, 'a'), claim(2, 'a')])
    now += 11 * 60_000
    expect(await b.links.claim([claim(1, 'b', 30)])).toMatchObject([{ kind: 'claimed', before: { owner: 'a' } }])
    expect(await a.links.claim([claim(1, 'a', 21)])).toMatchObject([{ kind: 'held', by: { owner: 'b' } }])
    expect(await a.links.claim([claim(2, 'a', 21)])).toMatchObject([{ kind: 'claimed', before: null }])
  })
})
