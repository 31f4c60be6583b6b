import { afterEach, describe, expect, it } from 'vitest'
import { entry, link } from '../store/records.ts'
import { openPages, visitor } from './stage.ts'
import type { PagesStage } from './stage.ts'

describe('the stream of changes', () => {
  let stage: PagesStage
  afterEach(async () => await stage.close())

  /** Reads until so many entries came in, or until nothing more does. */
  async function readEntries(count: number, headers: Record<string, string> = {}) {
    const stop = new AbortController()
    const reply = await fetch(`${stage.url}/live`, { headers, signal: stop.signal })
    const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const until = AbortSignal.timeout(4_000)
    const ended = new Promise<null>((resolve) => until.addEventListener('abort', () => resolve(null)))
    const countOf = () => text.split('event: entry').length - 1
    while (countOf() < count || !text.includes('event: states')) {
      const read = await Promise.race([reader.read(), ended])
      if (read === null || read.done) break
      text += read.value
    }
    stop.abort()
    return text
  }

  const about = (owner: string, message: string) =>
    entry(message, { organization: owner, issue: `${owner}/rocket#1`, ticket: 'boards:1001' })

  it('brings in what happens, for those who may see it, with the new counts', async () => {
    stage = await openPages()
    await stage.store.events.append([about('acme', 'before')])
    const reading = readEntries(1)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await stage.store.links.save(link(1, { issue: { owner: 'acme', repo: 'rocket', number: 1 }, outcome: 'failed' }), [
      about('globex', 'not for these eyes'),
      about('acme', 'it happened'),
    ])
    const text = await reading
    expect(text).toContain('it happened')
    expect(text).not.toMatch(/before|not for these eyes/)
    expect(text).toMatch(/event: states\ndata: .*"failed":1/)
  })

  it('goes on where a broken connection ended', async () => {
    stage = await openPages()
    await stage.store.events.append([about('acme', 'one'), about('acme', 'two'), about('acme', 'three')])
    const text = await readEntries(2, { 'last-event-id': '1' })
    expect(text).not.toContain('>one<')
    expect(text).toMatch(/two[\s\S]*three/)
  })

  it('is closed to whoever is not signed in', async () => {
    stage = await openPages()
    stage.signIn(null)
    expect((await stage.get('/live')).status).toBe(401)
    stage.signIn(visitor())
  })
})
