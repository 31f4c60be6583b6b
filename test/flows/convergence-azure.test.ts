import { describeConvergence } from './convergence.ts'

describeConvergence({ name: 'Azure DevOps', to: ['boards'], share: 1 })
