import { afterEach, describe, expect, it } from 'vitest'
import { openStage } from '../flows/stage.ts'
import type { Stage } from '../flows/stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

describe.each(['refuse', 'drop'] as const)(
  'a ticket taken by somebody who cannot be assigned on GitHub, which would %s them',
  (unknownAssignees) => {
    it('leaves the issue with whom it was, keeps its person, and it is said', async () => {
      stage = await openStage({
        routes: [{ to: 'boards', type: { default: 'Task' } }],
        people: { map: { 'passer-by': ['grace.murray@example.com'] } },
        github: { seed: 'empty', switches: { unknownAssignees } },
      })
      const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', assignees: ['ada'] })
      await stage.scan()
      stage.azure.acts.assign({ id: 1, to: 'grace.murray@example.com' })
      const [outcome] = await stage.scan()
      expect(outcome).toMatchObject({ outcome: 'failed', message: 'GitHub did not assign passer-by.' })
      expect(outcome?.remedy).toContain('access to the repository')
      stage.clear()
      expect(await stage.scan()).toMatchObject([{ outcome: 'failed', changes: [] }])
      expect(stage.github.journal.count().writes).toBe(0)
      expect(stage.github.act.findIssue({ number })?.assignees.map(({ login }) => login)).toEqual(['ada'])
      expect(stage.boards.seen('1').assignee).toBe('Grace Murray')
    })
  },
)
