import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { loadServerConfig } from '../src/config/load-server.ts'
import { serverEnvironmentSchema } from '../src/config/server-environment.ts'
import { createMetrics } from '../src/web/metrics.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const page = read('docs/deployment.md')

describe('the page about running a server', () => {
  it('names every variable that only the server reads', () => {
    const named = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name)
    expect(named).toEqual(Object.keys(serverEnvironmentSchema.shape))
  })

  it("shows an operator's file without a mistake", () => {
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(page) ?? []
    expect(loadServerConfig(example, 'lockstep.server.yml').problems).toBeUndefined()
  })

  it('names every metric', async () => {
    const printed = [...(await createMetrics().print()).matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)
    expect(printed.length).toBeGreaterThan(3)
    for (const name of printed) expect(page).toContain(`\`${name}\``)
  })
})

describe('the manifest of the GitHub App', () => {
  const source = read('app.yml')
  const manifest = parse(source) as { default_permissions: Record<string, string>; default_events: string[] }

  it('asks for the events that the app listens to, and for no other', () => {
    const [, list = ''] = /const events = \[([^\]]*)\]/.exec(read('src/app.ts')) ?? []
    const heard = [...list.matchAll(/'(\w+)'/g)].map(([, name]) => name)
    expect(manifest.default_events.toSorted()).toEqual(heard.toSorted())
  })

  it('explains each permission and each event', () => {
    const lines = source.split('\n')
    for (const name of [...Object.keys(manifest.default_permissions), ...manifest.default_events]) {
      const at = lines.findIndex((line) => new RegExp(`^ +(?:- ${name}|${name}: \\w+)$`).test(line))
      expect(lines[at - 1], name).toMatch(/^ +# \S/)
    }
  })
})
