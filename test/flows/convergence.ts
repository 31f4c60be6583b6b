import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGone } from '../../src/core/issue.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import { expectAgreement } from './agreement.ts'
import type { Logged } from './agreement.ts'
import { beginTelling, play } from './histories.ts'
import type { Half, Parent, Told, World } from './histories.ts'
import { listen } from './interruptions.ts'
import type { Interruptions, Moment } from './interruptions.ts'
import { componentOf, ownField, valuesOf } from './sides.ts'
import type { Side } from './sides.ts'
import { openStage, repo, silentLog } from './stage.ts'
import type { Stage, StageOptions } from './stage.ts'
import { choices, ownLabels, parentLabel, PARENTS, step } from './steps.ts'
import type { Place, Step } from './steps.ts'

/** How many histories a world plays by night. */
const byNight = process.env['LOCKSTEP_HISTORIES']
/** Histories that run through each other in one repository. */
const TOGETHER = 5
/** A world grows with every history and slows down the servers; the night takes a new one now and then. */
const PER_WORLD = 500
/** A state in the repository is read and written whole by every run. */
const PER_REPOSITORY = 100

const components = Object.fromEntries(
  Object.values(ownLabels)
    .flat()
    .flatMap((label) => (componentOf(label) === null ? [] : [[label, componentOf(label)]])),
)

interface Kind {
  readonly name: string
  readonly to: readonly ('boards' | 'jira')[]
  /** What the routes say besides, by tracker. */
  readonly rules?: Partial<Record<'boards' | 'jira', Readonly<Record<string, unknown>>>>
  /** How this world is set up, besides what changes from seed to seed. */
  readonly world?: Partial<StageOptions>
  /** What nobody can do there. */
  readonly without?: readonly Step['do'][]
  /** Histories by day: 500 in all worlds together. */
  readonly byDay: number
  /** Of the number by night. */
  readonly share: number
}

const together = fc.array(fc.array(step, { maxLength: 25, size: 'max' }), {
  minLength: TOGETHER,
  maxLength: TOGETHER,
})

