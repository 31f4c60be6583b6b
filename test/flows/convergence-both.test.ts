import { describeConvergence } from './convergence.ts'

describeConvergence({ name: 'both trackers at once', to: ['boards', 'jira'], share: 1 / 2 })
