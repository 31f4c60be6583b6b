export { createClient } from './client.ts'
export type { Client, ClientDeps, GitHubRequest } from './client.ts'
export { createIssueHost } from './issues.ts'
