import { inject } from 'vitest'

/**
 * The address of a new database on a real PostgreSQL server, with all migrations applied: an embedded one, or that of
 * DATABASE_URL_TEST. Everything is gone after the run.
 */
export const freshPostgres = (): Promise<string> => ask('/fresh')

/** The same without any table. */
export const emptyPostgres = (): Promise<string> => ask('/empty')

async function ask(path: string): Promise<string> {
  const response = await fetch(inject('postgresDoor') + path)
  const text = await response.text()
  if (!response.ok) throw new Error(`PostgreSQL did not start: ${text}`)
  return text
}
