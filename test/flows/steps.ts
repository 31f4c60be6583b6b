import * as fc from 'fast-check'
import type { Fault } from '../../sandbox/kit/faults.ts'

export const persons = ['ada', 'grace', 'hedy'] as const
export type Person = (typeof persons)[number]

/** Where a step happens: on the issue, or on its ticket in the first or the second tracker of the world. */
export const places = ['github', 'tracker', 'other'] as const
export type Place = (typeof places)[number]
const place = fc.constantFrom(...places)

const word = fc.constantFrom(
  'engine',
  'valve',
  'fuel',
  'launch pad',
  'red *button*',
  'a < b & c',
  '`code`',
  'Ünïcode ✓',
)

/**
 * Each side has its own, so that at the end it is known who put it there. Those of an area are components in Jira.
 */
export const ownLabels: Readonly<Record<Place, readonly string[]>> = {
  github: ['bug', 'ui', 'area/api'],
  tracker: ['later', 'tech', 'area/ui'],
  other: ['risk', 'ops', 'area/db'],
}
const which = fc.nat(2)

/** Values that show on GitHub as one of some labels, or as the milestone; `fields` is one of the tracker's own. */
export const choices = {
  priority: ['urgent', 'someday'],
  estimate: ['small', 'large'],
  milestone: ['Alpha', 'Beta'],
  fields: ['crew/red', 'crew/blue'],
} as const
export const chosenFields = ['priority', 'estimate', 'milestone', 'fields'] as const
export type Chosen = keyof typeof choices

/** The first so many issues that live together may be parents of the others. */
export const PARENTS = 2
export const parentLabel = 'epic'

const doing = <Name extends string>(name: Name) => ({ do: fc.constant(name), on: place })

/** What a person does on one side. */
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ...doing('retitle'), word }) },
  { weight: 6, arbitrary: fc.record({ ...doing('rewrite'), at: fc.nat(2), word }) },
  {
    weight: 4,
    arbitrary: fc.record({ ...doing('close'), reason: fc.constantFrom('completed' as const, 'not_planned' as const) }),
  },
  { weight: 4, arbitrary: fc.record(doing('reopen')) },
  { weight: 6, arbitrary: fc.record({ ...doing('assign'), who: fc.constantFrom(...persons, null) }) },
  { weight: 5, arbitrary: fc.record({ ...doing('label'), which }) },
  { weight: 5, arbitrary: fc.record({ ...doing('unlabel'), which }) },
  {
    weight: 7,
    arbitrary: fc.record({
      ...doing('choose'),
      field: fc.constantFrom(...chosenFields),
      name: fc.constantFrom(0, 1, null),
    }),
  },
  { weight: 3, arbitrary: fc.record({ ...doing('hang'), under: fc.constantFrom(0, 1, null) }) },
  { weight: 6, arbitrary: fc.record({ ...doing('comment'), word }) },
  { weight: 2, arbitrary: fc.record({ ...doing('editComment'), word, nth: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ ...doing('deleteComment'), nth: fc.nat(3) }) },
)
export type Act = typeof act extends fc.Arbitrary<infer One> ? One : never

/** Takes the half away for good. */
const removal = fc.record({ ...doing('remove'), how: fc.constantFrom('delete' as const, 'transfer' as const) })
export type Removal = typeof removal extends fc.Arbitrary<infer One> ? One : never

/** One thing that a person does, or that Lockstep or the network does in between. */
export const step = fc.oneof(
  { weight: 51, arbitrary: act },
  { weight: 1, arbitrary: removal },
  // In the middle of Lockstep's work, when so many of its requests have arrived.
  { weight: 5, arbitrary: fc.record({ do: fc.constant('interrupt' as const), after: fc.nat(3), with: act }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('scan' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reconcile' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ...doing('fail'),
      nth: fc.integer({ min: 1, max: 6 }),
      how: fc.constantFrom<Fault>(
        { status: 500, body: { message: 'sorry' } },
        { reset: 'before' },
        { reset: 'after' },
        { malformed: true },
      ),
    }),
  },
)
export type Step = typeof step extends fc.Arbitrary<infer One> ? One : never
