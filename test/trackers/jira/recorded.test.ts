import { expect, it } from 'vitest'
import { toAccount, toTicket } from '../../../src/trackers/jira/convert.ts'
import { describeFields } from '../../../src/trackers/jira/fields.ts'
import {
  CommentPage,
  CreatedIssue,
  Failure,
  FieldList,
  FieldMeta,
  Issue,
  ProjectList,
  Property,
  Status,
  User,
} from '../../../src/trackers/jira/schema.ts'
import { describeWithData, readSharedJson } from '../../shared-data.ts'

const response = (name: string): unknown => readSharedJson(`jira/responses/${name}.json`)

describeWithData('what Jira Server really sends', () => {
  const fields = describeFields(FieldList.parse(response('jrjc__field__valid-multiple-fields')))

  it.each([
    'jira-ruby__issue__10002',
    'jrjc__issue__valid-5.0',
    'jrjc__issue__valid-5.0-1',
    'jrjc__issue__valid-5.0-with-labels',
    'jrjc__issue__valid-5.0-with-changelog',
    'jrjc__issue__subtasks-5',
  ])('is a ticket: %s', (name) => {
    const issue = Issue.parse(response(name))
    const ticket = toTicket(issue, { connection: 'jira', base: 'https://jira.example.com', fields })
    expect(ticket).toMatchObject({ id: issue.id, url: `https://jira.example.com/browse/${issue.key}` })
    expect(ticket.project).toBe(issue.key.replace(/-\d+$/, ''))
    expect(ticket.title).not.toBe('')
    expect(ticket.createdAt).toMatch(/^20\d\d-\d\d-\d\dT.*Z$/)
    expect(ticket.author.name === '').toBe(issue.fields.reporter === null)
  })

  it.each([
    'server-issue-updated-closed',
    'server-issue-updated-in-progress',
    'server-updated-custom-field',
    'server-issue-updated-commented-1',
  ])('is a ticket inside a webhook: %s', (name) => {
    const body = readSharedJson(`jira/webhooks-and-meta/mattermost__webhook-${name}.json`) as { issue: unknown }
    const ticket = toTicket(Issue.parse(body.issue), { connection: 'jira', base: 'https://jira.example.com', fields })
    expect(ticket.status.category).not.toBe('unknown')
    expect(ticket.assignee?.handle ?? 'nobody').not.toBe('')
  })

  it('reads fields, projects, statuses, people, comments and failures', () => {
    expect(fields.find('summary')).toMatchObject({ id: 'summary' })
    expect(ProjectList.parse(response('go-jira__all_projects'))).toHaveLength(120)
    for (const status of response('go-jira__all_statuses') as unknown[])
      expect(Status.parse(status).statusCategory).toBeDefined()
    for (const name of ['valid-5.0', 'valid-generated', 'valid']) {
      expect(toAccount(User.parse(response(`jrjc__user__${name}`)))).toMatchObject({ human: true, active: true })
    }
    expect(CommentPage.parse(response('jira-ruby__issue__10002__comment')).comments).not.toHaveLength(0)
    expect(CreatedIssue.parse(response('jira-ruby__issue.post'))).toHaveProperty('key')
    expect(Property.parse(response('jira-ruby__issue__10002__properties__foo'))).toHaveProperty('value')
    expect(Failure.parse(response('jrjc__error__valid3')).errorMessages).toEqual([])
    expect(Object.keys(Failure.parse(response('jrjc__error__valid')).errors)).not.toEqual([])
    const screen = response('jrjc__createmeta__fieldsinfo__valid-with-all-issue-types') as Record<string, unknown>
    for (const meta of Object.values(screen)) expect(FieldMeta.safeParse(meta).success).toBe(true)
  })
})
