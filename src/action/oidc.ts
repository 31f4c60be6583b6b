import type { Runner } from './runner.ts'

const variables = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN']

/**
 * Where a tracker gets the workflow's own token, to exchange it for one of Microsoft Entra.
 * The runner sets both for jobs with `permissions: id-token: write`.
 */
export const readOidc = (env: Runner['env']): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(variables.map((name) => [name, env[name]]))
