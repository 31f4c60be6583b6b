import { describe, expect, it } from 'vitest'
import { bad, openAzureClinic, openJiraClinic } from './stage.ts'

describe('the doctor finds nothing wrong', () => {
  it('with a good configuration on Azure DevOps, and writes nothing', async () => {
    const clinic = await openAzureClinic()
    const before = clinic.github.world.repos.size
    const checks = await clinic.examine({ deps: { keepsRef: true } })
    expect(bad(checks)).toEqual([])
    expect(checks.length).toBeGreaterThan(8)
    expect([...clinic.server.world.items]).toEqual([])
    expect([...clinic.github.world.repos.values()].map((repo) => repo.issues.size)).toEqual(Array(before).fill(0))
    await clinic.close()
  })

  it.each(['8', '9', '10'] as const)('with a good configuration on Jira %s, and writes nothing', async (version) => {
    const clinic = await openJiraClinic({ version })
    const issues = clinic.server.world.issues.size
    expect(bad(await clinic.examine())).toEqual([])
    expect(clinic.server.world.issues.size).toBe(issues)
    expect(clinic.server.journal.count().writes).toBe(0)
    await clinic.close()
  })

  it.each(['2022', '2019'] as const)('with a good configuration on Azure DevOps Server %s', async (version) => {
    const clinic = await openAzureClinic({ version })
    expect(bad(await clinic.examine())).toEqual([])
    await clinic.close()
  })

  it('with a workflow of which only some states have tickets to show it', async () => {
    const clinic = await openJiraClinic({ seed: { projects: [{ key: 'PLAT', workflow: 'long' }] } })
    const route = { status: { open: 'Backlog', closed: 'Released' }, sync: { assignee: 'off' } }
    expect(bad(await clinic.examine({ route }))).toEqual([])
    await clinic.close()
  })
})
