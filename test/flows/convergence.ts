import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GitHubOptions } from '../../sandbox/github/server.ts'
import { isGone } from '../../src/core/issue.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import { reconcile } from '../../src/sync/reconcile.ts'
import { scan } from '../../src/sync/scan.ts'
import { expectAgreement } from './agreement.ts'
import { beginTelling, choices, play, step } from './histories.ts'
import type { Half, Step, Told, World } from './histories.ts'
import { valuesOf } from './sides.ts'
import type { Side } from './sides.ts'
import { openStage, repo } from './stage.ts'
import type { Stage, StageOptions } from './stage.ts'

/** How many histories each world plays: a few hundred always, thousands by night. */
const histories = Number(process.env['LOCKSTEP_HISTORIES'] ?? 200)
/** Histories that run through each other in one repository. */
const TOGETHER = 5
/** A world grows with every history and slows down the servers; the night takes a new one now and then. */
const PER_WORLD = 500

interface Kind {
  readonly name: string
  readonly to: readonly ('boards' | 'jira')[]
  /** What the routes say besides, by tracker. */
  readonly rules?: Partial<Record<'boards' | 'jira', Readonly<Record<string, unknown>>>>
  readonly github?: GitHubOptions
  /** Of the number of histories. */
  readonly share: number
}

const together = fc.array(fc.array(step, { maxLength: 25, size: 'max' }), {
  minLength: TOGETHER,
  maxLength: TOGETHER,
})

/** In a file of its own for each kind, so that they run beside each other. */
export const describeConvergence = ({ name, to, rules = {}, github, share }: Kind) =>
  describe(`random histories of edits on all sides, with failures, against ${name}`, () => {
    const count = Math.ceil((histories * share) / TOGETHER) * TOGETHER
    const seed = process.env['LOCKSTEP_SEED']
    // A change is judged by the same histories each time; the night looks for new ones.
    const draw = (nth: number) => (count > PER_WORLD ? Math.trunc(Math.random() * 2 ** 31) : nth + 1)
    const seeds = Array.from({ length: Math.ceil(count / PER_WORLD) }, (_, nth) => draw(nth))
    const routes = to.map((connection) => ({
      to: connection,
      when: { state: 'any' },
      type: { default: 'Task' },
      status: { open: 'To Do', closed: 'Done' },
      sync: { milestone: 'both' },
      ...valuesOf[connection],
      ...rules[connection],
    }))

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
                stage ??= await open({ routes, quick: true, ...serversOf(one), ...(github && { github }) })
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

/** By night the trackers are of several versions, and the index of Jira is behind in some worlds. */
const serversOf = (seed: number): Pick<StageOptions, 'azure' | 'jira'> => ({
  azure: { version: seed % 2 === 0 ? '2022' : 'services' },
  jira: { version: (['8', '10', '9'] as const)[seed % 3] ?? '10', switches: { indexLagMs: seed % 4 === 0 ? 300 : 0 } },
})

async function open(options: StageOptions): Promise<Stage> {
  const stage = await openStage(options)
  for (const title of choices.milestone) stage.github.act.createMilestone({ title })
  stage.github.act.addRepo({ name: 'hangar' })
  return stage
}

interface Life {
  readonly steps: readonly Step[]
  readonly number: number
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
    const halves = sides.map((side, index): Half => ({
      place: index === 0 ? 'tracker' : 'other',
      side,
      findLink: async () => await stage.wired.store.links.find(ref, side.connection),
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
    return { steps, number, world, told: beginTelling(title, paragraphs), halves }
  })

  for (let at = 0; lives.some(({ steps }) => at < steps.length); at++) {
    for (const { steps, world, told } of lives) await play(steps.slice(at, at + 1), world, told)
  }
  for (const server of servers) server.faults.clear()
  await settle(stage, lives, look)
  for (const life of lives) await expectAgreement(stage, life)
  for (const side of sides) await expectOneEach(stage, lives, { side, earlier })

  const before = servers.map((server) => server.journal.count().writes)
  for (let round = 0; round < 10; round++) await look()
  const after = servers.map((server) => server.journal.count().writes)
  expect(after, 'ten more scans write nothing').toEqual(before)
}

async function settle(stage: Stage, lives: readonly Life[], look: () => Promise<readonly Outcome[]>): Promise<void> {
  for (let round = 0; round < 8; round++) {
    stage.passTime(6 * 60_000)
    const outcomes = [...(await look())]
    // No list tells what is gone: a delivery does, however late it comes.
    for (const { world, told } of lives) if (told.gone.size > 0) outcomes.push(...(await world.reconcile()))
    if (outcomes.every(({ outcome }) => ['unchanged', 'skipped', 'conflicted'].includes(outcome))) return
  }
}

/** One ticket for each issue; none anew for one that is gone. */
async function expectOneEach(
  stage: Stage,
  lives: readonly Life[],
  { side, earlier }: { readonly side: Side; readonly earlier: ReadonlySet<string> },
): Promise<void> {
  const tracker = stage.wired.trackers.get(side.connection)!
  const created = await tracker.readTickets(side.keys().filter((key) => !earlier.has(key)))
  const marks = [...created.values()].flatMap((ticket) => (isGone(ticket) ? [] : ticket.marks))
  for (const { number, told, halves } of lives) {
    const own = marks.filter((mark) => mark.endsWith(`/${repo.owner}/${repo.repo}/issues/${number}`))
    const half = halves.find((one) => one.side.connection === side.connection)!
    const ticketGone = told.gone.has(half.place)
    // An issue that was gone early had none.
    const wanted = ticketGone ? [0] : told.gone.has('github') ? [0, 1] : [1]
    expect(wanted, `tickets for #${number}`).toContain(own.length)
  }
  expect(created.size, 'each of them belongs to an issue').toBe(marks.length)
}
