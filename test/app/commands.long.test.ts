import { afterEach, describe, expect, it } from 'vitest'
import { parseCommand } from '../../src/app/command-line.ts'
import { openAppStage, type AppStage } from './stage.ts'

let stage: AppStage
afterEach(async () => await stage?.close())

const commentsOf = (number: number) =>
  [...stage.github.world.repo.comments.values()].filter((one) => one.issueNumber === number)

const answersOn = (number: number) =>
  commentsOf(number)
    .map(({ body }) => body)
    .filter((body) => body.includes('lockstep:answer'))

async function open(): Promise<number> {
  stage = await openAppStage()
  const { number } = stage.github.act.openIssue({ as: 'ada', title: 'The engine does not start' })
  await stage.settle()
  return number
}

/** Says it, and answers the reactions that stand at the end and the comment that came back. */
async function say(number: number, body: string, as = 'ada') {
  const { id } = stage.github.act.comment({ as, number, body })
  await stage.settle()
  await stage.settle()
  const comment = stage.github.world.repo.comments.get(id)!
  return { reactions: comment.reactions.map(({ content }) => content), answers: answersOn(number) }
}

describe('a command in a comment', () => {
  it('shows a plan, and changes nothing', async () => {
    const number = await open()
    stage.azure.acts.edit({ id: 1, fields: { 'System.Title': 'Another title' } })
    const { reactions, answers } = await say(number, '/lockstep plan')
    expect(reactions).toEqual(['rocket'])
    expect(answers).toHaveLength(1)
    expect(answers[0]).toContain('issue title: The engine does not start → Another title')
    expect(stage.github.act.findIssue({ number })?.title).toBe('The engine does not start')
  })

  it('syncs, and its answer takes the place of the one before', async () => {
    const number = await open()
    stage.azure.acts.edit({ id: 1, fields: { 'System.Title': 'Another title' } })
    await say(number, '/lockstep plan')
    const { reactions, answers } = await say(number, '/lockstep sync')
    expect(reactions).toEqual(['rocket'])
    expect(answers).toHaveLength(1)
    expect(answers[0]).toContain('**updated**')
    expect(stage.github.act.findIssue({ number })?.title).toBe('Another title')
  })

  it('parts a pair and makes one', async () => {
    const number = await open()
    stage.azure.acts.createWorkItem({ project: 'Fabrikam', type: 'Task', title: 'Made by hand' })
    expect((await say(number, '/lockstep unlink')).answers[0]).toContain('Parted from boards:1.')
    expect((await say(number, '/lockstep link AB#2')).answers[0]).toContain('boards:2')
    const links = await stage.kept.store.links.ofIssue({ owner: 'acme', repo: 'rocket', number })
    expect(links).toMatchObject([{ ticket: { key: '2' }, state: 'active' }])
    expect(await say(number, '/lockstep link AB#99')).toMatchObject({ reactions: ['confused'] })
    expect(await say(number, '/lockstep link nonsense')).toMatchObject({ reactions: ['confused'] })
  })

  it('pauses and resumes', async () => {
    const number = await open()
    expect((await say(number, '/lockstep pause')).answers[0]).toContain('Paused.')
    stage.github.act.editIssue({ as: 'ada', number, title: 'Edited meanwhile' })
    await stage.settle()
    const titleOf = () => JSON.stringify(stage.azure.world.items.get(1))
    expect(titleOf()).not.toContain('Edited meanwhile')
    expect(await say(number, '/lockstep resume')).toMatchObject({ reactions: ['rocket'] })
    expect(titleOf()).toContain('Edited meanwhile')
  })

  it('explains, helps, retries, and says what it does not understand', async () => {
    const number = await open()
    const explained = (await say(number, '/lockstep explain')).answers[0]
    expect(explained).toContain('boards:1')
    expect(explained).toContain('What happened last:')
    expect((await say(number, '/lockstep')).answers[0]).toContain('`/lockstep pause`')
    expect(await say(number, '/lockstep retry')).toMatchObject({ reactions: ['rocket'] })
    const lost = await say(number, '/lockstep dance')
    expect(lost.reactions).toEqual(['confused'])
    expect(lost.answers[0]).toContain('There is no such command.')
  })

  it('of a stranger gets no answer and no reaction, and nothing is copied to the work item', async () => {
    const number = await open()
    stage.github.journal.clear()
    const { reactions, answers } = await say(number, '/lockstep unlink', 'passer-by')
    expect({ reactions, answers }).toEqual({ reactions: [], answers: [] })
    expect(stage.logged).toContainEqual({
      level: 'debug',
      message: 'command refused',
      facts: { issue: `acme/rocket#${number}`, actor: 'passer-by', command: 'unlink' },
    })
    const written = stage.github.journal.entries.filter(
      ({ method, path }) => method !== 'GET' && !path.includes('access_tokens'),
    )
    expect(written).toEqual([])
    expect(await stage.kept.store.links.ofIssue({ owner: 'acme', repo: 'rocket', number })).toMatchObject([
      { state: 'active' },
    ])
  })
})

describe('a comment', () => {
  it.each([
    ['/lockstep link AB#12', { name: 'link', ticket: 'AB#12' }],
    ['  /lockstep  SYNC \nplease', { name: 'sync' }],
    ['/lockstep', { name: 'help' }],
    ['/lockstep unlink boards', { name: 'unlink', tracker: 'boards' }],
    ['/lockstep sync now', { name: 'unknown', word: 'sync' }],
    ['/lockstep link', { name: 'unknown', word: 'link' }],
    ['/locksteps sync', undefined],
    ['Try /lockstep sync', undefined],
  ])('%j is read as it is meant', (body, command) => {
    const found = parseCommand(body)
    if (command === undefined) expect(found).toBeUndefined()
    else expect(found).toMatchObject(command)
  })
})
