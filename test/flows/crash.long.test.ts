import { afterEach, describe, expect, it } from 'vitest'
import { reconcile } from '../../src/sync/reconcile.ts'
import { openStage, repo, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

describe.each(trackerKinds)(
  'a run that dies while it makes a ticket in $name, its comments and its state',
  ({ to, sideOf }) => {
    const routes = [{ to, when: { state: 'any' }, type: { default: 'Task' }, status: { closed: 'Done' } }]

    async function open() {
      stage = await openStage({ routes, quick: true })
      const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['bug'], assignees: ['ada'] })
      for (const body of ['first', 'second', 'third']) stage.github.act.comment({ as: 'grace', number, body })
      stage.github.act.closeIssue({ as: 'ada', number, reason: 'completed' })
      return number
    }

    async function countRequests(): Promise<number> {
      const number = await open()
      await stage.reconcile(number)
      const total = stage.github.journal.count().total + sideOf(stage).server.journal.count().total
      await stage.close()
      return total
    }

    it.each(['before', 'after'] as const)(
      'complaints 10, 36: at any request, its reply lost %s the effect, is made good by another process: one ticket, one copy each',
      async (reset) => {
        const total = await countRequests()
        expect(total).toBeGreaterThan(8)
        for (let nth = 1; nth <= total; nth++) {
          const number = await open()
          const side = sideOf(stage)
          let seen = 0
          // The nth request of the run, on whichever server, and everything after it: the process is dead.
          const dying = await stage.again()
          const die = { path: '.', reset }
          for (const server of [stage.github, side.server]) {
            const { match } = server.faults
            server.faults.match = (on, method, subject) => {
              if (on === 'request') seen++
              if (seen < nth) return match(on, method, subject)
              return seen === nth ? die : { ...die, reset: 'before' }
            }
            server.faults.clear = () => {
              server.faults.match = match
            }
          }
          await reconcile(dying.deps, { ...repo, number })
          for (const server of [stage.github, side.server]) server.faults.clear()

          stage.passTime(6 * 60_000)
          const next = await stage.again()
          for (let round = 0; round < 2; round++) await reconcile(next.deps, { ...repo, number }, { comments: true })
          expect(side.keys(), `tickets after dying at request ${nth} of ${total}`).toHaveLength(1)
          const ticket = side.seen(side.keys()[0]!)
          expect(ticket, `after dying at request ${nth}`).toMatchObject({ state: 'Done', labels: ['bug'] })
          for (const body of ['first', 'second', 'third'])
            expect(
              ticket.comments.filter((text) => text.includes(body)),
              `copies of ${body}, request ${nth}`,
            ).toHaveLength(1)
          expect(stage.github.act.findIssue({ number })?.state).toBe('closed')
          stage.clear()
          expect(await reconcile(next.deps, { ...repo, number })).toMatchObject([{ outcome: 'unchanged' }])
          expect(side.server.journal.count().writes + stage.github.journal.count().writes).toBe(0)
          if (nth < total) await stage.close()
        }
      },
      600_000,
    )
  },
)
