import type { SandboxReply } from '../../kit/router.ts'
import { noContent, ok, readJson, signedIn } from '../call.ts'
import type { Call, JiraRoute } from '../call.ts'
import { now, restUrl } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { readableIssue } from '../permissions.ts'
import { refuse } from '../refusal.ts'
import { indexLater } from '../search-index.ts'

export interface Properties {
  readonly properties: ReadonlyMap<string, unknown>
  readonly self: string
  readonly put: (key: string, value: unknown) => void
  readonly drop: (key: string) => void
}

const VALUE_LIMIT = 32_768

/** The same five routes wherever properties hang. */
export function propertyRoutes(base: string, find: (call: Call) => Properties): readonly JiraRoute[] {
  const one = (call: Call) => {
    const found = find(call)
    const key = call.params['key']!
    if (!found.properties.has(key)) throw refuse(404, `The property with key '${key}' does not exist.`)
    return { ...found, key, value: found.properties.get(key) }
  }
  const putOne = (call: Call): SandboxReply => {
    const key = call.params['key']!
    if (key.length > 255) throw refuse(400, 'The property key may not exceed 255 characters.')
    if (call.request.body.length > VALUE_LIMIT)
      throw refuse(400, `The property value may not exceed ${VALUE_LIMIT} characters.`)
    const value = readJson(call)
    const { properties, put } = find(call)
    signedIn(call)
    const isNew = !properties.has(key)
    put(key, value)
    return { status: isNew ? 201 : 200, body: '' }
  }
  return [
    [
      'GET',
      base,
      (call) => {
        const { properties, self } = find(call)
        return ok({ keys: [...properties.keys()].map((key) => ({ self: `${self}/${encodeURIComponent(key)}`, key })) })
      },
    ],
    [
      'GET',
      `${base}/:key`,
      (call) => {
        const { key, value } = one(call)
        return ok({ key, value })
      },
    ],
    ['PUT', `${base}/:key`, putOne],
    [
      'DELETE',
      `${base}/:key`,
      (call) => {
        const { key, drop } = one(call)
        signedIn(call)
        drop(key)
        return noContent
      },
    ],
  ]
}

export function issuePropertyRoutes(jira: Jira): readonly JiraRoute[] {
  const find = (call: Call): Properties => {
    const issue = readableIssue(jira, call.person, call.params['issue']!)
    const replace = (properties: ReadonlyMap<string, unknown>) => {
      indexLater(jira, issue)
      issue.properties = properties
      if (jira.switches.propertyTouches) issue.updated = now(jira)
    }
    return {
      properties: issue.properties,
      self: `${restUrl(jira)}/issue/${issue.id}/properties`,
      put: (key: string, value: unknown) => replace(new Map(issue.properties).set(key, value)),
      drop: (key: string) => replace(new Map([...issue.properties].filter(([other]) => other !== key))),
    }
  }
  return propertyRoutes('/rest/api/2/issue/:issue/properties', find)
}
