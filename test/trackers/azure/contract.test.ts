import { trackerContract } from '../../contract/tracker.ts'
import { openAzure } from './stage.ts'

const VERSIONS = [
  ['Azure DevOps Services', 'services'],
  ['Azure DevOps Server 2022', '2022'],
  ['Azure DevOps Server 2019', '2019'],
] as const

for (const [name, version] of VERSIONS) {
  trackerContract(name, async () => {
    const stage = await openAzure({ version })
    const { acts } = stage.server
    return {
      ...stage,
      type: 'Task',
      states: { done: 'Done', open: 'To Do' },
      ada: 'Ada.Byron@example.com',
      grace: 'grace.murray@example.com',
      stranger: {
        id: 'aad.unknown',
        handle: 'katherine.cole@example.com',
        name: 'Katherine Cole',
        emails: ['katherine.cole@example.com'],
        emailHidden: false,
        active: true,
        human: true,
      },
      people: {
        create: (title) =>
          Promise.resolve(
            String(acts.createWorkItem({ project: stage.project, type: 'Task', title, as: 'Ada Byron' }).id),
          ),
        retitle: async (key, title) =>
          acts.edit({ id: Number(key), fields: { 'System.Title': title }, as: 'Ada Byron' }),
        label: async (key, tag) => acts.addTag({ id: Number(key), tag, as: 'Ada Byron' }),
        comment: async (key, text) => {
          if (version !== '2019') return String(acts.comment({ id: Number(key), text, as: 'Ada Byron' }).id)
          const item = acts.edit({ id: Number(key), fields: { 'System.History': text }, as: 'Ada Byron' })
          return String(item.revisions.length)
        },
        remove: async (key) => acts.deleteWorkItem({ id: Number(key), as: 'Ada Byron' }),
      },
      titleIs: (title) => `[System.Title] = '${title.replaceAll("'", "''")}'`,
    }
  })
}
