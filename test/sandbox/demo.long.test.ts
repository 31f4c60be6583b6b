import { describe, expect, it } from 'vitest'
import { until } from '../contract/queue.ts'
import { startDemo } from './demo-process.ts'

describe('the demo', () => {
  it('runs its script to the end, with every act seen on the other side, and leaves nothing behind', async () => {
    const { ended, output, leftBehind } = startDemo('--once')
    expect(await ended, output()).toBe(0)
    expect(output()).toMatch(
      /33 are open, and have their tickets now, in \d+\.\d s:\n {2}12 work items in Azure Boards, 21 issues in Jira/,
    )
    expect(output()).toMatch(
      /ada assigns issue #\d+ to \w+\n {2}~ acme\/rocket#\d+ ↔ \w+:\S+ {2}Updated assignee of the ticket\. \d+\.\d s\n/,
    )
    expect(output()).toMatch(/at the same moment\n {2}! .* Both sides changed title; somebody has to decide\./)
    expect(output()).toContain('11 of 11 acts had their effect')
    expect(output()).toContain('nothing was left to do, 1 waits for a decision.')
    expect(output()).toContain('Nothing failed.')
    expect(leftBehind()).toEqual([])
  })

  it('opens its pages with the link that it prints, and ends when it is asked to', async () => {
    const { child, ended, output, leftBehind } = startDemo('--pause', '60')
    await until(() => output().includes('Ctrl-C ends it.'))
    const [, link = ''] = /Open Lockstep: (\S+)/.exec(output()) ?? []
    const opened = await fetch(link, { redirect: 'manual' })
    const cookie =
      opened.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .at(-1) ?? ''
    const page = await fetch(new URL('/pairs', link), { headers: { cookie } })
    expect(await page.text()).toContain('Engine does not start in the cold')
    const asked = performance.now()
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    // It does not wait for its pause to be over.
    expect(performance.now() - asked).toBeLessThan(30_000)
    expect(leftBehind()).toEqual([])
  })
})
