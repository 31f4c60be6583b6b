import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

describe.each(trackerKinds)('a very long issue, with $name', ({ to, sideOf }) => {
  const route = { to, type: { default: 'Task' } }

  it('complaint 20: a text that is too long is cut at a block and leads to the rest', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const body = Array.from({ length: 600 }, (_, n) => `Paragraph ${n} ${'word '.repeat(20)}`).join('\n\n')
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', body: body.slice(0, 65_000) })
    expect(await stage.scan()).toMatchObject([{ outcome: 'created' }])
    const seen = side.seen(side.keys()[0]!)
    if (to === 'jira') {
      expect(seen.body.length).toBeLessThanOrEqual(32_767)
      expect(seen.body).toContain(`/issues/${number}`)
    }
    expect(seen.body).toContain('Paragraph 0')
    expect(await stage.scan()).toEqual([])
  })
})
