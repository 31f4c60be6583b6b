import { endpoint, flagOf, numberOf, ok } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuse } from './errors.ts'
import { parseWiql, refuseWiql } from './wiql-parse.ts'
import { findQueryField, runWiql } from './wiql-run.ts'
import { collectionUrl, now } from './world.ts'

const MAX_HITS = 20_000
const MAX_LENGTH = 32_000

function query(call: Call) {
  const { world, who, project } = call
  const text = call.body()['query']
  if (typeof text !== 'string' || text.trim() === '')
    refuseWiql('TF51006: The query statement is missing a SELECT clause.')
  if (text.length > MAX_LENGTH)
    refuseWiql(`VS402337: The length of the WIQL expression exceeds the maximum of ${MAX_LENGTH} characters.`)
  const wiql = parseWiql(text)
  const reference = (name: string) => {
    const field = findQueryField(world, name)
    return {
      referenceName: field.referenceName,
      name: field.name,
      url: `${collectionUrl(world)}/_apis/wit/fields/${field.referenceName}`,
    }
  }
  const columns = wiql.columns.map(reference)
  const top = numberOf(call, '$top')
  const found = runWiql({ world, who, project, timePrecision: flagOf(call, 'timePrecision') }, wiql)
  if (top === null && found.length > MAX_HITS) {
    refuse({
      status: 400,
      typeKey: 'WorkItemTrackingQueryResultSizeLimitExceededException',
      message: `VS402337: The number of work items returned exceeds the size limit of ${MAX_HITS}. Change the query to return fewer items.`,
    })
  }
  const scope = project === null ? '' : `/${project.id}`
  return ok(call, {
    queryType: 'flat',
    queryResultType: 'workItem',
    asOf: now(world),
    columns,
    ...(wiql.order.length > 0 && {
      sortColumns: wiql.order.map(({ field, descending }) => ({ field: reference(field), descending })),
    }),
    workItems: found
      .slice(0, top ?? MAX_HITS)
      .map(({ id }) => ({ id, url: `${collectionUrl(world)}${scope}/_apis/wit/workItems/${id}` })),
  })
}

export const wiqlEndpoints: readonly Endpoint[] = [
  endpoint('POST', 'wit/wiql', { scope: 'vso.work', at: 'team', resource: 2 }, query),
]
