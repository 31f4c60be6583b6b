import { z } from 'zod'
import type { EnvironmentProblem, Variables } from './environment.ts'
import { SERVER_FILE } from './server.ts'

/** Variables that only the server reads, besides those of every door. */
export const serverEnvironmentSchema = z.object({
  HOST: z.string().default('127.0.0.1').describe('The address to listen on; a container wants 0.0.0.0.'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'a port such as 3000')
    .transform(Number)
    .refine((port) => port < 65_536, 'a port such as 3000')
    .default(3000)
    .describe('The port to listen on.'),
  LOCKSTEP_SERVER_CONFIG: z.string().default(SERVER_FILE).describe("The operator's file."),
  GITHUB_CLIENT_ID: z
    .string()
    .optional()
    .describe('The client id of the GitHub App; people sign in with GitHub when it is set.'),
  GITHUB_CLIENT_SECRET: z.string().optional().describe('The client secret that belongs to it.'),
  SEARCH_TOKEN: z
    .string()
    .min(16, 'at least 16 characters')
    .optional()
    .describe('The bearer token of programs that search people and tickets; people who are signed in need none.'),
  METRICS_TOKEN: z
    .string()
    .min(16, 'at least 16 characters')
    .optional()
    .describe('The bearer token that opens /metrics; nobody reads it unless this is set.'),
})
export type ServerEnvironment = z.infer<typeof serverEnvironmentSchema>

export function readServerEnvironment(variables: Variables): {
  readonly environment?: ServerEnvironment
  readonly problems: readonly EnvironmentProblem[]
} {
  const names = Object.keys(serverEnvironmentSchema.shape)
  const given = names.flatMap((name) => {
    const value = variables[name]?.trim()
    return value === undefined || value === '' ? [] : [[name, value] as const]
  })
  const parsed = serverEnvironmentSchema.safeParse(Object.fromEntries(given))
  const problems = (parsed.error?.issues ?? []).map(({ path, message }) =>
    problem(String(path[0]), 'has a value that cannot be used', `Expected ${message}.`),
  )
  const { GITHUB_CLIENT_ID: id, GITHUB_CLIENT_SECRET: secret } = parsed.data ?? {}
  if ((id === undefined) !== (secret === undefined)) {
    const missing = id === undefined ? 'GITHUB_CLIENT_ID' : 'GITHUB_CLIENT_SECRET'
    problems.push(problem(missing, 'is not set', 'The client id and the client secret go together.'))
  }
  return parsed.success && problems.length === 0 ? { environment: parsed.data, problems } : { problems }
}

const problem = (name: string, message: string, remedy: string): EnvironmentProblem => ({
  name,
  message,
  remedy,
  usedAt: [],
})
