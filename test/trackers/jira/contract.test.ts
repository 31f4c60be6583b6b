import { trackerContract } from '../../contract/tracker.ts'
import { openJira } from './stage.ts'

for (const version of ['8', '9', '10'] as const) {
  trackerContract(`Jira ${version}`, async () => {
    const stage = await openJira({ version })
    const { acts, server } = stage
    return {
      ...stage,
      type: 'Task',
      states: { done: 'Done', open: 'To Do' },
      ada: 'ada@example.com',
      grace: 'ben@example.com',
      stranger: {
        id: 'katherine',
        handle: 'katherine',
        name: 'Katherine Cole',
        emails: ['katherine.cole@example.com'],
        emailHidden: false,
        active: true,
        human: true,
      },
      people: {
        create: (title) => Promise.resolve(acts.createIssue({ project: 'PLAT', summary: title }).key),
        retitle: async (key, title) => acts.edit({ issue: key, fields: { summary: title } }),
        label: async (key, label) => acts.addLabel({ issue: key, label }),
        comment: async (key, body) => acts.comment({ issue: key, body }).id,
        remove: async (key) => acts.deleteIssue({ issue: key }),
      },
      later: () => server.clock.advance(10_000),
      titleIs: (title) => `summary ~ "\\"${title}\\""`,
    }
  })
}
