import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Exchange } from '../../sandbox/kit/server.ts'
import { createAzureValidator } from '../sandbox/azure/validate.ts'
import { createGitHubValidator, createWebhookValidator } from '../sandbox/github/validate.ts'
import { createJiraValidator } from '../sandbox/jira/validate.ts'

interface Recorded {
  readonly kind: 'exchange' | 'webhook'
  readonly event?: string
  readonly payload?: unknown
  readonly server?: string
  readonly pattern?: string | null
  readonly request?: Omit<Exchange['request'], 'body' | 'query'> & { readonly body: string }
  readonly reply?: Exchange['reply']
}

/**
 * Holds what a test run recorded of GitHub, or of the trackers, against the official schemas; prints what does not fit.
 * Each half has schemas that take their time to compile.
 */
const [folder = '.', half] = process.argv.slice(2)
const ofGitHub = half === 'github'
const validators = (ofGitHub ? [createGitHubValidator()] : [createAzureValidator(), createJiraValidator()]).filter(
  (one) => one !== null,
)
const validateWebhook = ofGitHub ? createWebhookValidator() : () => []

/** What a schema asks for and cannot mean, each with its reason. */
const explained: readonly { readonly problem: RegExp; readonly reason: string }[] = [
  {
    problem: /^github PUT .*contents.* 409: {2}must match exactly one schema in oneOf$/,
    reason: 'both alternatives are objects without required properties, so that every error body matches both',
  },
]

if (validators.length < (ofGitHub ? 1 : 2) || validateWebhook === null) {
  console.log(JSON.stringify({ skipped: true }))
} else {
  const problems = new Map<string, number>()
  let validated = 0
  for (const name of readdirSync(folder)) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      if (line === '') continue
      const record = JSON.parse(line) as Recorded
      if ((record.kind === 'webhook' || record.server === 'github') !== ofGitHub) continue
      for (const problem of judge(record)) {
        if (explained.some((one) => one.problem.test(problem))) continue
        problems.set(problem, (problems.get(problem) ?? 0) + 1)
      }
      validated++
    }
  }
  console.log(JSON.stringify({ skipped: false, validated, problems: Object.fromEntries(problems) }))

  function judge({ kind, event, payload, server, pattern, request, reply }: Recorded): readonly string[] {
    if (kind === 'webhook') return validateWebhook!(event ?? '', payload).map((text) => `webhook ${event}: ${text}`)
    if (request === undefined || reply === undefined) return []
    const whole = { ...request, body: Buffer.from(request.body), query: new URLSearchParams(request.search) }
    const exchange: Exchange = { server: server ?? '', pattern: pattern ?? null, request: whole, reply }
    return validators
      .flatMap((validate) => validate(exchange))
      .map((text) => `${server} ${request.method} ${pattern}: ${text}`)
  }
}
