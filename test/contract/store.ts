import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../src/core/ports.ts'
import type { Store } from '../../src/core/store.ts'
import { claim, entry, fullLink, issue, link, START } from '../store/records.ts'

/** Where one state lies: opened twice, it is the same state, as another process would see it. */
export interface Place {
  open(clock: Clock): Promise<Store>
  dispose?(): Promise<void>
}

export interface StoreTraits {
  /** What is closed can be opened again. */
  readonly persists: boolean
  /** What one process was answered, another one sees at once, locks included. */
  readonly shared: boolean
  /** Entries come back with the values of their changes and their details. */
  readonly wholeEntries: boolean
}

/** What every store must do, whatever it is made of. */
export function storeContract(name: string, traits: StoreTraits, createPlace: () => Promise<Place>): void {
  describe(`a store: ${name}`, () => {
    const opened: Store[] = []
    let now = START
    let place: Place
    let store: Store

    const clock: Clock = { now: () => new Date(now) }
    async function open(): Promise<Store> {
      const another = await place.open(clock)
      opened.push(another)
      return another
    }
    async function reopen(): Promise<void> {
      await store.close()
      opened.splice(opened.indexOf(store), 1)
      store = await open()
    }

    beforeEach(async () => {
      now = START
      place = await createPlace()
      store = await open()
    })

    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close()
      await place.dispose?.()
    })

    describe('links', () => {
      it('come back as they were saved', async () => {
        await store.links.save(fullLink(1))
        expect(await store.links.find(issue(1), 'boards')).toEqual(fullLink(1))
      })

      it('are replaced by saving again', async () => {
        await store.links.save(link(1))
        await store.links.save(link(1, { outcome: 'updated', state: 'paused' }))
        expect(await store.links.find(issue(1), 'boards')).toMatchObject({ outcome: 'updated', state: 'paused' })
        expect(await store.links.count({})).toBe(1)
      })

      it('are found by issue, by ticket and by the id of the ticket', async () => {
        await store.links.save(link(1))
        await store.links.save(link(1, { ticket: { connection: 'jira', key: 'PLAT-7' }, ticketId: '10007' }))
        await store.links.save(link(2))
        const ofIssue = await store.links.ofIssue(issue(1))
        expect(ofIssue.map(({ ticket }) => ticket.connection)).toEqual(['boards', 'jira'])
        expect((await store.links.ofTicket({ connection: 'jira', key: 'PLAT-7' }))?.issue).toEqual(issue(1))
        expect((await store.links.ofTicketId('jira', '10007'))?.issue).toEqual(issue(1))
        expect(await store.links.ofTicketId('boards', '10007')).toBeUndefined()
        expect(await store.links.find(issue(3), 'boards')).toBeUndefined()
      })

      it('do not mind the letter case of owner and repository, and keep it', async () => {
        await store.links.save(link(1, { issue: { owner: 'Octo', repo: 'Hello', number: 1 } }))
        const found = await store.links.find({ owner: 'oCTO', repo: 'hELLO', number: 1 }, 'boards')
        expect(found?.issue).toEqual({ owner: 'Octo', repo: 'Hello', number: 1 })
        expect(await store.links.ofIssue(issue(1))).toHaveLength(1)
        expect(await store.links.count({ repo: { owner: 'OCTO', repo: 'HELLO' } })).toBe(1)
        await store.links.save(link(1))
        expect(await store.links.count({})).toBe(1)
      })

      it('refuse a second ticket for an issue', async () => {
        await store.links.save(link(1))
        const other = link(1, { ticket: { connection: 'boards', key: '77' }, ticketId: '77' })
        await expect(store.links.save(other, [entry('never')])).rejects.toMatchObject({ code: 'state-lost-race' })
        expect(await store.links.find(issue(1), 'boards')).toEqual(link(1))
        expect(await store.events.list({})).toEqual([])
      })

      it.each([
        ['key', { ticketId: 'other' }],
        ['id', { ticket: { connection: 'boards', key: 'other' } }],
      ])('refuse a second issue for a ticket of the same %s', async (_, changes) => {
        await store.links.save(link(1))
        const { ticket, ticketId } = link(1)
        const other = link(2, { ticket, ticketId, ...changes })
        await expect(store.links.save(other, [entry('never')])).rejects.toMatchObject({ code: 'state-lost-race' })
        expect(await store.links.ofIssue(issue(2))).toEqual([])
        expect(await store.events.list({})).toEqual([])
      })

      it('follow a ticket that got a new key', async () => {
        await store.links.save(link(1))
        await store.links.save(link(1, { ticket: { connection: 'boards', key: 'NEW-1' } }))
        expect((await store.links.ofTicketId('boards', '1001'))?.ticket.key).toBe('NEW-1')
        expect(await store.links.ofTicket({ connection: 'boards', key: '1001' })).toBeUndefined()
      })

      it('are gone once removed, and make room', async () => {
        await store.links.save(link(1))
        await store.links.remove(link(1))
        expect(await store.links.ofIssue(issue(1))).toEqual([])
        await store.links.save(link(2, { ticket: link(1).ticket, ticketId: link(1).ticketId }))
        expect((await store.links.ofTicket(link(1).ticket))?.issue).toEqual(issue(2))
      })

      it('are not removed by whoever remembers another ticket', async () => {
        await store.links.save(link(1))
        await store.links.remove(link(1, { ticketId: '77' }))
        expect(await store.links.count({})).toBe(1)
      })
    })

    describe('lists of links', () => {
      beforeEach(async () => {
        for (const number of [10, 9, 2, 1]) await store.links.save(link(number))
        await store.links.save(
          link(3, {
            issue: issue(3, 'world'),
            ticket: { connection: 'jira', key: 'PLAT-3' },
            outcome: 'failed',
            base: { ...fullLink(3).base!, issue: { title: '100% Über_Printer' } },
          }),
        )
      })
      const numbers = async (filter: Parameters<Store['links']['list']>[0]) =>
        (await store.links.list(filter)).map((found) => found.issue.number)

      it('stand by repository and number', async () => {
        expect(await numbers({})).toEqual([1, 2, 9, 10, 3])
      })

      it('come in pages, also when the last one of a page is gone', async () => {
        expect(await numbers({ limit: 2 })).toEqual([1, 2])
        const after = link(2)
        await store.links.remove(after)
        expect(await numbers({ after, limit: 2 })).toEqual([9, 10])
        expect(await numbers({ after: link(10), limit: 2 })).toEqual([3])
      })

      it('are filtered by repository, connection and outcome', async () => {
        expect(await numbers({ repo: { owner: 'octo', repo: 'World' } })).toEqual([3])
        expect(await numbers({ connection: 'boards', outcome: 'created', after: link(2) })).toEqual([9, 10])
        expect(await numbers({ outcome: 'failed' })).toEqual([3])
        expect(await store.links.count({ outcome: 'created' })).toBe(4)
        expect(await store.links.count({ connection: 'jira', outcome: 'created' })).toBe(0)
      })

      it('are filtered by owner, which no name that begins alike belongs to', async () => {
        for (const [index, owner] of ['octo-labs', 'octo0', 'Acme'].entries()) {
          const number = 50 + index
          const ticket = { connection: 'boards', key: String(number) }
          await store.links.save(
            link(number, { issue: { owner, repo: 'hello', number }, ticket, ticketId: ticket.key }),
          )
        }
        expect(await numbers({ owners: ['OCTO'] })).toEqual([1, 2, 9, 10, 3])
        expect(await numbers({ owners: ['acme', 'octo0'] })).toEqual([52, 51])
        expect(await numbers({ owners: [] })).toEqual([])
        expect(await numbers({ repos: [{ owner: 'octo', repo: 'World' }] })).toEqual([3])
        expect(await numbers({ repos: [] })).toEqual([])
        expect(await store.links.count({ owners: ['octo'], outcomes: ['failed'] })).toBe(1)
      })

      it('are filtered by several outcomes and by state', async () => {
        await store.links.save(link(9, { outcome: null }))
        await store.links.save(link(10, { state: 'ended' }))
        expect(await numbers({ outcomes: ['failed', null] })).toEqual([9, 3])
        expect(await numbers({ state: 'active', outcomes: ['created'] })).toEqual([1, 2])
        expect(await numbers({ outcomes: [] })).toEqual([])
      })

      it('are counted by kind', async () => {
        await store.links.save(link(10, { state: 'ended', outcome: null }))
        const repo = { owner: 'octo', repo: 'hello' }
        const tally = await store.links.tally({ owners: ['octo'] })
        expect(tally.toSorted((a, b) => a.count - b.count || (a.connection < b.connection ? -1 : 1))).toEqual([
          { repo, connection: 'boards', state: 'ended', outcome: null, count: 1 },
          { repo: { owner: 'octo', repo: 'world' }, connection: 'jira', state: 'active', outcome: 'failed', count: 1 },
          { repo, connection: 'boards', state: 'active', outcome: 'created', count: 3 },
        ])
        expect(await store.links.tally({ owners: [] })).toEqual([])
      })

      it.each([
        ['hello#9', [9]],
        ['PLAT-3', [3]],
        ['über print', [3]],
        ['100%', [3]],
        ['r_p', [3]],
        ['1_0', []],
        ['  ', [1, 2, 9, 10, 3]],
      ])('are searched for %j in references and titles', async (text, found) => {
        expect(await numbers({ text })).toEqual(found)
      })
    })

    describe('claims', () => {
      it('are given to the first, and the second is told who has it', async () => {
        expect(await store.links.claim([claim(1, 'a'), claim(2, 'a')])).toEqual([
          { kind: 'claimed', claim: claim(1, 'a'), before: null },
          { kind: 'claimed', claim: claim(2, 'a'), before: null },
        ])
        expect(await store.links.claim([claim(3, 'b'), claim(2, 'b')])).toEqual([
          { kind: 'claimed', claim: claim(3, 'b'), before: null },
          { kind: 'held', by: claim(2, 'a') },
        ])
        expect(await store.links.claims({ owner: 'OCTO', repo: 'hello' })).toEqual([
          claim(1, 'a'),
          claim(2, 'a'),
          claim(3, 'b'),
        ])
      })

      it('are taken over once they ran out, with word of the one before', async () => {
        await store.links.claim([claim(1, 'a', 10)])
        now = START + 10 * 60_000
        const [answer] = await store.links.claim([claim(1, 'b', 30)])
        expect(answer).toEqual({ kind: 'claimed', claim: claim(1, 'b', 30), before: claim(1, 'a', 10) })
        expect(await store.links.claims(issue(1))).toEqual([claim(1, 'b', 30)])
      })

      it('of the same owner are renewed, with word that there was one', async () => {
        await store.links.claim([claim(1, 'a', 10)])
        const [answer] = await store.links.claim([claim(1, 'a', 30)])
        expect(answer).toEqual({ kind: 'claimed', claim: claim(1, 'a', 30), before: claim(1, 'a', 10) })
      })

      it('are renewed by their owner alone, also when they ran out, and keep their beginning', async () => {
        await store.links.claim([claim(1, 'a', 10), claim(2, 'b', 10)])
        now = START + 15 * 60_000
        const longer = [claim(1, 'a', 20), claim(2, 'a', 20), claim(3, 'a', 20)]
        expect(await store.links.renew(longer.map((one) => ({ ...one, claimedAt: one.until })))).toEqual([longer[0]])
        expect(await store.links.claims(issue(1))).toEqual([longer[0], claim(2, 'b', 10)])
        expect(await store.links.claim([claim(1, 'c', 30)])).toEqual([{ kind: 'held', by: longer[0] }])
      })

      it('that somebody else took over are not renewed', async () => {
        await store.links.claim([claim(1, 'a', 10)])
        now = START + 10 * 60_000
        await store.links.claim([claim(1, 'b', 30)])
        expect(await store.links.renew([claim(1, 'a', 40)])).toEqual([])
        expect(await store.links.claims(issue(1))).toEqual([claim(1, 'b', 30)])
      })

      it('are refused for a pair that has its link', async () => {
        await store.links.save(link(1))
        expect(await store.links.claim([claim(1, 'a')])).toEqual([{ kind: 'linked', link: link(1) }])
        expect(await store.links.claims(issue(1))).toEqual([])
      })

      it('end when the link is saved', async () => {
        await store.links.claim([claim(1, 'a'), claim(2, 'a')])
        await store.links.save(link(1))
        expect(await store.links.claims(issue(1))).toEqual([claim(2, 'a')])
      })

      it('are released by their owner alone', async () => {
        await store.links.claim([claim(1, 'a')])
        await store.links.release(claim(1, 'b'))
        expect(await store.links.claims(issue(1))).toHaveLength(1)
        await store.links.release(claim(1, 'a'))
        expect(await store.links.claims(issue(1))).toEqual([])
      })

      it('are given once when many ask at once, in any order', async () => {
        const owners = ['a', 'b', 'c', 'd', 'e', 'f']
        const stores = traits.persists ? [store, await open(), await open()] : [store]
        const answers = await Promise.all(
          owners.map((owner, index) => {
            const claims = [1, 2, 3, 4, 5].map((number) => claim(number, owner))
            return stores[index % stores.length]!.links.claim(index % 2 === 0 ? claims : claims.reverse())
          }),
        )
        const granted = answers.flat().filter(({ kind }) => kind === 'claimed')
        expect(granted).toHaveLength(5)
        const held = answers.flat().filter(({ kind }) => kind === 'held')
        expect(held).toHaveLength(25)
      })
    })

    describe('locks', () => {
      it('let one in at a time per key, in the order of asking', async () => {
        const seen: string[] = []
        const work = (name: string) => async () => {
          seen.push(`${name} in`)
          await new Promise((resolve) => setTimeout(resolve, 5))
          seen.push(`${name} out`)
          return name
        }
        const results = await Promise.all(['a', 'b', 'c'].map((name) => store.withLock('octo/hello#1', work(name))))
        expect(results).toEqual(['a', 'b', 'c'])
        expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
      })

      it('do not hold up other keys, however many are held', async () => {
        const keys = Array.from({ length: 40 }, (_, index) => `key ${index}`)
        const hold = ([key, ...rest]: string[]): Promise<string> =>
          key === undefined ? Promise.resolve('inside') : store.withLock(key, () => hold(rest))
        expect(await hold(keys)).toBe('inside')
      })

      it('are free again after a failure, which is passed on', async () => {
        const failure = new Error('broken')
        await expect(store.withLock('k', () => Promise.reject(failure))).rejects.toBe(failure)
        expect(await store.withLock('k', async () => 'next')).toBe('next')
      })

      it.runIf(traits.shared)('exclude whoever else has the store open', async () => {
        const other = await open()
        const seen: string[] = []
        await store
          .withLock('k', async () => {
            const waiting = other.withLock('k', async () => void seen.push('other'))
            await other.withLock('another key', async () => undefined)
            await new Promise((resolve) => setTimeout(resolve, 50))
            seen.push('first')
            return { waiting }
          })
          .then(({ waiting }) => waiting)
        expect(seen).toEqual(['first', 'other'])
      })
    })

    describe('cursors', () => {
      it('are kept by name until removed', async () => {
        expect(await store.cursors.find('scan boards')).toBeUndefined()
        await store.cursors.save('scan boards', 'one')
        await store.cursors.save('scan boards', 'two')
        await store.cursors.save('scan jira', 'x')
        expect(await store.cursors.find('scan boards')).toBe('two')
        await store.cursors.remove('scan boards')
        expect(await store.cursors.find('scan boards')).toBeUndefined()
        expect(await store.cursors.find('scan jira')).toBe('x')
      })
    })

    describe('events', () => {
      it('come newest first, or onwards from an id', async () => {
        await store.events.append([entry('one'), entry('two')])
        await store.links.save(link(1), [entry('three')])
        await store.links.remove(link(1), [entry('four')])
        const newest = await store.events.list({ limit: 3 })
        expect(newest.map(({ message }) => message)).toEqual(['four', 'three', 'two'])
        const onwards = await store.events.list({ after: newest[2]!.id - 1, limit: 2 })
        expect(onwards.map(({ message }) => message)).toEqual(['two', 'three'])
        expect(onwards[0]!.id).toBeLessThan(onwards[1]!.id)
      })

      it('come back as they were appended', async () => {
        const told = entry('both', {
          outcome: null,
          code: 'field-refused',
          changes: [{ side: 'tracker', field: 'title', before: 'a', after: ['b'] }],
          details: { attempt: 2 },
        })
        await store.events.append([told])
        const [found] = await store.events.list({})
        const bare = { ...told, changes: [{ side: 'tracker', field: 'title', before: null, after: null }], details: {} }
        expect(found).toEqual({ ...(traits.wholeEntries ? told : bare), id: found!.id })
      })

      it('are filtered by organization, issue, ticket and kind', async () => {
        await store.events.append([
          entry('one'),
          entry('two', { organization: 'other', issue: 'Octo/Hello#2', ticket: 'jira:PLAT-2' }),
          entry('three', { kind: 'import', issue: null, ticket: null }),
        ])
        const messages = async (filter: Parameters<Store['events']['list']>[0]) =>
          (await store.events.list(filter)).map(({ message }) => message)
        expect(await messages({ organization: 'Octo' })).toEqual(['three', 'one'])
        expect(await messages({ issue: 'octo/hello#2' })).toEqual(['two'])
        expect(await messages({ ticket: 'jira:plat-2' })).toEqual(['two'])
        expect(await messages({ kind: 'import' })).toEqual(['three'])
        expect(await messages({ kind: 'import', after: 0 })).toEqual(['three'])
        expect(await messages({ organization: 'other', kind: 'import' })).toEqual([])
      })

      it('append nothing for nothing', async () => {
        await store.events.append([])
        expect(await store.events.list({})).toEqual([])
      })
    })

    describe('any text', () => {
      it('is kept exactly where it is data: NUL, half a surrogate pair, emoji, quotes', async () => {
        const strange = '\0 \ud800 👩‍🚒 \' " \\ % \u2028 ñ'
        const base = { ...fullLink(1).base!, ticket: { title: strange, [strange]: strange } }
        await store.links.save(link(1, { base, said: [strange] }))
        expect(await store.links.find(issue(1), 'boards')).toEqual(link(1, { base, said: [strange] }))
      })

      it('is kept readable where it is told: NUL and half a surrogate pair', async () => {
        await store.events.append([entry('a\0b 👩‍🚒', { actor: '\ud800x' })])
        const [found] = await store.events.list({})
        expect(found!.message).toMatch(/^a.b 👩‍🚒$/su)
        expect(found!.actor).toMatch(/^.x$/su)
      })

      it('may be huge', async () => {
        const huge = 'ü'.repeat(3_000_000)
        await store.links.save(link(1, { said: [huge] }), [entry(huge)])
        expect((await store.links.find(issue(1), 'boards'))?.said).toEqual([huge])
        expect((await store.events.list({}))[0]?.message).toHaveLength(huge.length)
      })
    })

    it('takes many saves at once', async () => {
      const all = Array.from({ length: 200 }, (_, index) => index + 1)
      await Promise.all(all.map((number) => store.links.save(link(number), [entry(`saved ${number}`)])))
      expect(await store.links.count({})).toBe(200)
      const ids = (await store.events.list({ after: 0 })).map(({ id }) => id)
      expect(new Set(ids).size).toBe(200)
    })

    it.runIf(traits.persists)('remembers everything when it is opened again', async () => {
      await store.links.save(fullLink(1), [entry('one')])
      await store.links.claim([claim(2, 'a')])
      await store.cursors.save('scan', 'c1')
      await reopen()
      expect(await store.links.list({})).toEqual([fullLink(1)])
      expect(await store.links.claims(issue(2))).toEqual([claim(2, 'a')])
      expect(await store.cursors.find('scan')).toBe('c1')
      expect(await store.events.list({})).toMatchObject([{ message: 'one', id: 1 }])
      await store.links.remove(fullLink(1), [entry('two')])
      await store.cursors.remove('scan')
      await store.links.release(claim(2, 'a'))
      await reopen()
      expect(await store.links.list({})).toEqual([])
      expect(await store.links.claims(issue(2))).toEqual([])
      expect(await store.cursors.find('scan')).toBeUndefined()
      expect(await store.events.list({ after: 1 })).toMatchObject([{ message: 'two', id: 2 }])
    })

    it.runIf(traits.shared)('lets one ticket go to one issue only, whoever saves first', async () => {
      const other = await open()
      const { ticket, ticketId } = link(1)
      const saves = [1, 2, 3, 4, 5, 6, 7, 8].map((number) =>
        (number % 2 === 0 ? store : other).links.save(link(number, { ticket, ticketId })),
      )
      const results = await Promise.allSettled(saves)
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'state-lost-race' })
      }
      expect(await store.links.count({})).toBe(1)
    })

    it.runIf(traits.shared)(
      'shows readers of the stream every entry, in the order of ids, while many write',
      async () => {
        const other = await open()
        let done = false
        const seen: number[] = []
        const reader = (async () => {
          for (let last = 0; ;) {
            const finished = done
            const page = await other.events.list({ after: last })
            seen.push(...page.map(({ id }) => id))
            last = seen.at(-1) ?? 0
            if (finished) return
            await new Promise((resolve) => setImmediate(resolve))
          }
        })()
        const writers = Array.from({ length: 120 }, (_, index) =>
          (index % 2 === 0 ? store : other).links.save(link(index + 1), [entry('a'), entry('b')]),
        )
        await Promise.all(writers)
        done = true
        await reader
        expect(seen).toHaveLength(240)
        expect(seen).toEqual(seen.toSorted((a, b) => a - b))
      },
    )
  })
}
