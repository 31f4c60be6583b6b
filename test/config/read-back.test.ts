import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { readBack } from '../../src/config/read-back.ts'

const trackers = `version: 1
trackers:
  jira: { kind: jira, url: "https://jira.example.com", project: PLAT, token: $JIRA_TOKEN }
`
const read = (rest: string): string => readBack(loadConfig(trackers + rest, 'lockstep.yml').config!)

it('tells a route from its conditions to its conflicts', () => {
  const text = read(`routes:
  - to: jira
    when: { labels: [backlog, next], without: wontfix, since: 2026-01-01 }
    type: { default: Task, bug: Bug, idea: Epic }
    status: { open: To Do, closed: Done }
    sync: { labels: to-tracker, comments: "off" }
    conflict: { default: github, status: ask }
`)
  expect(text).toBe(
    'Open issues labelled "backlog" or "next", not labelled "wontfix" and opened since 2026-01-01 get a Task ' +
      '(a Bug for bug and an Epic for idea) in jira (the project PLAT in Jira). ' +
      'An issue whose body names a ticket is paired with that ticket instead. ' +
      'Title, body, status and assignee travel both ways; labels and type travel only to the tracker; ' +
      'comments, milestone and parent stay where they are. ' +
      'The ticket becomes "To Do" when its issue is opened and "Done" when its issue is closed. ' +
      'Where both sides changed the same field, GitHub wins, but a comment asks a person for the status. ' +
      'People are matched by verified e-mail address; where that fails, the assignee stays as it is. ' +
      'It needs the environment variable JIRA_TOKEN.',
  )
})

it('tells which tickets become issues', () => {
  const text = read(
    'routes: [{ to: jira, create: to-github, adopt: false, from: { label: github, query: "type = Bug" } }]\n',
  )
  expect(text).toMatch(/^Tickets of jira tagged "github" and that match the query type = Bug become issues\. Title/)
})

it('tells a route that creates nothing', () => {
  expect(read('routes: [{ to: jira, create: "off", project: OPS }]\n')).toMatch(
    /^All open issues are kept in lockstep with their tickets in jira \(the project OPS in Jira\), but no new ticket or issue is made\. Title/,
  )
})

it('numbers several routes, and names who stands in', () => {
  const text = read(`routes: [{ to: jira, when: { labels: a } }, { to: jira }]
people: { unmatched: { default: triage@example.com }, map: { octocat: octo@example.com } }
`)
  expect(text).toContain('Route 1: Open issues labelled "a" get')
  expect(text).toContain('Route 2: All open issues get')
  expect(text).toContain('after the map (1 person); where that fails, triage@example.com stands in.')
})

it('tells where an assigned ticket goes, if the status goes there', () => {
  const sentence =
    'From the state of an open issue the ticket goes on to "Doing" when somebody is assigned on GitHub, and back when nobody is left.'
  const status = 'status: { open: To Do, assigned: Doing, closed: Done }'
  expect(read(`routes: [{ to: jira, ${status} }]\n`)).toContain(
    `"To Do" when its issue is opened and "Done" when its issue is closed. ${sentence} Where`,
  )
  expect(read('routes: [{ to: jira, status: { assigned: { Bug: Doing, default: Busy } } }]\n')).toContain(
    '"Doing" (Bug) or "Busy" when somebody',
  )
  for (const direction of ['to-github', '"off"']) {
    expect(read(`routes: [{ to: jira, ${status}, sync: { status: ${direction} } }]\n`)).not.toContain('Doing')
  }
})
