import { describeConvergence } from './convergence.ts'

describeConvergence({
  name: 'Azure DevOps',
  to: ['boards'],
  rules: { boards: { gone: { issue: 'close', ticket: 'close' } } },
  byDay: 225,
  share: 1,
})
