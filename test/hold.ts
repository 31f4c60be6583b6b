import type { Faults } from '../sandbox/kit/faults.ts'

interface Held {
  /** Resolves when the request is there. */
  readonly arrived: Promise<void>
  /** Lets it be worked on. */
  release(): void
}

/** Keeps the next such request waiting before it is worked on, for as long as the test wants. */
export function holdNext(
  { faults }: { readonly faults: Faults },
  { method, path }: { readonly method?: string; readonly path: RegExp },
): Held {
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const { match } = faults
  faults.match = (on, requested, subject) => {
    const fault = match(on, requested, subject)
    if (on !== 'request' || (method !== undefined && method !== requested) || !path.test(subject)) return fault
    faults.match = match
    arrived.resolve()
    return { ...fault, held: released.promise }
  }
  return { arrived: arrived.promise, release: released.resolve }
}
