import { afterEach, describe, expect, it } from 'vitest'
import { resolveConflict } from '../../src/sync/resolve.ts'
import { openStage, repo } from './stage.ts'
import type { Stage } from './stage.ts'

const connection = 'boards'

describe('a conflict that a person decides', () => {
  let stage: Stage
  afterEach(async () => await stage.close())

  async function openConflict(): Promise<{ number: number; id: number }> {
    stage = await openStage({ routes: [{ to: connection, type: { default: 'Issue' }, conflict: 'ask' }], quick: true })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'Printer', body: 'It burns.\n\nBring water.' })
    await stage.reconcile(number)
    const [link] = await stage.wired.store.links.ofIssue({ ...repo, number })
    const id = Number(link!.ticket.key)
    stage.github.act.editIssue({ as: 'ada', number, title: 'Printer on GitHub', body: 'It smokes.\n\nBring water.' })
    stage.azure.acts.edit({
      id,
      fields: { 'System.Title': 'Printer in Azure', 'System.Description': '<p>It glows.</p><p>Bring water.</p>' },
    })
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'conflicted' }])
    return { number, id }
  }

  const read = async (number: number) => {
    const issue = await stage.wired.host.readIssue({ ...repo, number })
    const [link] = await stage.wired.store.links.ofIssue({ ...repo, number })
    const key = link!.ticket.key
    const ticket = (await stage.wired.trackers.get(connection)!.readTickets([key])).get(key)
    return { issue, ticket, link: link! }
  }

  it('takes over the value of GitHub, and leaves the other field to be decided', async () => {
    const { number } = await openConflict()
    const decision = { connection, field: 'title', winner: 'github', actor: 'ada' } as const
    await resolveConflict(stage.wired.deps, { ...repo, number }, decision)
    const { issue, ticket, link } = await read(number)
    expect(issue).toMatchObject({ title: 'Printer on GitHub' })
    expect(ticket).toMatchObject({ title: 'Printer on GitHub' })
    expect(link.conflicts.map(({ field }) => field)).toEqual(['body'])
  })

  it('takes over the value of the tracker', async () => {
    const { number } = await openConflict()
    const decide = async (field: string) =>
      await resolveConflict(
        stage.wired.deps,
        { ...repo, number },
        { connection, field, winner: 'tracker', actor: 'ada' },
      )
    await decide('title')
    expect(await decide('body')).toMatchObject([{ outcome: 'updated' }])
    const { issue, ticket, link } = await read(number)
    expect(issue).toMatchObject({ title: 'Printer in Azure', body: 'It glows.\n\nBring water.' })
    expect(ticket).toMatchObject({ title: 'Printer in Azure', body: '<p>It glows.</p><p>Bring water.</p>' })
    expect(link).toMatchObject({ outcome: 'updated', conflicts: [] })
  })

  it('stays decided: the next sync finds nothing to do', async () => {
    const { number } = await openConflict()
    for (const field of ['title', 'body']) {
      const decision = { connection, field, winner: 'github', actor: 'ada' } as const
      await resolveConflict(stage.wired.deps, { ...repo, number }, decision)
    }
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'unchanged', changes: [] }])
  })

  it('is written down with whoever decided', async () => {
    const { number } = await openConflict()
    const decision = { connection, field: 'title', winner: 'github', actor: 'grace' } as const
    await resolveConflict(stage.wired.deps, { ...repo, number }, decision)
    const [entry] = await stage.wired.store.events.list({ organization: 'acme', limit: 1 })
    expect(entry).toMatchObject({ actor: 'grace', outcome: 'conflicted' })
    expect(entry!.changes).toEqual([
      { side: 'tracker', field: 'title', before: 'Printer in Azure', after: 'Printer on GitHub' },
    ])
  })

  it('is refused when nothing is left to decide, so that no later edit is overwritten', async () => {
    const { number } = await openConflict()
    const decision = { connection, field: 'status', winner: 'github', actor: 'ada' } as const
    await expect(resolveConflict(stage.wired.deps, { ...repo, number }, decision)).rejects.toMatchObject({
      code: 'usage',
    })
  })
})
