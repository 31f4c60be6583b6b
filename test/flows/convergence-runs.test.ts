import { describeConvergence } from './convergence.ts'

describeConvergence({
  name: 'Server 2019, with the state in the repository',
  to: ['boards'],
  world: { azure: { version: '2019' }, state: 'ref' },
  // There a comment is the history text of a revision, which nobody edits or deletes.
  without: ['editComment', 'deleteComment'],
  byDay: 10,
  share: 1 / 8,
})
