import { LockstepError } from '../core/errors.ts'

// https://sqlite.org/rescode.html: the low byte is the primary code.
const PRIMARY = 0xff
const PERM = 3
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const PROTOCOL = 15
const NOT_A_DATABASE = 26
const PRIMARY_KEY = 1555
const UNIQUE = 2067

const unusable = [PERM, BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL]

const codeOf = (error: unknown): number => (error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0)

export const isBusy = (error: unknown): boolean => (codeOf(error) & PRIMARY) === BUSY

export const isUniqueViolation = (error: unknown): boolean => [UNIQUE, PRIMARY_KEY].includes(codeOf(error))

/** What is wrong with the file is told as such; what the statement did wrong is left as it is. */
export function asStoreError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = codeOf(error) & PRIMARY
  if (code === CORRUPT || code === NOT_A_DATABASE) {
    return new LockstepError('state-unreadable', 'The SQLite file of the store is damaged or no database.', {
      remedy: 'Put it aside, start with a new file, and run `lockstep links rebuild`.',
      cause: error,
    })
  }
  const ofFileSystem = 'syscall' in error
  if (!ofFileSystem && !unusable.includes(code)) return error
  return new LockstepError('store-unavailable', `The SQLite file of the store cannot be used: ${error.message}.`, {
    remedy: 'Check its folder: the permissions, the free space, and that it is not on a network drive.',
    retryable: code === BUSY,
    cause: error,
  })
}
