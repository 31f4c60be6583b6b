import type { Answers, Matches, StoredMatch } from '../core/directory.ts'
import { normalizeLogin } from '../core/people.ts'
import type { Clock } from '../core/ports.ts'

/** Matches for the length of a process, where there is no database to keep them. */
export function createMemoryMatches(): Matches {
  const matches = new Map<string, StoredMatch>()
  const keyOf = (login: string, connection: string, project: string) =>
    JSON.stringify([connection, project, normalizeLogin(login)])
  return {
    find: async (login, connection, project) => matches.get(keyOf(login, connection, project)),
    ofAccount: async (connection, accountId) =>
      [...matches.values()].findLast((one) => one.connection === connection && one.account.id === accountId),
    save: async (match) => void matches.set(keyOf(match.login, match.connection, match.project), match),
    remove: async (login, connection, project) => void matches.delete(keyOf(login, connection, project)),
  }
}

/** Answers of servers for the length of a process. */
export function createMemoryAnswers(clock: Clock): Answers {
  const answers = new Map<string, { readonly value: unknown; readonly savedAt: string }>()
  return {
    find: async (key) => answers.get(key),
    save: async (key, value) => void answers.set(key, { value, savedAt: clock.now().toISOString() }),
  }
}
