import { describeConvergence } from './convergence.ts'

const conflict = { title: 'ask', body: 'ask', status: 'tracker', assignee: 'github', default: 'newest' }

describeConvergence({ name: 'Jira', to: ['jira'], rules: { jira: { conflict } }, byDay: 225, share: 1 })
