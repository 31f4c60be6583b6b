import type { RepoCall, RepoEndpoint } from '../call.ts'
import { numberParam } from '../call.ts'
import { nowOf } from '../host.ts'
import { nodeId } from '../ids.ts'
import { replyPage } from '../paging.ts'
import { renderApp } from '../render.ts'
import { created, ok, refuse, refuseNotFound } from '../reply.ts'
import { fullName } from '../world.ts'
import type { CheckRun } from '../world.ts'
import { requiredTextOf } from './inputs.ts'

export const checkEndpoints: readonly RepoEndpoint[] = [
  ['POST', '/check-runs', 'checks:write', create],
  ['GET', '/check-runs/:id', 'checks:read', (call) => ok(show(call, runOf(call)))],
  ['PATCH', '/check-runs/:id', 'checks:write', update],
  ['GET', '/commits/:ref/check-runs', 'checks:read', list],
]

function show({ repo, links }: RepoCall, { id, app, headSha, startedAt, fields }: CheckRun) {
  const url = `${links.api}/repos/${fullName(repo)}/check-runs/${id}`
  const output = fields['output'] as Record<string, unknown> | undefined
  const annotations = Array.isArray(output?.['annotations']) ? output['annotations'].length : 0
  return {
    id,
    name: fields['name'],
    node_id: nodeId('CR', repo.id, id),
    head_sha: headSha,
    external_id: fields['external_id'] ?? '',
    url,
    html_url: `${links.html}/${fullName(repo)}/runs/${id}`,
    details_url: fields['details_url'] ?? app.externalUrl,
    status: fields['status'] ?? 'queued',
    conclusion: fields['conclusion'] ?? null,
    started_at: fields['started_at'] ?? startedAt,
    completed_at: fields['completed_at'] ?? null,
    output: {
      title: output?.['title'] ?? null,
      summary: output?.['summary'] ?? null,
      text: output?.['text'] ?? null,
      annotations_count: annotations,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: id - 1 },
    app: renderApp(app, links),
    pull_requests: [...repo.issues.values()].flatMap(({ pull, number, id: pullId }) =>
      pull?.headSha === headSha
        ? [{ id: pullId, number, url: `${links.api}/repos/${fullName(repo)}/pulls/${number}` }]
        : [],
    ),
  }
}

/** A conclusion completes the run, whatever status came with it. */
function settled(call: RepoCall, fields: Record<string, unknown>): Record<string, unknown> {
  if (fields['conclusion'] === undefined && fields['status'] !== 'completed') return fields
  if (fields['conclusion'] === undefined) {
    return refuse(422, 'Invalid request.\n\nNo subschema in "oneOf" matched: "conclusion" wasn\'t supplied.')
  }
  return { completed_at: nowOf(call.host), ...fields, status: 'completed' }
}

function runOf(call: RepoCall): CheckRun {
  return call.repo.checkRuns.get(numberParam(call, 'id')) ?? refuseNotFound()
}

function create(call: RepoCall) {
  const { who, repo, world, host } = call
  if (who.app === null || who.kind === 'user') return refuse(403, 'You must authenticate via a GitHub App.')
  const body = call.body()
  requiredTextOf(body, 'name')
  const headSha = requiredTextOf(body, 'head_sha')
  if (repo.git.commit(headSha) === undefined) return refuse(422, `No commit found for SHA: ${headSha}`)
  const run: CheckRun = {
    id: world.ids.next('checkRun'),
    app: who.app,
    headSha,
    startedAt: nowOf(host),
    fields: settled(call, body),
  }
  repo.checkRuns.set(run.id, run)
  const rendered = show(call, run)
  return created(rendered, rendered.url)
}

function update(call: RepoCall) {
  const run = runOf(call)
  if (run.app !== call.who.app)
    return refuse(
      403,
      'Invalid app_id `' +
        String(call.who.app?.id ?? '') +
        '` - check run can only be modified by the GitHub App that created it.',
    )
  run.fields = { ...run.fields, ...settled(call, call.body()) }
  return ok(show(call, run))
}

function list(call: RepoCall) {
  const sha = call.repo.git.resolve(call.params['ref'] ?? '') ?? refuseNotFound()
  const runs = [...call.repo.checkRuns.values()].filter(({ headSha }) => headSha === sha)
  return replyPage(
    call,
    runs,
    (run) => show(call, run),
    (check_runs) => ({ total_count: runs.length, check_runs }),
  )
}
