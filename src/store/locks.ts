/** Waits for the lock of a key; answers how to let go of it. */
export type TakeLock = (key: string) => Promise<() => Promise<void>>

export type WithLock = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

/** Runs `work` while nobody else holds the key. Not reentrant: `work` must not ask for its own key again. */
export function createLocks(takeLock: TakeLock): WithLock {
  const tails = new Map<string, Promise<unknown>>()

  async function run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const release = await takeLock(key)
    let result: Result
    try {
      result = await work()
    } catch (error) {
      // What went wrong in the work matters more than a lock that was lost besides.
      await release().catch(() => undefined)
      throw error
    }
    await release()
    return result
  }

  return (key, work) => {
    const before = tails.get(key) ?? Promise.resolve()
    const result = before.then(() => run(key, work))
    const tail = result
      .catch(() => undefined)
      .then(() => {
        if (tails.get(key) === tail) tails.delete(key)
      })
    tails.set(key, tail)
    return result
  }
}
