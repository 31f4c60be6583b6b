import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { describeQueue } from '../contract/queue.ts'

let folder = ''
let files = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-queue-'))
})
afterAll(() => rm(folder, { recursive: true }))

describeQueue('SQLite', async () => ({ target: `sqlite:${folder}/${(files += 1)}.sqlite` }))
