import { describeQueue } from '../contract/queue.ts'
import { freshPostgres } from '../postgres.ts'

describeQueue('PostgreSQL', async () => {
  const url = await freshPostgres()
  return { target: url, url }
})
