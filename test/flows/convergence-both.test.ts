import { describeConvergence } from './convergence.ts'

describeConvergence({
  name: 'both trackers at once',
  to: ['boards', 'jira'],
  rules: { jira: { gone: { issue: 'close', ticket: 'close' } } },
  // Whether an edited comment moves its issue is not written anywhere.
  world: { github: { switches: { commentEditTouchesIssue: false } } },
  byDay: 40,
  share: 3 / 8,
})
