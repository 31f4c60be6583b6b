import { DatabaseError } from 'pg'
import { LockstepError } from '../core/errors.ts'

/** Connection problems (class 08, 57P0x, sockets) are told as such; what the statement did wrong is left as it is. */
export async function reach<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const answered = error instanceof DatabaseError
    if (answered && !/^(08|57P0|53|28|3D)/.test(error.code ?? '')) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new LockstepError('store-unavailable', `The PostgreSQL database of the store cannot be used: ${message}.`, {
      remedy: 'Check that it runs, that DATABASE_URL is right, and how many connections it allows.',
      retryable: true,
      cause: error,
    })
  }
}
