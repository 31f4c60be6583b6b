import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { editConfig } from '../../src/config/edit.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = `# ours
version: 1   # the first

trackers:
  boards: { kind: azure, url: "https://dev.azure.com/contoso", project: Fabrikam, token: $ADO }
routes:
  # the shop
  - to: boards
    when: { labels: [backlog] } # only these
    status:
      open: New   # where it begins
      closed: 'Closed'

    sync: { title: to-tracker, body: off }
  - to: boards
    project: Other
    # and nothing else
people:
  map: {}
`

/** The lines that differ, as a pull request shows them. */
function changed(before: string, after: string): readonly string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  return [
    ...old.filter((line) => !fresh.includes(line)).map((line) => `-${line}`),
    ...fresh.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ]
}

const edit = (path: readonly (string | number)[], value: unknown) => editConfig(file, [{ path, value }])

describe('an edit of a configuration', () => {
  it('changes the one value, and keeps the comment behind it', () => {
    expect(changed(file, edit(['routes', 0, 'status', 'open'], 'To Do'))).toEqual([
      '-      open: New   # where it begins',
      '+      open: To Do   # where it begins',
    ])
  })

  it('adds a key to a mapping in braces', () => {
    expect(changed(file, edit(['routes', 0, 'sync', 'status'], 'to-github'))).toEqual([
      '-    sync: { title: to-tracker, body: off }',
      '+    sync: { title: to-tracker, body: off, status: to-github }',
    ])
  })

  it('adds a key to a mapping of lines, where its last line ends', () => {
    const after = edit(['routes', 0, 'conflict'], 'ask')
    expect(changed(file, after)).toEqual(['+    conflict: ask'])
    expect(after).toContain('body: off }\n    conflict: ask\n  - to: boards\n')
  })

  it('adds a mapping that was not there', () => {
    expect(changed(file, edit(['routes', 1, 'status', 'closed'], { Bug: 'Closed', default: 'Done' }))).toEqual([
      '+    status: { closed: { Bug: Closed, default: Done } }',
    ])
  })

  it('takes a line away', () => {
    expect(changed(file, edit(['routes', 0, 'status', 'closed'], undefined))).toEqual(["-      closed: 'Closed'"])
  })

  it.each([
    ['title', '    sync: { body: off }'],
    ['body', '    sync: { title: to-tracker }'],
  ])('takes %s out of the braces', (field, line) => {
    expect(edit(['routes', 0, 'sync', field], undefined)).toContain(`\n${line}\n`)
  })

  it('takes a mapping away with its last key', () => {
    const after = editConfig(file, [
      { path: ['routes', 0, 'sync', 'title'], value: undefined },
      { path: ['routes', 0, 'sync', 'body'], value: undefined },
    ])
    expect(changed(file, after)).toEqual(['-    sync: { title: to-tracker, body: off }'])
  })

  it('takes nothing away where nothing is', () => {
    expect(edit(['routes', 1, 'status', 'open'], undefined)).toBe(file)
  })

  it('puts quotes around what would mean something else', () => {
    for (const value of ['off', 'Done: yes', '#1', '007', 'null', "it's", '- x', 'a, b', '{']) {
      const after = edit(['routes', 0, 'status', 'open'], value)
      expect(parse(after)).toMatchObject({ routes: [{ status: { open: value } }, {}] })
      expect(after).toContain('# where it begins')
    }
  })

  it('keeps line ends of Windows readable', () => {
    const after = editConfig(file.replaceAll('\n', '\r\n'), [{ path: ['routes', 0, 'status', 'open'], value: 'To Do' }])
    expect(parse(after)).toEqual(parse(edit(['routes', 0, 'status', 'open'], 'To Do')))
    expect(after).toContain('open: To Do   # where it begins\r\n')
  })

  it('still says the right thing where the layout is unusual, and keeps the comments', () => {
    const odd = 'version: 1\nroutes: # all\n- ? to\n  : boards # one\n  status: {\n    open: New }\n'
    const after = editConfig(odd, [{ path: ['routes', 0, 'status', 'closed'], value: 'Done' }])
    expect(parse(after)).toEqual({ version: 1, routes: [{ to: 'boards', status: { open: 'New', closed: 'Done' } }] })
    expect(after).toContain('# all')
    expect(after).toContain('# one')
  })
})

describe('on the examples', () => {
  const folder = fileURLToPath(new URL('../../examples/', import.meta.url))
  const examples = readdirSync(folder).filter((name) => name.endsWith('.yml'))

  it.each(examples)('%s: an edit and its opposite give the file back', (name) => {
    const text = readFileSync(folder + name, 'utf8')
    const path = ['routes', 0, 'sync', 'parent'] as const
    const there = editConfig(text, [{ path, value: 'both' }])
    expect(parse(there)).toMatchObject({ routes: expect.arrayContaining([]) })
    expect(parse(there).routes[0].sync.parent).toBe('both')
    expect(changed(text, there).length).toBeLessThanOrEqual(2)
    expect(editConfig(there, [{ path, value: undefined }])).toBe(text)
  })
})
