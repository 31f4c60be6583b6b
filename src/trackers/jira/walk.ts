import type { StatusTarget } from '../../core/change.ts'
import { LockstepError } from '../../core/errors.ts'
import type { Refusal } from '../../core/ports.ts'
import type { Status, Ticket } from '../../core/ticket.ts'
import { failureOf } from './client.ts'
import type { JiraClient } from './client.ts'
import { toStatus } from './convert.ts'
import { asValue, chooseAllowed, nameOf } from './fields.ts'
import { chooseStep, findBarrier } from './path.ts'
import type { Step } from './path.ts'
import { TransitionList } from './schema.ts'
import type { FieldMeta } from './schema.ts'
import type { Types } from './types.ts'

export interface Walked {
  /** Where the ticket stands now. */
  readonly at: Status
  /** How many transitions were made. */
  readonly steps: number
  /** Why the ticket did not arrive; `null` when it did. */
  readonly refusal: Refusal | null
}

interface ScreenStep extends Step {
  readonly screen: Readonly<Record<string, FieldMeta>>
}

interface Lack {
  readonly name: string
  readonly allowed: readonly string[]
}

const MAX_STEPS = 8

/** Moves tickets along their workflow, of which Jira shows only what is open from where a ticket stands. */
export function createWalker(
  client: JiraClient,
  types: Types,
): (ticket: Ticket, target: StatusTarget) => Promise<Walked> {
  /** By project and type, then by status: what tickets have shown on their way. */
  const maps = new Map<string, Map<string, readonly ScreenStep[]>>()

  function mapOf({ project, type }: Ticket): Map<string, readonly ScreenStep[]> {
    const key = JSON.stringify([project, type])
    const map = maps.get(key) ?? new Map<string, readonly ScreenStep[]>()
    maps.set(key, map)
    return map
  }

  async function readOpen(ticket: Ticket): Promise<readonly ScreenStep[]> {
    const reply = await client.request({
      method: 'GET',
      api: `issue/${ticket.id}/transitions`,
      query: { expand: 'transitions.fields' },
    })
    return reply
      .read(TransitionList)
      .transitions.map(({ id, name, to, fields }) => ({ id, name, to: toStatus(to), screen: fields }))
  }

  async function take(
    ticket: Ticket,
    step: ScreenStep,
    fields: Readonly<Record<string, unknown>>,
  ): Promise<string | null> {
    try {
      await client.request({
        method: 'POST',
        api: `issue/${ticket.id}/transitions`,
        body: { transition: { id: step.id }, fields },
        expect: 'nothing',
      })
      return null
    } catch (error) {
      const said = failureOf(error)
      if (!(error instanceof LockstepError) || error.code !== 'tracker-refused' || error.effectUnknown) throw error
      if (said === undefined) throw error
      return [...said.errorMessages, ...Object.values(said.errors)].join(' ')
    }
  }

  return async function walk(ticket, { name, fields: given }) {
    const states = (await types.find(ticket.project, ticket.type))?.states ?? []
    const target = states.find((state) => state.name.toLowerCase() === name.toLowerCase())
    if (target === undefined) return { at: ticket.status, steps: 0, refusal: unknownState(ticket, name, states) }
    const map = mapOf(ticket)
    const visited: string[] = []
    let from = ticket.status
    const refuse = (why: string, remedy: string | null): Walked => ({
      at: from,
      steps: visited.length,
      refusal: {
        field: 'status',
        code: 'status-unreachable',
        message: `${ticket.ref.key} ${visited.length === 0 ? 'is in' : 'reached'} "${from.name}" on the way to "${target.name}", and ${why}`,
        remedy,
      },
    })
    while (from.name.toLowerCase() !== target.name.toLowerCase()) {
      const open = await readOpen(ticket)
      map.set(from.name.toLowerCase(), open)
      const where = {
        from,
        target,
        open,
        known: (status: string) => map.get(status.toLowerCase()),
        visited,
        passable: (step: ScreenStep) => fillScreen(step, { given, ticket }).lacks.length === 0,
      }
      const step = visited.length < MAX_STEPS ? chooseStep(where) : null
      if (step === null) {
        const barrier = findBarrier(where)
        return barrier === null
          ? refuse(...explainDeadEnd(open))
          : refuse(...explainBarrier(barrier, { given, ticket }))
      }
      const refused = await take(ticket, step, fillScreen(step, { given, ticket }).fields)
      if (refused !== null) return refuse(`"${step.name}" was refused: ${refused}`, remedyFor(true))
      visited.push(from.name)
      from = step.to
    }
    return { at: from, steps: visited.length, refusal: null }
  }
}

interface Filling {
  readonly given: StatusTarget['fields']
  readonly ticket: Ticket
}

/** What to send with a transition, and what it asks for that nobody gave. */
function fillScreen(
  { screen }: ScreenStep,
  { given, ticket }: Filling,
): { readonly fields: Record<string, unknown>; readonly lacks: readonly Lack[] } {
  const fields: Record<string, unknown> = {}
  const lacks: Lack[] = []
  for (const [id, meta] of Object.entries(screen)) {
    const { name, required, hasDefaultValue, allowedValues = [] } = meta
    const wanted = Object.entries(given).find(([key]) =>
      [id, name].some((each) => each.toLowerCase() === key.toLowerCase()),
    )?.[1]
    const value = wanted === undefined ? undefined : chooseAllowed(meta, wanted)
    const [only, ...others] = allowedValues
    if (value !== undefined) fields[id] = value
    else if (wanted !== undefined) lacks.push({ name, allowed: allowedValues.map(nameOf) })
    else if (!required || hasDefaultValue || has(ticket, id)) continue
    else if (only !== undefined && others.length === 0) fields[id] = asValue(meta, only)
    else lacks.push({ name, allowed: allowedValues.map(nameOf) })
  }
  return { fields, lacks }
}

// A screen keeps what the ticket has, but asks for the resolution anew each time.
function has({ fields }: Ticket, id: string): boolean {
  const value = fields[id]
  return id !== 'resolution' && value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
}

function unknownState(ticket: Ticket, name: string, states: readonly Status[]): Refusal {
  return {
    field: 'status',
    code: 'status-unreachable',
    message: `The type ${ticket.type} has no state "${name}".`,
    remedy: `Use one of ${states.map((state) => `"${state.name}"`).join(', ')} under "status" of the route.`,
  }
}

function explainDeadEnd(open: readonly Step[]): readonly [why: string, remedy: string | null] {
  if (open.length === 0) return ['this account has no transition open from there.', remedyFor(false)]
  const ways = open.map(({ name, to }) => `"${name}" to "${to.name}"`).join(', ')
  return [`none of the transitions open from there leads on: ${ways}.`, remedyFor(false)]
}

function explainBarrier(step: ScreenStep, filling: Filling): readonly [why: string, remedy: string] {
  const { lacks } = fillScreen(step, filling)
  const names = lacks.map(({ name }) => `"${name}"`).join(' and ')
  const choices = lacks.flatMap(({ name, allowed }) =>
    allowed.length === 0 ? [] : [`${name} is one of ${allowed.join(', ')}.`],
  )
  return [
    `the transition "${step.name}" to "${step.to.name}" needs ${names}.`,
    [`Give ${names} under "transition" of the route.`, ...choices].join(' '),
  ]
}

const remedyFor = (asked: boolean): string =>
  asked
    ? 'Give what the workflow asks for under "transition" of the route, or move the ticket by hand.'
    : 'Move the ticket by hand, choose another state under "status" of the route, or give the account the permission for the transition.'
