import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGone, printIssueRef } from '../../src/core/issue.ts'
import type { Issue } from '../../src/core/issue.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import type { Ticket } from '../../src/core/ticket.ts'
import { reconcile } from '../../src/sync/reconcile.ts'
import { scan } from '../../src/sync/scan.ts'
import { beginTelling, play, step } from './histories.ts'
import type { Half, Step, Told, World } from './histories.ts'
import type { Side } from './sides.ts'
import { openStage, repo } from './stage.ts'
import type { Stage } from './stage.ts'

/** How many histories each world plays: a few hundred always, thousands by night. */
const histories = Number(process.env['LOCKSTEP_HISTORIES'] ?? 200)
/** Histories that run through each other in one repository. */
const TOGETHER = 5
/** A world grows with every history and slows down the servers; the night takes a new one now and then. */
const PER_WORLD = 500

interface Kind {
  readonly name: string
  readonly to: readonly ('boards' | 'jira')[]
  /** Of the number of histories. */
  readonly share: number
}

const together = fc.array(fc.array(step, { maxLength: 25, size: 'max' }), {
  minLength: TOGETHER,
  maxLength: TOGETHER,
})

/** In a file of its own for each kind, so that they run beside each other. */
export const describeConvergence = ({ name, to, share }: Kind) =>
  describe(`random histories of edits on all sides, with failures, against ${name}`, () => {
    const count = Math.ceil((histories * share) / TOGETHER) * TOGETHER
    const seed = process.env['LOCKSTEP_SEED']
    // A change is judged by the same histories each time; the night looks for new ones.
    const draw = (nth: number) => (count > PER_WORLD ? Math.trunc(Math.random() * 2 ** 31) : nth + 1)
    const seeds = Array.from({ length: Math.ceil(count / PER_WORLD) }, (_, nth) => draw(nth))
    const route = { when: { state: 'any' }, type: { default: 'Task' }, status: { open: 'To Do', closed: 'Done' } }
    const routes = to.map((connection) => ({ ...route, to: connection }))

    it(
      `end in agreement, with every edit in place or told, and then nothing is written any more (${count} histories)`,
      { timeout: 4 * 3_600_000 },
      async () => {
        for (const [nth, one] of (seed === undefined ? seeds : [Number(seed)]).entries()) {
          const left = Math.min(PER_WORLD, count - nth * PER_WORLD)
          console.log(`${left} histories against ${to.join(' and ')}: LOCKSTEP_SEED=${one}`)
          let stage: Stage | null = null
          // What went wrong once leaves a world behind in which nothing can be learned: the next history gets a new one.
          const renew = async () => {
            await stage?.close()
            stage = null
          }
          await fc
            .assert(
              fc.asyncProperty(together, async (all) => {
                stage ??= await openStage({ quick: true, routes })
                await live(stage, all).catch(async (error: unknown) => {
                  await renew()
                  throw error
                })
              }),
              { numRuns: left / TOGETHER, seed: one },
            )
            .finally(renew)
        }
      },
    )
  })

interface Life {
  readonly steps: readonly Step[]
  readonly world: World
  readonly told: Told
  readonly halves: readonly Half[]
}

async function live(stage: Stage, all: readonly (readonly Step[])[]): Promise<void> {
  const sides = stage.config.routes.map(({ to }) => (to === 'jira' ? stage.plat : stage.boards))
  const servers = [stage.github, ...sides.map(({ server }) => server)]
  const earlier = new Set(sides.flatMap((side) => side.keys()))
  let running = stage.wired
  const look = async () => {
    const outcomes = []
    for await (const outcome of scan(running.deps, repo)) outcomes.push(outcome)
    return outcomes
  }
  const lives = all.map((steps, nth): Life => {
    const paragraphs: Told['paragraphs'] = ['one', 'two', 'three']
    const title = `History ${nth} of ${Date.now()}`
    const { number } = stage.github.act.openIssue({ as: 'ada', title, body: paragraphs.join('\n\n') })
    const ref = { ...repo, number }
    const halves = sides.map((side) => ({
      side,
      findKey: async () => (await stage.wired.store.links.find(ref, side.connection))?.ticket.key,
    }))
    const world: World = {
      github: stage.github,
      number,
      tracker: halves[0]!,
      other: halves[1] ?? null,
      scan: look,
      reconcile: async () => await reconcile(running.deps, ref, { comments: true }),
      async restart() {
        running = await stage.again()
      },
    }
    return { steps, world, told: beginTelling(title, paragraphs), halves }
  })

  for (let at = 0; lives.some(({ steps }) => at < steps.length); at++) {
    for (const { steps, world, told } of lives) await play(steps.slice(at, at + 1), world, told)
  }
  await settle(stage, servers, look)
  for (const life of lives) await expectAgreement(stage, life)
  for (const side of sides) {
    const tracker = stage.wired.trackers.get(side.connection)!
    const created = await tracker.readTickets(side.keys().filter((key) => !earlier.has(key)))
    const marks = [...created.values()].flatMap((ticket) => (isGone(ticket) ? [] : ticket.marks))
    expect(marks.toSorted(), 'one ticket for each issue').toEqual(await readUrls(stage, lives))
  }

  const before = servers.map((server) => server.journal.count().writes)
  for (let round = 0; round < 10; round++) await look()
  const after = servers.map((server) => server.journal.count().writes)
  expect(after, 'ten more scans write nothing').toEqual(before)
}

async function readUrls({ wired }: Stage, lives: readonly Life[]): Promise<readonly string[]> {
  const issues = await Promise.all(
    lives.map(async ({ world: { number } }) => (await wired.host.readIssue({ ...repo, number })) as Issue),
  )
  return issues.map(({ url }) => url).toSorted()
}

async function settle(
  stage: Stage,
  servers: readonly { readonly faults: { clear(): void } }[],
  look: () => Promise<readonly Outcome[]>,
): Promise<void> {
  for (const server of servers) server.faults.clear()
  for (let round = 0; round < 8; round++) {
    stage.passTime(6 * 60_000)
    const outcomes = await look()
    if (outcomes.every(({ outcome }) => outcome === 'unchanged' || outcome === 'skipped')) return
  }
}

async function expectAgreement(stage: Stage, { world: { number }, told, halves }: Life): Promise<void> {
  const issue = (await stage.wired.host.readIssue({ ...repo, number })) as Issue
  for (const half of halves) await expectSame(stage, issue, half, told)
  expect(issue.labels.toSorted(), 'labels go with the people who put them, and with nobody else').toEqual(
    Object.values(told.labels)
      .flatMap((own) => [...own])
      .toSorted(),
  )
  const entries = await stage.wired.store.events.list({ issue: printIssueRef(issue.ref) })
  const changes = entries.flatMap(({ changes: made, details }) => [
    ...made,
    ...((details['attempted'] as typeof made | undefined) ?? []),
  ])
  for (const [on, title] of told.titles) {
    const known = [issue.title, ...changes.flatMap(({ before, after }) => [before, after])]
    expect(known, `the last title given on ${on} is in place, or the stream tells what became of it`).toContain(title)
  }
}

async function expectSame(stage: Stage, issue: Issue, { side, findKey }: Half, told: Told): Promise<void> {
  const key = await findKey()
  expect(key, 'the issue has its ticket').toBeDefined()
  const tracker = stage.wired.trackers.get(side.connection)!
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
