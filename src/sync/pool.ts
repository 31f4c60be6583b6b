interface Pool {
  readonly size: number
  /** Nothing new is begun once this says so. */
  readonly stopped: () => boolean
}

/** Works on a list, so many at a time, and hands out results as they come. The first failure is thrown after the others ended. */
export async function* runPool<Item, Result>(
  items: readonly Item[],
  { size, stopped }: Pool,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const waiting = [...items]
  const running = new Set<Promise<void>>()
  const results: Result[] = []
  const failures: unknown[] = []
  const begin = (item: Item) => {
    const job: Promise<void> = work(item)
      .then((result) => void results.push(result))
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(job))
    running.add(job)
  }
  while (waiting.length > 0 || running.size > 0) {
    while (running.size < size && failures.length === 0 && !stopped()) {
      const item = waiting.shift()
      if (item === undefined) break
      begin(item)
    }
    if (running.size === 0) break
    await Promise.race(running)
    yield* results.splice(0)
  }
  yield* results.splice(0)
  if (failures.length > 0) throw failures[0]
}
