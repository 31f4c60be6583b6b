import { afterEach, describe, expect, it } from 'vitest'
import { entry, link } from '../store/records.ts'
import { openPages, visitor } from './stage.ts'
import type { PagesStage } from './stage.ts'

interface Reading {
  readonly headers?: Record<string, string>
  onOpen?(): Promise<void>
}

describe('the stream of changes', () => {
  let stage: PagesStage
  afterEach(async () => await stage.close())

  /** Reads until so many entries came in with their counts; what happens once it is open is among them. */
  async function readEntries(count: number, { headers = {}, onOpen = async () => {} }: Reading = {}) {
    const stop = new AbortController()
    const reply = await fetch(`${stage.url}/live`, { headers, signal: stop.signal })
    const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const readTo = async (isThere: () => boolean) => {
      while (!isThere()) {
        const { done, value } = await reader.read()
        if (done) throw new Error(`The stream ended after ${JSON.stringify(text)}`)
        text += value
      }
    }
    await readTo(() => text.includes('event: open'))
    await onOpen()
    await readTo(() => text.split('event: entry').length > count && /event: states\n.*\n\n/.test(text))
    stop.abort()
    return text
  }

  const about = (owner: string, message: string) =>
    entry(message, { organization: owner, issue: `${owner}/rocket#1`, ticket: 'boards:1001' })

  it('brings in what happens, for those who may see it, with the new counts', async () => {
    stage = await openPages()
    await stage.store.events.append([about('acme', 'before')])
    const failed = link(1, { issue: { owner: 'acme', repo: 'rocket', number: 1 }, outcome: 'failed' })
    const happen = async () =>
      await stage.store.links.save(failed, [about('globex', 'not for these eyes'), about('acme', 'it happened')])
    const text = await readEntries(1, { onOpen: happen })
    expect(text).toContain('it happened')
    expect(text).not.toMatch(/before|not for these eyes/)
    expect(text).toMatch(/event: states\ndata: .*"failed":1/)
  })

  it('goes on where a broken connection ended', async () => {
    stage = await openPages()
    await stage.store.events.append([about('acme', 'one'), about('acme', 'two'), about('acme', 'three')])
    const text = await readEntries(2, { headers: { 'last-event-id': '1' } })
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
