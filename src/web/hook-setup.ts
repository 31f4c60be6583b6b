import type { HookPlan, HookRegistrar, HookRegistration, HookRegistrations } from '../core/hooks.ts'
import type { Clock } from '../core/ports.ts'
import { hookSecret, newestGeneration } from './hook-secrets.ts'

export interface HookSetup {
  readonly connection: string
  readonly projects: readonly string[]
  /** Where the deliveries go. */
  readonly url: string
  readonly registrar: HookRegistrar
  readonly registrations: HookRegistrations
  readonly master: string
  readonly clock: Clock
}

export interface HookReport {
  readonly project: string
  readonly event: string
  readonly done: 'created' | 'kept' | 'repaired' | 'rotated' | 'removed'
}

/**
 * Brings the hooks of a connection to where they should be: what is missing is created, what was switched off or leads
 * elsewhere is repaired, what is no longer wanted goes. Safe to repeat. A repaired hook gets the present secret.
 */
export async function installHooks(setup: HookSetup, { rotate = false } = {}): Promise<readonly HookReport[]> {
  const { registrar, registrations, connection } = setup
  const known = await registrations.list(connection)
  const generation = rotate ? newestGeneration(known) + 1 : Math.max(1, newestGeneration(known))
  const plans = await planAll(setup)
  const reports: HookReport[] = []
  for (const plan of plans) {
    const before = known.find((each) => isSame(each, plan))
    reports.push(await settle(setup, { plan, before, generation, rotate }))
  }
  for (const stale of known.filter((each) => !plans.some((plan) => isSame(each, plan)))) {
    await registrar.remove(stale.hookId)
    await registrations.remove(stale)
    reports.push({ project: stale.project, event: stale.event, done: 'removed' })
  }
  return reports
}

interface Step {
  readonly plan: HookPlan
  readonly before: HookRegistration | undefined
  readonly generation: number
  readonly rotate: boolean
}

async function settle(setup: HookSetup, { plan, before, generation, rotate }: Step): Promise<HookReport> {
  const { registrar, registrations, connection, master, clock } = setup
  const { project, event, url } = plan
  const remember = async (hookId: string, done: HookReport['done'], at = generation): Promise<HookReport> => {
    const checkedAt = clock.now().toISOString()
    await registrations.save({ connection, project, event, hookId, url, generation: at, checkedAt })
    return { project, event, done }
  }
  const secret = hookSecret(master, connection, generation)
  const hook = before === undefined ? undefined : await registrar.read(before.hookId)
  if (before === undefined || hook === undefined)
    return await remember((await registrar.create(plan, secret)).id, before === undefined ? 'created' : 'repaired')
  const right = hook.state === 'enabled' && hook.url === url && before.generation === generation
  if (right) return await remember(hook.id, 'kept')
  await registrar.replace(hook.id, plan, secret)
  return await remember(hook.id, rotate ? 'rotated' : 'repaired')
}

export interface HookFinding {
  readonly project: string
  readonly event: string
  readonly state: 'ok' | 'not-registered' | 'missing' | 'elsewhere' | 'disabled' | 'disabled-by-system'
}

/** How the hooks are, without changing anything. */
export async function verifyHooks(setup: HookSetup): Promise<readonly HookFinding[]> {
  const { registrar, registrations, connection } = setup
  const known = await registrations.list(connection)
  const findings: HookFinding[] = []
  for (const plan of await planAll(setup)) {
    const { project, event, url } = plan
    const before = known.find((each) => isSame(each, plan))
    const hook = before === undefined ? undefined : await registrar.read(before.hookId)
    const find = (state: HookFinding['state']) => findings.push({ project, event, state })
    if (before === undefined) find('not-registered')
    else if (hook === undefined) find('missing')
    else if (hook.state !== 'enabled') find(hook.state)
    else find(hook.url === url ? 'ok' : 'elsewhere')
  }
  return findings
}

export async function removeHooks({ registrar, registrations, connection }: HookSetup): Promise<readonly HookReport[]> {
  const reports: HookReport[] = []
  for (const registration of await registrations.list(connection)) {
    await registrar.remove(registration.hookId)
    await registrations.remove(registration)
    reports.push({ project: registration.project, event: registration.event, done: 'removed' })
  }
  return reports
}

const planAll = async ({ registrar, projects, url }: HookSetup): Promise<readonly HookPlan[]> =>
  (await Promise.all(projects.map((project) => registrar.plan(project, url)))).flat()

const isSame = (a: Pick<HookPlan, 'project' | 'event'>, b: Pick<HookPlan, 'project' | 'event'>): boolean =>
  a.project === b.project && a.event === b.event