/** In a file of its own for each kind, so that they run beside each other. */
export const describeConvergence = ({ name, to, rules = {}, world = {}, without = [], byDay, share }: Kind) =>
  describe(`random histories of edits on all sides, with failures, against ${name}`, () => {
    const wanted = byNight === undefined ? byDay : Number(byNight) * share
    const count = Math.ceil(wanted / TOGETHER) * TOGETHER
    const seed = process.env['LOCKSTEP_SEED']
    // A change is judged by the same histories each time; the night looks for new ones.
    const perWorld = world.state === 'ref' ? PER_REPOSITORY : PER_WORLD
    const draw = (nth: number) => (count > perWorld ? Math.trunc(Math.random() * 2 ** 31) : nth + 1)
    const seeds = Array.from({ length: Math.ceil(count / perWorld) }, (_, nth) => draw(nth))
    const routes = to.map((connection) => ({
      to: connection,
      when: { state: 'any' },
      type: { [parentLabel]: 'Epic', default: 'Task' },
      status: { open: 'To Do', closed: 'Done' },
      sync: { milestone: 'both', parent: 'both' },
      ...valuesOf[connection],
      fields: { [ownField[connection]]: { labels: valuesOf[connection].fields } },
      ...(connection === 'jira' && { components }),
      ...rules[connection],
    }))

    const possible = (steps: readonly Step[]) =>
      steps.filter((one) => !without.includes(one.do === 'interrupt' ? one.with.do : one.do))

    it(
      `end in agreement, with every edit in place or told, and then nothing is written any more (${count} histories)`,
      { timeout: 4 * 3_600_000 },
      async () => {
        for (const [nth, one] of (seed === undefined ? seeds : [Number(seed)]).entries()) {
          const left = Math.min(perWorld, count - nth * perWorld)
          console.log(`${left} histories against ${to.join(' and ')}: LOCKSTEP_SEED=${one}`)
          let setting: Setting | null = null
          // What went wrong once leaves a world behind in which nothing can be learned: the next history gets a new one.
          const renew = async () => {
            await setting?.stage.close()
            setting = null
          }
          await fc
            .assert(
              fc.asyncProperty(together, async (all) => {
                setting ??= await open({ routes, quick: true, ...serversOf(one), ...world })
                await live(setting, all.map(possible)).catch(async (error: unknown) => {
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

interface Setting {
  readonly stage: Stage
  /** By the order of the routes. */
  readonly sides: readonly Side[]
  readonly interruptions: Interruptions
  readonly logged: readonly Logged[]
  /** A run takes the state from the repository and leaves it there, as one of the Action does. */
  readonly inRepository: boolean
}

async function open(options: StageOptions): Promise<Setting> {
  const logged: Logged[] = []
  const log = { ...silentLog, error: (_: string, facts: Logged = {}) => void logged.push(facts) }
  const stage = await openStage({ ...options, log })
  for (const title of choices.milestone) stage.github.act.createMilestone({ title })
  stage.github.act.addRepo({ name: 'hangar' })
  const sides = stage.config.routes.map(({ to }) => (to === 'jira' ? stage.plat : stage.boards))
  const interruptions = listen([stage.github, ...sides.map(({ server }) => server)])
  return { stage, sides, interruptions, logged, inRepository: options.state === 'ref' }
}

interface Life {
  readonly steps: readonly Step[]
  readonly number: number
  readonly world: World
  readonly told: Told
  readonly halves: readonly Half[]
}

async function live(
  { stage, sides, interruptions, logged, inRepository }: Setting,
  all: readonly (readonly Step[])[],
): Promise<void> {
  const servers = [stage.github, ...sides.map(({ server }) => server)]
  // So many runs as here in a minute would use up what GitHub allows to those of a whole hour.
  if (inRepository) stage.passTime(3_600_000)
  const earlier = new Set(sides.flatMap((side) => side.keys()))
  const said: Outcome[] = []
  const run = async (work: () => Promise<readonly Outcome[]>) => {
    const outcomes = await work()
    said.push(...outcomes)
    if (inRepository) await stage.rerun()
    return outcomes
  }
  const look = async () => await run(stage.scan)
  const lives: Life[] = []
  for (const [nth, steps] of all.entries()) {
    const paragraphs: Told['paragraphs'] = ['one', 'two', 'three']
    const title = `History ${nth} of ${Date.now()}`
    const labels = nth < PARENTS ? [parentLabel] : []
    const { number } = stage.github.act.openIssue({ as: 'ada', title, body: paragraphs.join('\n\n'), labels })
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
      parents: nth < PARENTS ? [] : lives.slice(0, PARENTS).map(asParent),
      scan: look,
      reconcile: async () => await run(async () => await stage.reconcile(number, { comments: true })),
      restart: stage.rerun,
      async interrupt(on, after, act) {
        const isAzure = (place: Place) =>
          halves.some((half) => half.place === place && half.side.connection === 'boards')
        interruptions.add(await momentsFor(on, { stage, number, halves }), after, () => {
          if (!isAzure(on)) stage.passTime(5000)
          act()
        })
      },
    }
    lives.push({ steps, number, world, told: beginTelling(title, paragraphs, labels), halves })
  }

  for (let at = 0; lives.some(({ steps }) => at < steps.length); at++) {
    for (const { steps, world, told } of lives) await play(steps.slice(at, at + 1), world, told)
  }
  for (const server of servers) server.faults.clear()
  interruptions.clear()
  await settle(stage, lives, look)
  // What was new moves the cursor of the state, and the ETag of its list follows once its second is over.
  for (let round = 0; inRepository && round < 2; round++) {
    stage.passTime(60_000)
    await look()
  }
  for (const life of lives) await expectAgreement(stage, life, { said, logged })
  for (const side of sides) await expectOneEach(stage, lives, { side, earlier })

  const before = servers.map((server) => server.journal.count().writes)
  for (let round = 0; round < 10; round++) await look()
  const after = servers.map((server) => server.journal.count().writes)
  expect(after, 'ten more scans write nothing').toEqual(before)
}

/**
 * Nobody can keep what a person does between the last look at a half and the write to it; only Azure tells of that. So
 * people come to one half while the other one is asked for, and that takes its time.
 */
async function momentsFor(
  on: Place,
  { stage, number, halves }: Pick<Life, 'number' | 'halves'> & Pick<Setting, 'stage'>,
): Promise<readonly Moment[]> {
  const half = halves.find(({ place }) => place === on)
  if (half !== undefined) {
    const { connection, server } = half.side
    return [
      { server: stage.github, path: new RegExp(`/issues/${number}(?!\\d)`) },
      ...(connection === 'boards' ? [{ server }] : []),
    ]
  }
  const links = await Promise.all(halves.map(async ({ side, findLink }) => ({ side, link: await findLink() })))
  return links.flatMap(({ side: { server }, link }) => {
    if (link === undefined) return []
    const { ticket, ticketId } = link
    return [{ server, path: new RegExp(`/(workitems|issue)/(${ticket.key}|${ticketId})(?!\\d)`, 'i') }]
  })
}

const asParent = ({ number, told, halves }: Life): Parent => ({
  number,
  told,
  keyOn: async (place) => (await halves.find((half) => half.place === place)?.findLink())?.ticket.key,
})

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
