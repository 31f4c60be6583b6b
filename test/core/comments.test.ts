import { describe, expect, it } from 'vitest'
import { findStrayCopies, planComments, rememberComment } from '../../src/core/comments.ts'
import type { CommentsInput } from '../../src/core/comments.ts'
import type { CommentPair } from '../../src/core/link.ts'
import { sampleComment } from './samples.ts'

const input = (facts: Partial<CommentsInput> = {}): CommentsInput => ({
  pairs: [],
  issue: [],
  ticket: [],
  direction: 'both',
  editsOnTicket: true,
  printer: { forTicket: ({ body }) => `T:${body}`, forIssue: ({ body }) => `I:${body}` },
  markOf: (side, { id }) => `${side}/${id}`,
  isMarkOf: (side, mark) => mark.startsWith(`${side}/`),
  ...facts,
})

/** The pairs after a plan took effect, its copies numbered. */
function settle(given: CommentsInput): readonly CommentPair[] {
  const { changes, pairs } = planComments(given)
  return changes.reduce<readonly CommentPair[]>(
    (known, change, index) => rememberComment(known, change, change.copy ?? `copy-${index}`),
    pairs,
  )
}

describe('comments of a pair', () => {
  it('are copied to the other side, each with its mark', () => {
    const { changes } = planComments(
      input({ issue: [sampleComment({ id: '1', body: 'a' })], ticket: [sampleComment({ id: '2', body: 'b' })] }),
    )
    expect(changes).toMatchObject([
      { side: 'tracker', op: 'add', original: '1', body: 'T:a', mark: 'github/1' },
      { side: 'github', op: 'add', original: '2', body: 'I:b', mark: 'tracker/2' },
    ])
  })

  it('are not copied again once the pair is known, nor when only their line ends differ', () => {
    const issue = [sampleComment({ id: '1', body: 'a\nb' })]
    const pairs = settle(input({ issue }))
    const copy = sampleComment({ id: 'copy-0', own: true, copyOf: 'github/1' })
    const again = [sampleComment({ id: '1', body: 'a\r\nb\n' })]
    expect(planComments(input({ pairs, issue: again, ticket: [copy] })).changes).toEqual([])
  })

  it('are found again by the mark of their copy when nobody remembers the pair', () => {
    const plan = planComments(
      input({
        issue: [sampleComment({ id: '1', body: 'a' })],
        ticket: [sampleComment({ id: '9', own: true, copyOf: 'github/1' })],
      }),
    )
    expect(plan.changes).toMatchObject([{ op: 'edit', copy: '9' }])
    expect(plan.pairs).toMatchObject([{ origin: 'github', issueComment: '1', ticketComment: '9' }])
  })

  it('leave their side neither when restricted, nor as commands, nor when they are copies themselves', () => {
    const ticket = [
      sampleComment({ id: '1', restricted: true }),
      sampleComment({ id: '2', body: '/lockstep sync' }),
      sampleComment({ id: '3', own: true, copyOf: 'github/8' }),
      sampleComment({ id: '4', body: '  ' }),
    ]
    expect(planComments(input({ ticket })).changes).toEqual([])
  })

  it('take their copy away when they become restricted', () => {
    const ticket = [sampleComment({ id: '1', body: 'a' })]
    const pairs = settle(input({ ticket }))
    const issue = [sampleComment({ id: 'copy-0', own: true, copyOf: 'tracker/1' })]
    const hidden = [sampleComment({ id: '1', body: 'a', restricted: true })]
    expect(planComments(input({ pairs, issue, ticket: hidden })).changes).toMatchObject([
      { side: 'github', op: 'delete', copy: 'copy-0' },
    ])
  })

  it('leave no stray copy when they were deleted before the copy was known', () => {
    const given = input({
      issue: [sampleComment({ id: '1', body: 'a' })],
      ticket: [
        sampleComment({ id: '7', own: true, copyOf: 'github/1' }),
        sampleComment({ id: '8', own: true, copyOf: 'github/2' }),
        sampleComment({ id: '9', own: true, copyOf: 'elsewhere/3' }),
      ],
    })
    const [stray, ...others] = findStrayCopies(given)
    expect(stray?.copy.id).toBe('8')
    expect(others).toEqual([])
    const known = { ...given, pairs: [stray!.pair] }
    const deleted = planComments(known).changes.filter(({ op }) => op === 'delete')
    expect(deleted).toMatchObject([{ side: 'tracker', copy: '8' }])
    expect(findStrayCopies({ ...known, pairs: settle(known) })).toEqual([])
  })

  it('that were deleted as a copy stay deleted', () => {
    const issue = [sampleComment({ id: '1', body: 'a' })]
    const pairs = settle(input({ issue }))
    const gone = planComments(input({ pairs, issue }))
    expect(gone.changes).toEqual([])
    expect(planComments(input({ pairs: gone.pairs, issue })).changes).toEqual([])
  })

  it('go one way where the route says so', () => {
    const both = { issue: [sampleComment({ id: '1' })], ticket: [sampleComment({ id: '2' })] }
    expect(planComments(input({ ...both, direction: 'to-tracker' })).changes.map(({ side }) => side)).toEqual([
      'tracker',
    ])
    expect(planComments(input({ ...both, direction: 'to-github' })).changes.map(({ side }) => side)).toEqual(['github'])
  })

  it('are neither edited nor deleted on a server that can do neither', () => {
    const issue = [sampleComment({ id: '1', body: 'a' })]
    const pairs = settle(input({ issue }))
    const ticket = [sampleComment({ id: 'copy-0', own: true, copyOf: 'github/1' })]
    const edited = [sampleComment({ id: '1', body: 'b' })]
    expect(planComments(input({ pairs, issue: edited, ticket, editsOnTicket: false })).changes).toEqual([])
    expect(planComments(input({ pairs, issue: [], ticket, editsOnTicket: false })).changes).toEqual([])
  })
})
