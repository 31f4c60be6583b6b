import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isGone } from '../../src/core/issue.ts'
import type { Issue } from '../../src/core/issue.ts'
import type { Ticket } from '../../src/core/ticket.ts'
import { reconcile } from '../../src/sync/reconcile.ts'
import { scan } from '../../src/sync/scan.ts'
import { play, step } from './histories.ts'
import type { Half, Told, World } from './histories.ts'
import type { Side } from './sides.ts'
import { openStage, repo } from './stage.ts'
import type { Stage } from './stage.ts'

const runs = Number(process.env['LOCKSTEP_HISTORIES'] ?? 40)

const worlds = [
  { name: 'Azure DevOps', to: ['boards'], runs },
  { name: 'Jira', to: ['jira'], runs },
  { name: 'both trackers at once', to: ['boards', 'jira'], runs: Math.ceil(runs / 2) },
] as const

describe.each(worlds)(
  'random histories of edits on all sides, with failures, against $name',
  ({ to, runs: numRuns }) => {
    let stage: Stage

    beforeAll(async () => {
      const route = { when: { state: 'any' }, type: { default: 'Task' }, status: { open: 'To Do', closed: 'Done' } }
      stage = await openStage({ quick: true, routes: to.map((connection) => ({ ...route, to: connection })) })
    })
    afterAll(async () => await stage.close())

    const sides = (): Side[] => to.map((connection) => (connection === 'jira' ? stage.plat : stage.boards))
    const servers = () => [stage.github, ...sides().map(({ server }) => server)]

    async function look(wired = stage.wired) {
      const outcomes = []
      for await (const outcome of scan(wired.deps, repo)) outcomes.push(outcome)
      return outcomes
    }

    async function settle(): Promise<void> {
      for (const server of servers()) server.faults.clear()
      for (let round = 0; round < 8; round++) {
        stage.passTime(6 * 60_000)
        const outcomes = await look()
        if (outcomes.every(({ outcome }) => outcome === 'unchanged' || outcome === 'skipped')) return
      }
    }

    it(`end in agreement, with every edit in place, and then nothing is written any more (${numRuns} histories)`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
          const paragraphs: Told['paragraphs'] = ['one', 'two', 'three']
          const title = `History ${Date.now()}`
          const { number } = stage.github.act.openIssue({ as: 'ada', title, body: paragraphs.join('\n\n') })
          const ref = { ...repo, number }
          const told: Told = {
            titles: new Set([title]),
            paragraphs,
            comments: new Map(),
            labels: { github: new Set(), tracker: new Set(), other: new Set() },
          }
          const halves: Half[] = sides().map((side) => ({
            side,
            findKey: async () => (await stage.wired.store.links.find(ref, side.connection))?.ticket.key,
          }))
          let running = stage.wired
          const world: World = {
            github: stage.github,
            number,
            tracker: halves[0]!,
            other: halves[1] ?? null,
            scan: async () => await look(running),
            reconcile: async () => await reconcile(running.deps, ref, { comments: true }),
            async restart() {
              running = await stage.again()
            },
          }
          await play(steps, world, told)
          await settle()

          const issue = (await stage.wired.host.readIssue(ref)) as Issue
          expect(told.titles).toContain(issue.title)
          for (const half of halves) await expectAgreement(stage, issue, half, told)
          expect(issue.labels.toSorted(), 'labels go with the people who put them, and with nobody else').toEqual(
            Object.values(told.labels)
              .flatMap((own) => [...own])
              .toSorted(),
          )

          const before = servers().map((server) => server.journal.count().writes)
          for (let round = 0; round < 10; round++) await look()
          const after = servers().map((server) => server.journal.count().writes)
          expect(after, 'ten more scans write nothing').toEqual(before)
        }),
        { numRuns, endOnFailure: false, interruptAfterTimeLimit: 3_000_000 },
      )
    }, 3_600_000)
  },
)

async function expectAgreement(stage: Stage, issue: Issue, { side, findKey }: Half, told: Told): Promise<void> {
  const key = await findKey()
  expect(key, 'the issue has its ticket').toBeDefined()
  const tracker = stage.wired.trackers.get(side.connection)!
  const found = [...(await tracker.readTickets(side.keys())).values()]
  const marked = found.filter((one) => !isGone(one) && one.marks.includes(issue.url))
  expect(marked, 'one ticket').toHaveLength(1)

  const ticket = await stage.readTicket(side.connection, key!)
  expect(ticket.title).toBe(issue.title)
  expect(ticket.status.category === 'done', `${ticket.status.name} stands for ${issue.open ? 'open' : 'closed'}`).toBe(
    !issue.open,
  )
  expect(ticket.labels.toSorted()).toEqual(issue.labels.toSorted())
  await expectSameAssignee(stage, issue, ticket)
  expect(words(side.format.toMarkdown(ticket.body, {}))).toEqual(words(issue.body))

  const onIssue = await stage.wired.host.readComments(issue.ref)
  const onTicket = await tracker.readComments(ticket)
  const here = placeOf(stage, side)
  for (const [said, { on }] of told.comments) {
    if (on !== 'github' && on !== here) continue
    const target =
      on === 'github' ? onTicket.map(({ body }) => side.format.toMarkdown(body, {})) : onIssue.map(({ body }) => body)
    expect(
      target.filter((body) => words(body).includes(words(said))),
      `one copy of "${said}"`,
    ).toHaveLength(1)
  }
  const copies = onTicket.filter(({ own, copyOf }) => own && copyOf !== null)
  expect(copies, 'no copy without its original').toHaveLength(onIssue.filter(({ own }) => !own).length)
}

const placeOf = (stage: Stage, { connection }: Side): 'tracker' | 'other' =>
  Object.keys(stage.config.trackers)[0] === connection ? 'tracker' : 'other'

async function expectSameAssignee(stage: Stage, issue: Issue, ticket: Ticket): Promise<void> {
  if (ticket.assignee === null) return expect(issue.assignees).toEqual([])
  const match = await stage.wired.people.findLogin(ticket.assignee, ticket.ref.connection)
  expect(match.kind).toBe('matched')
  if (match.kind === 'matched') expect(issue.assignees).toContain(match.found)
}

const words = (text: string): string =>
  text
    .replaceAll(/<!--.*?-->/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
