import { expect, it } from 'vitest'
import { openRefStore } from '../../src/store/ref.ts'
import { createMemoryGitRef } from './memory-git-ref.ts'
import { link, START } from './records.ts'

it('a run gives up when others are always faster', async () => {
  const git = createMemoryGitRef()
  const store = await openRefStore({ git, clock: { now: () => new Date(START) } })
  await store.links.save(link(1))
  git.write = async () => null
  await expect(store.flush()).rejects.toMatchObject({ code: 'state-lost-race', retryable: true })
})
