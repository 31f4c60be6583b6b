import { categoryBean, issueTypeBean, priorityBean, resolutionBean, statusBean } from '../beans.ts'
import { ok } from '../call.ts'
import type { JiraRoute } from '../call.ts'
import {
  issueTypeById,
  issueTypes,
  priorities,
  priorityById,
  resolutionById,
  resolutions,
  sameText,
  statusCategories,
  statuses,
} from '../catalog.ts'
import { fieldDefinitions } from '../field-catalog.ts'
import { baseUrl, now, printMoment, releases } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { notAuthenticated, refuse } from '../refusal.ts'

function serverInfo(jira: Jira) {
  const { version, buildNumber } = releases[jira.version]
  return {
    baseUrl: baseUrl(jira),
    version,
    versionNumbers: version.split('.').map(Number),
    // Data Center of version 10 calls itself "Server" still.
    deploymentType: 'Server',
    buildNumber,
    buildDate: '2026-01-12T00:00:00.000+0000',
    databaseBuildNumber: buildNumber,
    serverTime: printMoment(jira, now(jira)),
    scmInfo: '8f0a2f1f5f4f6d3c6e5b1d1f2a3b4c5d6e7f8091',
    serverTitle: 'Sandbox Jira',
  }
}

const configuration = (jira: Jira) => ({
  votingEnabled: true,
  watchingEnabled: true,
  unassignedIssuesAllowed: jira.switches.unassignedAllowed,
  subTasksEnabled: true,
  issueLinkingEnabled: true,
  timeTrackingEnabled: true,
  attachmentsEnabled: true,
  timeTrackingConfiguration: {
    workingHoursPerDay: 8,
    workingDaysPerWeek: 5,
    timeFormat: 'pretty',
    defaultUnit: 'minute',
  },
})

/** What rarely changes and everybody may read. */
export function catalogRoutes(jira: Jira): readonly JiraRoute[] {
  const fields = fieldDefinitions.map(({ id, name, orderable, navigable, searchable, clauseNames, schema }) => ({
    id,
    name,
    custom: id.startsWith('customfield_'),
    orderable,
    navigable,
    searchable,
    clauseNames,
    ...(schema === null ? {} : { schema }),
  }))
  return [
    ['GET', '/rest/api/2/serverInfo', () => ok(serverInfo(jira))],
    [
      'GET',
      '/rest/api/2/configuration',
      ({ person }) => {
        if (person === null) throw notAuthenticated()
        return ok(configuration(jira))
      },
    ],
    ['GET', '/rest/api/2/field', () => ok(fields)],
    ['GET', '/rest/api/2/status', () => ok(statuses.map(({ id }) => statusBean(jira, id)))],
    [
      'GET',
      '/rest/api/2/status/:id',
      ({ params }) => {
        const status = statuses.find(({ id, name }) => id === params['id'] || sameText(name, params['id']!))
        if (status === undefined) throw refuse(404, `Could not find a status with identifier '${params['id']}'`)
        return ok(statusBean(jira, status.id))
      },
    ],
    ['GET', '/rest/api/2/statuscategory', () => ok(statusCategories.map((category) => categoryBean(jira, category)))],
    [
      'GET',
      '/rest/api/2/statuscategory/:id',
      ({ params }) => {
        const category = statusCategories.find(({ id, key }) => String(id) === params['id'] || key === params['id'])
        if (category === undefined) throw refuse(404, 'The status category was not found.')
        return ok(categoryBean(jira, category))
      },
    ],
    ['GET', '/rest/api/2/priority', () => ok(priorities.map(({ id }) => priorityBean(jira, id)))],
    [
      'GET',
      '/rest/api/2/priority/:id',
      ({ params }) => {
        if (!priorityById.has(params['id']!)) throw refuse(404, `The priority with id '${params['id']}' does not exist`)
        return ok(priorityBean(jira, params['id']!))
      },
    ],
    ['GET', '/rest/api/2/resolution', () => ok(resolutions.map(({ id }) => resolutionBean(jira, id)))],
    [
      'GET',
      '/rest/api/2/resolution/:id',
      ({ params }) => {
        if (!resolutionById.has(params['id']!))
          throw refuse(404, `The resolution with id '${params['id']}' does not exist`)
        return ok(resolutionBean(jira, params['id']!))
      },
    ],
    ['GET', '/rest/api/2/issuetype', () => ok(issueTypes.map(({ id }) => issueTypeBean(jira, id)))],
    [
      'GET',
      '/rest/api/2/issuetype/:id',
      ({ params }) => {
        if (!issueTypeById.has(params['id']!))
          throw refuse(404, `The issue type with id '${params['id']}' does not exist`)
        return ok(issueTypeBean(jira, params['id']!))
      },
    ],
    ['GET', '/rest/api/2/attachment/meta', () => ok({ enabled: true, uploadLimit: 10_485_760 })],
  ]
}
