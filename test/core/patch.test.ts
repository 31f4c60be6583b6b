import { describe, expect, it } from 'vitest'
import type { FieldChange } from '../../src/core/change.ts'
import { findDroppedAssignees, joinTicketPatches, patchTicket, withoutField } from '../../src/core/patch.ts'
import { sampleIssue, sampleTicket, states } from './samples.ts'

const change = (patch: FieldChange['patch'], side: FieldChange['side'] = 'tracker'): FieldChange => ({
  kind: 'field',
  side,
  field: 'any',
  before: null,
  after: null,
  why: '',
  patch,
})

describe('the changes of one side', () => {
  it('travel in one patch; what one field wants there stays, though another would take it away', () => {
    const patch = joinTicketPatches([
      change({ title: 'a' }),
      change({ title: 'never' }, 'github'),
      change({ labels: { add: ['x'], remove: ['y'] } }),
      change({ labels: { add: ['z'], remove: ['X'] } }),
      change({ fields: { one: 1 } }),
      change({ fields: { two: 2 } }),
    ])
    expect(patch).toEqual({
      title: 'a',
      labels: { add: ['x', 'z'], remove: ['y'] },
      fields: { one: 1, two: 2 },
    })
  })

  it('can leave out one field that was refused', () => {
    const patch = { title: 'a', fields: { one: 1, two: 2 } }
    expect(withoutField(patch, 'fields.one')).toEqual({ title: 'a', fields: { two: 2 } })
    expect(withoutField(patch, 'title')).toEqual({ fields: { one: 1, two: 2 } })
  })

  it('give the ticket as it should stand, for servers that do not answer it', () => {
    const patch = { title: 'b', status: { name: 'done', fields: {} }, labels: { add: ['x'], remove: ['y'] } }
    expect(patchTicket(sampleTicket({ labels: ['y', 'z'] }), patch, states)).toMatchObject({
      title: 'b',
      status: { name: 'Done' },
      labels: ['z', 'x'],
    })
  })

  it('tell who was dropped without a word', () => {
    const after = sampleIssue({ assignees: ['Ada'] })
    expect(findDroppedAssignees(after, { assignees: ['ada', 'ghost'] })).toEqual(['ghost'])
  })
})
