import { describeConvergence } from './convergence.ts'

describeConvergence({ name: 'Jira', to: ['jira'], share: 1 })
