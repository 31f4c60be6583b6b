import JiraApi from 'jira-client'
import { expect, it } from 'vitest'
import { withJira } from './asking.ts'

it('an independent client lists, creates, updates, comments, searches, pages, transitions and fails', async () => {
  const { jira } = await withJira({ switches: { contextPath: '/jira' } })
  const { hostname, port } = new URL(jira.url)
  const client = new JiraApi({ protocol: 'http', host: hostname, port, base: 'jira', bearer: 'jira_sandbox_pat' })

  expect((await client.listProjects()).map(({ key }: { key: string }) => key)).toEqual(['LONG', 'OPS', 'PLAT'])
  expect((await client.getCurrentUser()).name).toBe('lockstep')
  const made = await client.addNewIssue({
    fields: { project: { key: 'PLAT' }, issuetype: { name: 'Bug' }, summary: 'From a client' },
  })
  await client.updateIssue(made.key, { fields: { labels: ['toured'] } })
  await client.updateAssignee(made.key, 'ada')
  await client.addComment(made.key, 'Hello')
  const found = await client.searchJira('labels = toured', { fields: ['summary', 'assignee', 'comment'] })
  expect(found.issues).toMatchObject([{ key: made.key, fields: { assignee: { name: 'ada' }, comment: { total: 1 } } }])

  const pages: string[] = []
  for (let startAt = 0; ; startAt += 2) {
    const page = await client.searchJira('project = PLAT ORDER BY key', { startAt, maxResults: 2 })
    if (page.issues.length === 0) break
    pages.push(...page.issues.map(({ key }: { key: string }) => key))
  }
  expect(pages).toEqual(['PLAT-1', 'PLAT-2', 'PLAT-3', 'PLAT-4', 'PLAT-5'])

  const { transitions } = await client.listTransitions(made.key)
  await client.transitionIssue(made.key, { transition: { id: transitions.at(-1).id } })
  expect((await client.findIssue(made.key)).fields.status.name).toBe('Done')

  await client.createRemoteLink(made.key, { globalId: 'g', object: { url: 'https://example.com', title: 't' } })
  expect((await client.getRemoteLinks(made.key)).length).toBe(1)
  await expect(
    client.addNewIssue({ fields: { project: { key: 'PLAT' }, issuetype: { name: 'Bug' } } }),
  ).rejects.toThrow(/You must specify a summary of the issue/)
  await expect(client.findIssue('PLAT-99')).rejects.toThrow(/Issue Does Not Exist/)
  await client.deleteIssue(made.key)
  await expect(client.findIssue(made.key)).rejects.toThrow()
})
