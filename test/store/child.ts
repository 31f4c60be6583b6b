import { openStore } from '../../src/store/store.ts'
import { entry, link } from './records.ts'

// A process of its own, told what to do with a store and to say each line only when it is done.
const [task, target, argument] = process.argv.slice(2)
const say = (line: string) => process.stdout.write(`${line}\n`)
const store = await openStore(target!, { clock: { now: () => new Date() } })
const first = Number(argument)

if (task === 'save') {
  for (let number = first; ; number += 1) {
    await store.links.save(link(number), [entry(`saved ${number}`)])
    say(String(number))
  }
}
if (task === 'hold') {
  await store.withLock('octo/hello#1', async () => {
    say('held')
    await new Promise((resolve) => setTimeout(resolve, 600_000))
  })
}
if (task === 'count') {
  for (let round = 0; round < first; round += 1) {
    await store.withLock('counter', async () => {
      const before = Number((await store.cursors.find('counter')) ?? 0)
      await new Promise((resolve) => setTimeout(resolve, 1))
      await store.cursors.save('counter', String(before + 1))
    })
  }
}
await store.close()
say('done')
