import { expect, it } from 'vitest'
import { openRefStore } from '../../src/store/ref.ts'
import { measureComputing, measureSlowness } from '../slowness.ts'
import { createMemoryGitRef } from './memory-git-ref.ts'
import { fullLink, START } from './records.ts'

const clock = { now: () => new Date(START) }

const ticketOf = (number: number) => ({
  ticket: { connection: 'boards', key: String(number) },
  ticketId: String(number),
})

it('ten thousand links are read, changed and written within two seconds of computing', async () => {
  const git = createMemoryGitRef()
  const store = await openRefStore({ git, clock })
  for (let number = 1; number <= 10_000; number += 1)
    await store.links.save({ ...fullLink(number), ...ticketOf(number) })
  await store.flush()
  const times: number[] = []
  for (const number of [4_000, 5_000, 6_000]) {
    const work = async () => {
      const again = await openRefStore({ git, clock })
      await again.links.save({ ...fullLink(number), ...ticketOf(number), outcome: 'updated' })
      await again.flush()
      await again.close()
    }
    times.push((await measureComputing(work)).ms)
    const after = await openRefStore({ git, clock })
    expect(await after.links.count({ outcome: 'updated' })).toBe(times.length)
    await after.close()
  }
  // A busy machine makes a round dear, never cheap.
  expect(Math.min(...times)).toBeLessThan(2_000 * (await measureSlowness()))
})
