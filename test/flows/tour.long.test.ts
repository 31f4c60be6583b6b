import { afterEach, describe, expect, it } from 'vitest'
import type { Side } from './sides.ts'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage, StageOptions } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

const [azure, jira] = trackerKinds

type Server = Pick<StageOptions, 'azure' | 'jira'>

const servers = [
  { ...azure, server: { azure: { version: 'services' } } as Server, name: 'Azure DevOps Services' },
  { ...azure, server: { azure: { version: '2022' } } as Server, name: 'Azure DevOps Server 2022' },
  { ...azure, server: { azure: { version: '2019' } } as Server, name: 'Azure DevOps Server 2019' },
  { ...jira, server: { jira: { version: '8' } } as Server, name: 'Jira 8' },
  { ...jira, server: { jira: { version: '9' } } as Server, name: 'Jira 9' },
  { ...jira, server: { jira: { version: '10' } } as Server, name: 'Jira 10' },
]

describe.each(servers)('an issue and its ticket in $name', ({ name, to, sideOf, server }) => {
  // There a comment is the history text of a revision, which nobody edits or deletes.
  const old = name.endsWith('2019')

  function say(side: Side, key: string, text: string): string {
    if (!old) return side.people.comment(key, text)
    const fields = { 'System.History': text }
    return String(stage.azure.acts.edit({ id: Number(key), fields, as: 'hedy.kiesler@example.com' }).revisions.length)
  }

  function hear(side: Side, key: string): readonly string[] {
    if (!old) return side.seen(key).comments
    const item = stage.azure.world.items.get(Number(key))
    return (item?.revisions ?? []).map(({ fields }) => String(fields['System.History'] ?? '')).filter(Boolean)
  }

  it('complaints 39, 40: go the whole way together, from both sides, and come to rest after each step', async () => {
    stage = await openStage({
      routes: [
        {
          to,
          when: { state: 'any' },
          type: { default: 'Task' },
          status: { open: 'To Do', closed: 'Done' },
          create: 'both',
          from: { label: 'to-github' },
        },
      ],
      ...server,
    })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({
      as: 'ada',
      title: 'The engine',
      body: 'It *clicks*.\n\n- once\n- twice',
      labels: ['bug'],
      assignees: ['ada'],
    })
    const issue = (n = number) => stage.github.act.findIssue({ number: n })
    const labels = () => issue()?.labels.map((label) => label.name)
    const logins = () => issue()?.assignees.map(({ login }) => login)
    const talk = () => issue()?.comments.map(({ body }) => body) ?? []

    async function settle(): Promise<void> {
      for (let round = 0; round < 2; round++) await stage.scan()
      stage.passTime(1000)
      await stage.scan()
      stage.clear()
      expect((await stage.scan()).filter(({ outcome }) => outcome !== 'unchanged')).toEqual([])
      expect(stage.github.journal.count().writes + side.server.journal.count().writes).toBe(0)
    }

    await settle()
    const [key = ''] = side.keys()
    expect(side.seen(key)).toMatchObject({
      title: 'The engine',
      assignee: 'Ada Byron',
      labels: ['bug'],
      state: 'To Do',
    })
    expect(side.format.toMarkdown(side.seen(key).body, {})).toMatch(/It [*_]clicks[*_]\.\n\n[-*] once\n[-*] twice/)

    stage.github.act.unassign({ as: 'ada', number, assignees: ['ada'] })
    stage.github.act.assign({ as: 'ada', number, assignees: ['hedy'] })
    stage.github.act.label({ as: 'ada', number, labels: ['urgent'] })
    const said = stage.github.act.comment({ as: 'ada', number, body: 'From **GitHub**.' })
    await settle()
    expect(side.seen(key)).toMatchObject({ assignee: 'Hedy Kiesler', labels: ['bug', 'urgent'] })
    expect(hear(side, key)).toEqual([expect.stringContaining('GitHub')])

    side.people.retitle(key, 'The pump')
    side.people.rewrite(key, ['It hums.'])
    side.people.assign(key, 'grace')
    side.people.tag(key, 'found')
    const answered = say(side, key, 'From the tracker.')
    await settle()
    expect(issue()).toMatchObject({ title: 'The pump', body: 'It hums.' })
    expect(logins()).toEqual(['grace'])
    expect(labels()).toEqual(['bug', 'urgent', 'found'])
    expect(talk()).toEqual(['From **GitHub**.', expect.stringContaining('From the tracker.')])

    stage.github.act.editComment({ as: 'ada', id: said.id, body: 'From *GitHub*, corrected.' })
    stage.github.act.unlabel({ as: 'ada', number, labels: ['urgent'] })
    side.people.untag(key, 'found')
    if (!old) side.people.editComment(key, answered, 'From the tracker, corrected.')
    await settle()
    expect(labels()).toEqual(['bug'])
    expect(side.seen(key).labels).toEqual(['bug'])
    expect(hear(side, key)).toHaveLength(2)
    expect(hear(side, key)[0]?.includes('corrected')).toBe(!old)
    expect(talk()[1]?.includes('corrected')).toBe(!old)

    stage.github.act.closeIssue({ as: 'ada', number, reason: 'completed' })
    await settle()
    expect(side.seen(key).state).toBe('Done')
    side.people.reopen(key)
    await settle()
    expect(issue()).toMatchObject({ state: 'open' })
    side.people.close(key)
    await settle()
    expect(issue()).toMatchObject({ state: 'closed', stateReason: 'completed' })
    stage.github.act.reopenIssue({ as: 'ada', number })
    await settle()
    expect(side.seen(key).state).toBe('To Do')

    const born = side.create({ title: 'Over there', body: 'Words.', label: 'to-github' })
    await settle()
    expect(issue(number + 1)).toMatchObject({ title: 'Over there' })
    expect(side.keys()).toEqual([key, born])
  })
})
