import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { printTally } from '../src/commands/report.ts'
import type { StoredEntry } from '../src/core/events.ts'
import { countOutcomes } from '../src/core/outcome.ts'
import type { Tally } from '../src/core/outcome.ts'
import { startDemoApp } from './demo/app.ts'
import { repo, rules, startServers } from './demo/servers.ts'
import { createTeam } from './demo/team.ts'
import type { Deed } from './demo/team.ts'
import { kindOf, notesOf, printEntry, printSeconds, startWatch } from './demo/watch.ts'

/** What takes longer was missed. */
const PATIENCE_MS = 10_000
/** How long the end may take when somebody presses Ctrl-C. */
const END_MS = 1_500

const { values } = parseArgs({
  options: {
    once: { type: 'boolean' },
    pause: { type: 'string', default: '4' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help === true) {
  console.log('Usage: npm run demo -- [--once] [--pause SECONDS]\n\n--once runs a fixed script to its end.')
  process.exit(0)
}

const say = (text: string) => process.stdout.write(text)
const stopping = new AbortController()
const closing: (() => Promise<unknown>)[] = []

async function end(code: number): Promise<never> {
  stopping.abort()
  const closed = (async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })()
  await Promise.race([closed, wait(END_MS)])
  process.exit(code)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    say('\nGood bye.\n')
    void end(0)
  })
}

// A reader such as `head` may close the pipe early.
process.stdout.on('error', () => void end(0))

const servers = await startServers()
closing.push(servers.close)
const { github, azure, jira } = servers
const app = await startDemoApp(servers, (line) => say(`  ! ${line}`))
closing.push(app.stop)
const { links, events } = app.kept.store

const entries: StoredEntry[] = []
let quiet = true
const watch = await startWatch(events, (entry, tookMs) => {
  entries.push(entry)
  if (!quiet && kindOf(entry) !== 'unchanged') say(printEntry(entry, tookMs))
})
closing.push(watch.stop)
const tally = (from = 0): Tally => countOutcomes(entries.slice(from).map((entry) => ({ outcome: kindOf(entry) })))

const team = createTeam({ ...servers, links })

/** Looks at everything there is; answers what came of it. */
async function lookAtAll(): Promise<Tally> {
  const before = entries.length
  quiet = true
  await app.backfill(repo)
  await app.settle()
  quiet = false
  return tally(before)
}

/** Tells what somebody did and waits for what comes of it; answers how long that took. */
async function show({ told, about, answer }: Deed): Promise<number | undefined> {
  const began = performance.now()
  say(`\n${told}\n`)
  const seen = answer === undefined ? await watch.next(about, PATIENCE_MS) : await find(answer)
  const took = performance.now() - began
  if (typeof seen === 'string') say(`  the app answers: ${seen} ${printSeconds(took)}\n`)
  if (seen !== undefined || stopping.signal.aborted) return took
  say(`  ✗ nothing came of it within ${printSeconds(took)}\n`)
  return undefined
}

async function find(answer: () => string | undefined): Promise<string | undefined> {
  const until = performance.now() + PATIENCE_MS
  while (answer() === undefined && performance.now() < until && !stopping.signal.aborted) await wait(10)
  return answer()
}

async function runScript(): Promise<boolean> {
  const latencies: number[] = []
  let missed = 0
  for (const act of team.script) {
    const deed = await act()
    const took = deed === null ? undefined : await show(deed)
    if (took === undefined) missed++
    else latencies.push(took)
    await app.settle()
  }
  const { created, updated } = await lookAtAll()
  const { failed } = tally()
  const given = (await app.kept.queue.failed()).length
  const open = (await links.list({ repo })).filter(({ conflicts }) => conflicts.length > 0).length
  const sorted = latencies.toSorted((a, b) => a - b)
  const [middle = 0, slowest = 0] = [sorted[sorted.length >> 1], sorted.at(-1)]
  say(`
${latencies.length} of ${team.script.length} acts had their effect: ${printSeconds(middle)} in the middle, ${printSeconds(slowest)} at the slowest.
Everything was looked at once more: ${created + updated === 0 ? 'nothing was left to do' : `${created + updated} were not in step`}, ${open} waits for a decision.
Altogether: ${printTally(tally())} ${failed + given === 0 ? 'Nothing failed.' : `${given} given up.`}
`)
  return missed + failed + given + created + updated === 0
}

async function tellWhatThereIs(): Promise<void> {
  say(`Three servers on this machine, as the real ones answer, and the app beside them:
  GitHub        ${github.url}
  Azure DevOps  ${azure.collectionUrl}
  Jira          ${jira.baseUrl}
  Lockstep      ${app.url}

This is all that the repository tells it:

${rules.trimEnd().replaceAll(/^/gm, '  ')}

`)
  const started = performance.now()
  await lookAtAll()
  const pairs = await links.list({ repo, state: 'active' })
  const countPairs = (connection: string) => pairs.filter(({ ticket }) => ticket.connection === connection).length
  const unmatched = new Set(entries.flatMap((entry) => (notesOf(entry).length > 0 ? entry.issue : [])))
  say(`Forty issues were there already. ${pairs.length} are open, and have their tickets now, in ${printSeconds(performance.now() - started)}:
  ${countPairs('boards')} work items in Azure Boards, ${countPairs('jira')} issues in Jira, with their assignees, labels and comments.
  ${unmatched.size} have assignees whom the tracker does not know: nobody was put in their place.
`)
}

async function work(): Promise<void> {
  say(`
Open Lockstep: ${app.link}

Now a small team works on all sides. Ctrl-C ends it.
`)
  while (!stopping.signal.aborted) {
    await wait(Number(values.pause) * 1000, undefined, { signal: stopping.signal }).catch(() => undefined)
    const deed = stopping.signal.aborted ? null : await team.next()
    if (deed !== null) await show(deed)
  }
}

async function play(): Promise<void> {
  await tellWhatThereIs()
  if (values.once === true) await end((await runScript()) ? 0 : 1)
  await work()
}

await play().catch((error: unknown) => {
  // Whoever ends the demo in the middle of something takes its database away.
  if (!stopping.signal.aborted) throw error
})
