import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAzure } from '../../sandbox/azure/server.ts'
import type { AzureServer } from '../../sandbox/azure/server.ts'
import { oneRoute } from '../options/stage.ts'
import { openDesk } from './stage.ts'
import type { Desk } from './stage.ts'

let [desk, azure] = [{} as Desk, {} as AzureServer]
beforeEach(async () => {
  azure = await startAzure({ seed: 'empty' })
  desk = await openDesk({ env: { TOKEN: 'ado_sandbox_pat' } })
  mkdirSync(join(desk.folder, '.github'))
  writeFileSync(join(desk.folder, '.github/lockstep.yml'), oneRoute.replace('URL', azure.collectionUrl))
})
afterEach(async () => void (await Promise.all([desk.close(), azure.close()])))

describe('lockstep options', () => {
  it('shows the options, their values, the real states and what is not available', async () => {
    const { code, stdout } = await desk.run('options', '--tracker', 'tracker')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^status_to_tracker +1 of the projects/m)
    expect(stdout).toMatch(/^title +to-tracker +both, to-tracker/m)
    expect(stdout).toMatch(/^ {2}Fabrikam +\*?.*Doing, Done, To Do$/m)
    expect(stdout).toContain('priority: No route has a map for it')
  })

  it('needs no name where there is but one tracker, and prints JSON', async () => {
    const { code, stdout } = await desk.run('options', '--json')
    expect(code).toBe(0)
    const { connection, options, values } = JSON.parse(stdout)
    expect(connection).toBe('tracker')
    expect(options[0]).toMatchObject({ name: 'status_to_tracker', type: 'mapper', disabled: false })
    expect(values).toMatchObject({ title: 'to-tracker' })
  })

  it('knows no other tracker', async () => {
    const { code, stderr } = await desk.run('options', '--tracker', 'others')
    expect(code).toBe(1)
    expect(stderr).toContain('Name one of tracker.')
  })
})

describe('lockstep doctor', () => {
  it('prints what is wrong with its remedy, and ends with 1', async () => {
    azure.acts.forbidMove({ project: 'Fabrikam', type: 'Task', from: 'To Do', to: 'Done' })
    const { code, stdout } = await desk.run('doctor')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^ERROR +tracker +routes\[0\]\.status\.closed +Task cannot get from "To Do" to "Done"\.$/m)
    expect(stdout).toMatch(/^ +→ Choose another state/m)
    expect(stdout).toMatch(/\d+ checks: 1 error, \d+ warnings?\.\n$/)
    expect(stdout).not.toMatch(/^ok/m)
  })

  it('ends with 0 when nothing is wrong, and shows with --all what is in order', async () => {
    const { code, stdout } = await desk.run('doctor', '--all')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ok +tracker +server +Azure DevOps Services$/m)
  })

  it('prints JSON for other programs', async () => {
    azure.world.tokens.clear()
    const { code, stdout } = await desk.run('doctor', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      checks: expect.arrayContaining([
        expect.objectContaining({ area: 'tracker', subject: 'sign-in', severity: 'error' }),
      ]),
    })
  })

  it('checks the hooks of an app that it is told of', async () => {
    const { stdout } = await desk.run('doctor', '--app', 'https://lockstep.example.com')
    expect(stdout).toMatch(/^warning +tracker +hooks +No hook leads to/m)
  })
})
