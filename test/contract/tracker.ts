import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TicketDraft } from '../../src/core/change.ts'
import { isGone } from '../../src/core/issue.ts'
import type { MovedTicket, ScanPage, Tracker, TrackerTraits } from '../../src/core/ports.ts'
import type { Account, Ticket } from '../../src/core/ticket.ts'

/** A running tracker with people in it. */
export interface TrackerStage {
  readonly tracker: Tracker
  /** What goes into queries. */
  readonly project: string
  /** The type that new tickets get. */
  readonly type: string
  /** A state to close with, and one to open again with. */
  readonly states: { readonly done: string; readonly open: string }
  /** Two people who can be assigned, by address; letter case as the tracker shows it. */
  readonly ada: string
  readonly grace: string
  /** Somebody the tracker knows or could know, and refuses to assign. */
  readonly stranger: Account
  /** What people do in the tracker's own pages. */
  readonly people: {
    create(title: string): Promise<string>
    retitle(key: string, title: string): Promise<unknown>
    label(key: string, label: string): Promise<unknown>
    /** Answers the comment's id. */
    comment(key: string, text: string): Promise<string>
    remove(key: string): Promise<unknown>
  }
  /** Lets a moment pass, where the tracker looks for faster hands only after one. */
  later?(): unknown
  /** A condition in the tracker's language that only tickets with exactly this title fulfil. */
  titleIs(title: string): string
  /** Requests since the last call. */
  count(): { readonly reads: number; readonly writes: number }
  close(): Promise<unknown>
}

const ISSUES = 'https://github.com/acme/shop/issues'

