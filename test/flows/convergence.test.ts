import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Issue } from '../../src/core/issue.ts'
import type { Clock } from '../../src/core/ports.ts'
import type { Ticket } from '../../src/core/ticket.ts'
import { play, readEnd, step } from './histories.ts'
import type { Told, World } from './histories.ts'
import { azurePeople, openStage, repo } from './stage.ts'
import type { Stage } from './stage.ts'

const runs = Number(process.env['LOCKSTEP_HISTORIES'] ?? 60)

describe('random histories of edits on both sides, with failures in between', () => {
  let stage: Stage
  let ahead = 0
  const clock: Clock = { now: () => new Date(Date.now() + ahead) }

  beforeAll(async () => {
    stage = await openStage({
      clock,
      quick: true,
      routes: [{ to: 'boards', when: { state: 'any' }, type: { default: 'Task' } }],
    })
  })
  afterAll(async () => await stage.close())

  /** Claims lapse, pauses end: as time does for everybody. */
  function passTime(ms: number): void {
    ahead += ms
    for (const server of [stage.github, stage.azure]) server.clock.advance(ms)
  }

  async function settle(): Promise<void> {
    for (const server of [stage.github, stage.azure]) server.faults.clear()
    for (let round = 0; round < 6; round++) {
      passTime(6 * 60_000)
      const outcomes = await stage.scan()
      if (outcomes.every(({ outcome }) => outcome === 'unchanged' || outcome === 'skipped')) return
    }
  }

  it(`end in agreement, with every edit in place, and then nothing is written any more (${runs} histories)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        const paragraphs: Told['paragraphs'] = ['one', 'two', 'three']
        const title = `History ${Date.now()}`
        const { number } = stage.github.act.openIssue({ as: 'ada', title, body: paragraphs.join('\n\n') })
        const told: Told = { titles: new Set([title]), paragraphs, comments: new Map() }
        const ref = { ...repo, number }
        const tracker = stage.wired.trackers.get('boards')!
        const findKey = async () => (await stage.wired.store.links.find(ref, 'boards'))?.ticket.key
        const world: World = {
          github: stage.github,
          tracker,
          people: azurePeople(stage.azure),
          number,
          faults: {
            github: (fault) => stage.github.faults.add(fault),
            tracker: (fault) => stage.azure.faults.add(fault),
          },
          findKey,
          // What a failing network throws is told by the run and made good by the next one.
          scan: async () => await stage.scan().catch(() => []),
          reconcile: async () => await stage.reconcile(number, { comments: true }),
        }
        await play(steps, world, told)
        await settle()

        const key = await findKey()
        expect(key, 'the issue has its ticket').toBeDefined()
        expect(
          [...stage.azure.world.items.values()].filter(({ relations }) =>
            relations.some(({ url }) => url.endsWith(`/issues/${number}`)),
          ),
          'one ticket',
        ).toHaveLength(1)
        const { issue, ticket, issueComments, ticketComments } = await readEnd(world, stage.wired.host, ref, key!)
        expect(ticket.title).toBe(issue.title)
        expect(told.titles).toContain(issue.title)
        expect(ticket.status.category === 'done').toBe(!issue.open)
        expect(ticket.labels.map((label) => label.toLowerCase()).sort()).toEqual(
          issue.labels.map((label) => label.toLowerCase()).sort(),
        )
        await expectSameAssignee(stage, issue, ticket)
        const { text } = await stage.wired.trackers.get('boards')!.describe()
        expect(words(text.toMarkdown(ticket.body, {}))).toEqual(words(issue.body))
        for (const [said, { on }] of told.comments) {
          const plain =
            on === 'tracker'
              ? issueComments.map(({ body }) => body)
              : ticketComments.map(({ body }) => text.toMarkdown(body, {}))
          const copies = plain.filter((body) => words(body).includes(words(said)))
          expect(copies, `one copy of "${said}"`).toHaveLength(1)
        }
        const mine = (comments: typeof issueComments) =>
          comments.filter(({ own, copyOf }) => own && copyOf !== null).length
        const theirs = (comments: typeof issueComments) => comments.filter(({ own }) => !own).length
        expect([mine(ticketComments), mine(issueComments)]).toEqual([theirs(issueComments), theirs(ticketComments)])

        const before = [stage.github, stage.azure].map((server) => server.journal.count().writes)
        for (let round = 0; round < 10; round++) await stage.scan()
        expect(
          [stage.github, stage.azure].map((server) => server.journal.count().writes),
          'ten more scans write nothing',
        ).toEqual(before)
      }),
      { numRuns: runs, endOnFailure: false, interruptAfterTimeLimit: 500_000 },
    )
  }, 600_000)
})

async function expectSameAssignee(stage: Stage, issue: Issue, ticket: Ticket): Promise<void> {
  if (ticket.assignee === null) return expect(issue.assignees).toEqual([])
  const match = await stage.wired.people.findLogin(ticket.assignee, 'boards')
  expect(match.kind).toBe('matched')
  if (match.kind === 'matched') expect(issue.assignees).toContain(match.found)
}

const words = (text: string): string =>
  text
    .replaceAll(/<!--.*?-->/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
