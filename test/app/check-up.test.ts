import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../contract/queue.ts'
import { openWhole, type Whole } from '../web/whole.ts'

let whole: Whole
afterEach(() => whole.close())

describe('the daily examination', () => {
  it('warns two weeks before a token ends, once for all repositories, and the overview shows it', async () => {
    whole = await openWhole({ signIn: false, tokenDays: 13.5 })
    const told = () => whole.logged().filter(({ subject }) => subject === 'token')
    await until(() => told().length > 0)
    await until(() => whole.logged().some(({ repository }) => repository === 'acme/moon'))
    const said = expect.stringMatching(/^The token ends on \d{4}-\d\d-\d\d, in 13 days\.$/) as unknown
    expect(told()).toEqual([expect.objectContaining({ level: 'warn', area: 'jira', repository: null, said })])

    const browser = whole.browser()
    await browser.go(whole.running.link ?? '')
    const page = await (await browser.go('/')).text()
    expect(page).toMatch(/sign-in ends/i)
  })

  it('says nothing of a token that is good for longer', async () => {
    whole = await openWhole({ signIn: false })
    await until(() => whole.logged().some(({ repository }) => repository === 'acme/moon'))
    expect(whole.logged().filter(({ subject }) => subject === 'token')).toEqual([])
  })
})