/** What every tracker must do, whatever server stands behind it. */
export function trackerContract(name: string, open: () => Promise<TrackerStage>): void {
  describe(`${name} as a tracker`, () => {
    let stage: TrackerStage
    let tracker: Tracker
    let traits: TrackerTraits
    let issues = 100

    beforeAll(async () => {
      stage = await open()
      tracker = stage.tracker
      traits = await tracker.describe()
    })
    afterAll(() => stage.close())

    const draft = (patch: Partial<TicketDraft> = {}): TicketDraft => {
      const number = ++issues
      return {
        project: stage.project,
        type: stage.type,
        title: `Ticket of issue ${number}`,
        mark: { url: `${ISSUES}/${number}`, issue: { owner: 'acme', repo: 'shop', number } },
        ...patch,
      }
    }
    const bodyOf = (markdown: string) => ({ raw: traits.text.fromMarkdown(markdown, {}), format: traits.text.format })

    async function read(key: string): Promise<Ticket> {
      const found = (await tracker.readTickets([key])).get(key)
      if (found === undefined || isGone(found)) throw new Error(`${key} is not there`)
      return found
    }

    async function account(email: string): Promise<Account> {
      const { exact } = await tracker.people.findByEmail([email], { project: stage.project, ticket: null })
      expect(exact).toHaveLength(1)
      return exact[0]!
    }

    async function collect<Thing>(pages: AsyncIterable<ScanPage<Thing>>) {
      const items: Thing[] = []
      let cursor: string | null = null
      for await (const page of pages) {
        items.push(...page.items)
        cursor = page.cursor
      }
      return { items, cursor }
    }

    describe('a new ticket', () => {
      it('holds everything of its draft, and carries its mark', async () => {
        const ada = await account(stage.ada)
        const wanted = draft({
          body: bodyOf('It **loops**.'),
          labels: { add: ['alpha', 'beta'], remove: [] },
          assignee: ada,
        })
        const created = await tracker.create(wanted)
        const ticket = await read(created.ref.key)
        expect(ticket).toMatchObject({
          ref: { connection: tracker.connection, key: created.ref.key },
          title: wanted.title,
          type: stage.type,
          assignee: { id: ada.id },
          marks: [wanted.mark.url],
        })
        expect(ticket.status.category).toBe('new')
        expect([...ticket.labels].sort()).toEqual(['alpha', 'beta'])
        expect(traits.text.toMarkdown(ticket.body, {}).trim()).toBe('It **loops**.')
        expect(created).toMatchObject({
          id: ticket.id,
          title: ticket.title,
          marks: ticket.marks,
          revision: ticket.revision,
        })
        expect(ticket.url).toContain(ticket.ref.key)
      })

      it('is found by its mark at once, and no other is', async () => {
        const since = new Date(Date.now() - 60_000).toISOString()
        const one = await tracker.create(
          draft({ mark: { url: `${ISSUES}/7`, issue: { owner: 'acme', repo: 'shop', number: 7 } } }),
        )
        await tracker.create(
          draft({ mark: { url: `${ISSUES}/77`, issue: { owner: 'acme', repo: 'shop', number: 77 } } }),
        )
        for (const bound of [since, null]) {
          const found = await tracker.findByMark(`${ISSUES}/7`, { project: stage.project, since: bound })
          expect(found.map(({ ref }) => ref.key)).toEqual([one.ref.key])
        }
        expect(await tracker.findByMark(`${ISSUES}/777`, { project: stage.project, since })).toEqual([])
      })

      it('is refused by the name of the field when somebody cannot be assigned, and nothing is created', async () => {
        const wanted = draft({ assignee: stage.stranger })
        await expect(tracker.create(wanted)).rejects.toMatchObject({
          code: 'not-assignable',
          details: { field: 'assignee' },
          effectUnknown: false,
        })
        expect(await tracker.findByMark(wanted.mark.url, { project: stage.project, since: null })).toEqual([])
      })
    })

    describe('reading', () => {
      it('answers many at once, and says what is gone', async () => {
        const keys = [await stage.people.create('Stays'), await stage.people.create('Goes')]
        await stage.people.remove(keys[1]!)
        const unknown = keys[0]!.replace(/\d+$/, '999999')
        const found = await tracker.readTickets([...keys, unknown])
        expect(found.get(keys[0]!)).toMatchObject({ title: 'Stays', marks: [] })
        expect(found.get(keys[1]!)).toMatchObject({ gone: expect.stringMatching(/deleted|hidden/) })
        expect(found.get(unknown)).toMatchObject({ gone: expect.stringMatching(/deleted|hidden/) })
      })

      it('of one ticket costs one request', async () => {
        const key = await stage.people.create('Cheap')
        await read(key)
        stage.count()
        await read(key)
        expect(stage.count()).toEqual({ reads: 1, writes: 0 })
      })
    })

    describe('an update', () => {
      it('writes several fields at once and leaves the others', async () => {
        const grace = await account(stage.grace)
        const ticket = await tracker.create(
          draft({ body: bodyOf('Old.'), labels: { add: ['keep', 'Drop'], remove: [] } }),
        )
        stage.count()
        const { ticket: answered, refused } = await tracker.update(ticket, {
          title: 'A better title',
          body: bodyOf('New.'),
          assignee: grace,
          labels: { add: ['extra'], remove: ['drop'] },
        })
        expect(stage.count().writes).toBe(1)
        expect(refused).toEqual([])
        const after = await read(ticket.ref.key)
        expect(after).toMatchObject({
          title: 'A better title',
          assignee: { id: grace.id },
          type: ticket.type,
          marks: ticket.marks,
        })
        expect([...after.labels].sort()).toEqual(
          traits.labelsIgnoreCase ? ['extra', 'keep'] : ['Drop', 'extra', 'keep'],
        )
        expect(traits.text.toMarkdown(after.body, {}).trim()).toBe('New.')
        if (answered.revision !== undefined)
          expect(answered).toMatchObject({ revision: after.revision, title: after.title })
      })

      it('takes an assignee and labels away', async () => {
        const ada = await account(stage.ada)
        const ticket = await tracker.create(draft({ assignee: ada, labels: { add: ['only'], remove: [] } }))
        await tracker.update(ticket, { assignee: null, labels: { add: [], remove: ['only'] } })
        expect(await read(ticket.ref.key)).toMatchObject({ assignee: null, labels: [] })
      })

      it('closes and opens again', async () => {
        const ticket = await tracker.create(draft())
        await tracker.update(ticket, { status: { name: stage.states.done, fields: {} } })
        const closed = await read(ticket.ref.key)
        expect(closed.status).toMatchObject({ name: stage.states.done, category: 'done' })
        await tracker.update(closed, { status: { name: stage.states.open, fields: {} } })
        expect((await read(ticket.ref.key)).status.name).toBe(stage.states.open)
      })

      it('does not happen when the ticket moved since it was read', async () => {
        const ticket = await tracker.create(draft())
        await stage.people.retitle(ticket.ref.key, 'Changed by a person')
        stage.later?.()
        await expect(tracker.update(ticket, { title: 'Changed by us' })).rejects.toMatchObject({
          code: 'ticket-changed',
        })
        expect((await read(ticket.ref.key)).title).toBe('Changed by a person')
      })

      it('writes the rest when one field is refused, and says which and why', async () => {
        const ticket = await tracker.create(draft())
        const { refused } = await tracker.update(ticket, { title: 'Still written', assignee: stage.stranger })
        expect(refused).toMatchObject([{ field: 'assignee', code: 'not-assignable' }])
        expect(await read(ticket.ref.key)).toMatchObject({ title: 'Still written', assignee: null })
      })

      it('names the states there are when one cannot be reached', async () => {
        const ticket = await tracker.create(draft())
        const { refused } = await tracker.update(ticket, {
          title: 'Moved on',
          status: { name: 'No such state', fields: {} },
        })
        expect(refused).toMatchObject([
          { field: 'status', code: 'status-unreachable', remedy: expect.stringContaining(stage.states.done) },
        ])
        expect((await read(ticket.ref.key)).title).toBe('Moved on')
      })
    })

    describe('a mark', () => {
      it('is put on an adopted ticket, once, and taken off again', async () => {
        const key = await stage.people.create('Was here first')
        const mark = { url: `${ISSUES}/5000`, issue: { owner: 'acme', repo: 'shop', number: 5000 } }
        await tracker.mark(await read(key), mark)
        await tracker.mark(await read(key), mark)
        expect((await read(key)).marks).toEqual([mark.url])
        expect(
          (await tracker.findByMark(mark.url, { project: stage.project, since: null })).map(({ ref }) => ref.key),
        ).toEqual([key])
        await tracker.unmark(await read(key), mark)
        expect((await read(key)).marks).toEqual([])
        await tracker.unmark(await read(key), mark)
      })

      it('is listed with all marks of the project', async () => {
        const ticket = await tracker.create(draft())
        const plain = await stage.people.create('Without a mark')
        const { items } = await collect(tracker.readMarks(stage.project))
        const keys = items.map(({ ref }) => ref.key)
        expect(keys).toContain(ticket.ref.key)
        expect(keys).not.toContain(plain)
        expect(new Set(keys).size).toBe(keys.length)
        expect(items.every(({ marks }) => marks.length > 0)).toBe(true)
      })
    })

    describe('a scan', () => {
      const keysOf = (items: readonly MovedTicket[]) => items.map(({ ref }) => ref.key)

      it('starts at a moment, goes on from its cursor, and finds what people did', async () => {
        const key = await stage.people.create('Will move')
        const since = new Date(Date.now() - 3_600_000).toISOString()
        const first = await collect(tracker.changedSince(stage.project, null, { since }))
        expect(keysOf(first.items)).toContain(key)
        expect(first.cursor).not.toBeNull()

        await stage.people.retitle(key, 'Has moved')
        const second = await collect(tracker.changedSince(stage.project, first.cursor, { since }))
        const moved = second.items.find(({ ref }) => ref.key === key)
        expect(moved).toBeDefined()
        if (moved!.ticket !== null) expect(moved!.ticket).toMatchObject({ title: 'Has moved' })
      })

      it('notices comments', async () => {
        const key = await stage.people.create('Will be talked about')
        const before = (await read(key)).commentCount
        const since = new Date(Date.now() - 3_600_000).toISOString()
        const { cursor } = await collect(tracker.changedSince(stage.project, null, { since }))
        await stage.people.comment(key, 'Somebody says something.')
        const { items } = await collect(tracker.changedSince(stage.project, cursor, { since }))
        const moved = items.find(({ ref }) => ref.key === key)
        expect(moved).toBeDefined()
        expect(moved!.comments || moved!.ticket?.commentCount !== before).toBe(true)
      })

      it('tells which tickets a filter takes', async () => {
        const [plain, labelled] = [await stage.people.create('Plain'), await stage.people.create('For GitHub')]
        await stage.people.label(labelled, 'to-github')
        const keys = [plain, labelled]
        const filter = { project: stage.project, query: null, label: null }
        expect(await tracker.filterTickets(keys, { ...filter, label: 'to-github' })).toEqual(new Set([labelled]))
        expect(await tracker.filterTickets(keys, { ...filter, query: stage.titleIs('Plain') })).toEqual(
          new Set([plain]),
        )
        expect(
          await tracker.filterTickets(keys, { ...filter, query: stage.titleIs('Plain'), label: 'to-github' }),
        ).toEqual(new Set())
        expect(await tracker.filterTickets([], filter)).toEqual(new Set())
      })
    })

    describe('comments', () => {
      const mark = `${ISSUES}/1#issuecomment-4711`

      it('of ours are known again with the address of their original; those of people are not ours', async () => {
        const ticket = await tracker.create(draft())
        const added = await tracker.addComment(ticket, { body: bodyOf('From **GitHub**.').raw, mark })
        const theirs = await stage.people.comment(ticket.ref.key, 'From the tracker.')
        const comments = await tracker.readComments(await read(ticket.ref.key))
        const self = await tracker.readSelf()
        expect(comments.map(({ id }) => id)).toEqual([added.id, theirs])
        expect(comments[0]).toMatchObject({ own: true, copyOf: mark, restricted: false })
        expect(comments[0]!.body).toContain('GitHub')
        expect(comments[1]).toMatchObject({ own: false, copyOf: null })
        expect(comments[1]!.body).toContain('From the tracker.')
        expect(comments[1]!.author.name).not.toBe('')
        expect(added).toMatchObject({ own: true, copyOf: mark })
        expect(comments.map(({ author }) => author.id === self)).toEqual([true, false])
      })

      it('are edited and deleted where the server can', async () => {
        const ticket = await tracker.create(draft())
        const added = await tracker.addComment(ticket, { body: bodyOf('First.').raw, mark })
        if (!traits.editsComments) {
          await expect(tracker.editComment(ticket, added.id, { body: 'x', mark })).rejects.toMatchObject({
            code: 'tracker-refused',
          })
          return
        }
        await tracker.editComment(ticket, added.id, { body: bodyOf('Second.').raw, mark })
        expect(await tracker.readComments(await read(ticket.ref.key))).toMatchObject([
          { id: added.id, body: expect.stringContaining('Second.'), own: true, copyOf: mark },
        ])
        await tracker.deleteComment(ticket, added.id)
        expect(await tracker.readComments(await read(ticket.ref.key))).toEqual([])
      })
    })

    describe('people', () => {
      const scope = () => ({ project: stage.project, ticket: null })

      it('are found by any of their addresses, in any letter case', async () => {
        const { exact } = await tracker.people.findByEmail(['nobody@example.org', stage.ada.toUpperCase()], scope())
        expect(exact).toHaveLength(1)
        expect(exact[0]!.emails.map((email) => email.toLowerCase())).toContain(stage.ada.toLowerCase())
        expect(exact[0]).toMatchObject({ human: true, active: true })
      })

      it('are not made up', async () => {
        expect(await tracker.people.findByEmail(['nobody@example.org'], scope())).toMatchObject({
          exact: [],
          hidden: [],
        })
        expect(await tracker.people.findByEmail(['', ' '], scope())).toMatchObject({ exact: [], hidden: [] })
        expect(await tracker.people.findByEmail([], scope())).toMatchObject({ exact: [], hidden: [] })
      })

      it('are the same account when found and when read from a ticket', async () => {
        const ada = await account(stage.ada)
        const ticket = await tracker.create(draft({ assignee: ada }))
        expect((await read(ticket.ref.key)).assignee?.id).toBe(ada.id)
      })

      it('are offered for a piece of their name', async () => {
        const ada = await account(stage.ada)
        const found = await tracker.people.search(ada.name, scope())
        expect(found.map(({ id }) => id)).toContain(ada.id)
      })
    })

    describe('the server', () => {
      it('lists its projects and types with their states', async () => {
        expect((await tracker.readProjects()).map(({ key }) => key)).toContain(stage.project)
        const type = (await tracker.readTypes(stage.project)).find(({ name }) => name === stage.type)
        expect(type?.states.map(({ name }) => name)).toEqual(
          expect.arrayContaining([stage.states.done, stage.states.open]),
        )
        expect(type?.states.find(({ name }) => name === stage.states.done)?.category).toBe('done')
      })

      it('says what it is', () => {
        expect(traits.product).not.toBe('')
        expect(traits.formats).toContain(traits.text)
      })

      it('keeps a picture and says where', async () => {
        const ticket = await tracker.create(draft())
        const { url } = await tracker.attach(ticket, {
          name: 'dot.png',
          type: 'image/png',
          bytes: new Uint8Array([1, 2, 3]),
        })
        expect(URL.canParse(url)).toBe(true)
      })
    })
  })
}
