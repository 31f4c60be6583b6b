import { describe, expect, it } from 'vitest'
import { until } from '../contract/queue.ts'
import { startDemo } from './demo-process.ts'

describe('the demo', () => {
  it('opens its pages with the link that it prints, and ends when it is asked to', async () => {
    const { child, ended, output, leftBehind } = startDemo('--pause', '60')
    await until(() => output().includes('Ctrl-C ends it.'), 60_000)
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
    expect(performance.now() - asked).toBeLessThan(3_000)
    expect(leftBehind()).toEqual([])
  })
})
