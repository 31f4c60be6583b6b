import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeWithData, readSharedJson, sharedDataPath } from '../../shared-data.ts'
import { newIssue, searchFor, withJira, withListener } from './asking.ts'
import type { Ask } from './asking.ts'
import { explain, explanations, notCompared, usedExplanations } from './conformance-reasons.ts'
import { differences } from './shape.ts'
import type { JiraServer } from '../../../sandbox/jira/server.ts'

interface Scene {
  readonly ask: Ask
  readonly jira: JiraServer
}

type Question = (scene: Scene) => Promise<unknown>

const get =
  (path: string): Question =>
  async ({ ask }) =>
    (await ask(path)).body

const comment = async ({ ask }: Scene) => (await ask('POST issue/PLAT-1/comment', { body: { body: 'Said' } })).body

async function attach({ ask }: Scene): Promise<string> {
  const form = new FormData()
  form.append('file', new Blob(['text']), 'note.txt')
  const { body } = await ask('POST issue/PLAT-1/attachments', {
    body: form,
    headers: { 'x-atlassian-token': 'no-check' },
  })
  return body[0].id
}

async function fullIssue(scene: Scene, expand = ''): Promise<unknown> {
  await comment(scene)
  await scene.ask('PUT issue/PLAT-1', {
    body: { fields: { components: [{ name: 'api' }], fixVersions: [{ name: '1.0' }], summary: 'Changed' } },
  })
  return (await scene.ask(`issue/PLAT-1?expand=${expand}`)).body
}

/** The same question to the sandbox as the one a recording answers. */
const questions: Readonly<Record<string, Question>> = {
  'jira/responses/jira-ruby__issue__10002': (scene) => fullIssue(scene),
  'jira/responses/jira-ruby__issue.post': async ({ ask }) => (await ask('POST issue', { body: newIssue() })).body,
  'jira/responses/jira-ruby__issue__10002.put.missing_field_update': async ({ ask }) =>
    (await ask('PUT issue/PLAT-1', { body: {} })).body,
  'jira/responses/jira-ruby__issue__10002__comment': async (scene) => {
    await comment(scene)
    return (await scene.ask('issue/PLAT-1/comment')).body
  },
  'jira/responses/jira-ruby__issue__10002__comment.post': comment,
  'jira/responses/jira-ruby__issue__10002__comment__10000': async (scene) =>
    (await scene.ask(`issue/PLAT-1/comment/${(await comment(scene)).id}`)).body,
  'jira/responses/jira-ruby__issue__10002__properties': async ({ ask }) => {
    await ask('PUT issue/PLAT-1/properties/foo', { body: '"bar"', headers: { 'content-type': 'application/json' } })
    return (await ask('issue/PLAT-1/properties')).body
  },
  'jira/responses/jira-ruby__issue__10002__properties__foo': async ({ ask }) => {
    await ask('PUT issue/PLAT-1/properties/foo', { body: '"bar"', headers: { 'content-type': 'application/json' } })
    return (await ask('issue/PLAT-1/properties/foo')).body
  },
  'jira/responses/jira-ruby__issue__10002__attachments__10000': async (scene) =>
    (await scene.ask(`attachment/${await attach(scene)}`)).body,
  'jira/responses/jira-ruby__project': get('project'),
  'jira/responses/jira-ruby__project__SAMPLEPROJECT': get('project/PLAT'),
  'jira/responses/jira-ruby__project__SAMPLEPROJECT.issues': get(searchFor('project = PLAT', '&fields=*all,-comment')),
  'jira/responses/jira-ruby__empty_issues': get(searchFor('labels = nothing')),
  'jira/responses/jira-ruby__component__10000': async ({ ask, jira }) => {
    const { id } = jira.acts.addComponent({ project: 'PLAT', name: 'Jammy' })
    return (await ask(`component/${id}`)).body
  },
  'jira/responses/jira-ruby__version__10000': async ({ ask, jira }) => {
    const { id } = jira.acts.addVersion({ project: 'PLAT', name: '2.0', releaseDate: '2026-03-01' })
    return (await ask(`version/${id}`)).body
  },
  'jira/responses/jira-ruby__field': get('field'),
  'jira/responses/jira-ruby__issuetype': get('issuetype'),
  'jira/responses/jira-ruby__issuetype__5': get('issuetype/10003'),
  'jira/responses/jira-ruby__issueLinkType': get('issueLinkType'),
  'jira/responses/jira-ruby__issueLinkType__10000': get('issueLinkType/10000'),
  'jira/responses/jira-ruby__priority': get('priority'),
  'jira/responses/jira-ruby__priority__1': get('priority/1'),
  'jira/responses/jira-ruby__resolution': get('resolution'),
  'jira/responses/jira-ruby__resolution__1': get('resolution/10000'),
  'jira/responses/jira-ruby__status': get('status'),
  'jira/responses/jira-ruby__status__1': get('status/1'),
  'jira/responses/jira-ruby__statuscategory': get('statuscategory'),
  'jira/responses/jira-ruby__statuscategory__1': get('statuscategory/1'),
  'jira/responses/jira-ruby__webhook': async ({ ask }) => {
    await ask('POST /rest/webhooks/1.0/webhook', { body: { name: 'from API', url: 'http://127.0.0.1:9/', events: [] } })
    return (await ask('/rest/webhooks/1.0/webhook')).body
  },
  'jira/responses/go-jira__all_fields': get('field'),
  'jira/responses/go-jira__all_issuelinktypes': get('issueLinkType'),
  'jira/responses/go-jira__all_priorities': get('priority'),
  'jira/responses/go-jira__all_projects': get('project'),
  'jira/responses/go-jira__all_statuscategories': get('statuscategory'),
  'jira/responses/go-jira__all_statuses': get('status'),
  'jira/responses/go-jira__project': get('project/PLAT'),
  'jira/responses/jrjc__createmeta__valid': get('issue/createmeta'),
  'jira/responses/jrjc__createmeta__valid-with-fields-expanded': get(
    'issue/createmeta?expand=projects.issuetypes.fields&issuetypeNames=Task',
  ),
  'jira/responses/jrjc__error__valid': async ({ ask }) =>
    (await ask('POST issue', { body: newIssue({ summary: '' }) })).body,
  'jira/responses/jrjc__issueType__valid': get('issuetype/10002'),
  'jira/responses/jrjc__issue__valid-5.0-with-changelog': (scene) => fullIssue(scene, 'changelog,names,schema'),
  'jira/responses/jrjc__issue__subtasks-5': async (scene) => {
    scene.jira.acts.createIssue({ project: 'PLAT', summary: 'Below', parent: 'PLAT-1' })
    return (await scene.ask('issue/PLAT-1?expand=names,schema')).body
  },
  'jira/responses/jrjc__mypermission__valid': get('mypermissions?issueKey=PLAT-1'),
  'jira/responses/jrjc__priority__valid': get('priority/3'),
  'jira/responses/jrjc__project__projects': get('project'),
  'jira/responses/jrjc__project__valid': get('project/PLAT'),
  'jira/responses/jrjc__resolution__valid': get('resolution/10000'),
  'jira/responses/jrjc__serverInfo__valid': get('serverInfo'),
  'jira/responses/jrjc__session__valid': async ({ ask }) => {
    await ask('myself', { as: 'ada:wrong' })
    return (await ask('/rest/auth/1/session', { as: 'ada:ada' })).body
  },
  'jira/responses/jrjc__sessionCookie__valid': async ({ ask }) =>
    (await ask('POST /rest/auth/1/session', { body: { username: 'ada', password: 'ada' }, as: null })).body.session,
  'jira/responses/jrjc__loginInfo__valid': async ({ ask }) => {
    await ask('myself', { as: 'ada:wrong' })
    return (await ask('POST /rest/auth/1/session', { body: { username: 'ada', password: 'ada' }, as: null })).body
      .loginInfo
  },
  'jira/responses/jrjc__status__validStatusCategory': get('status/1'),
  'jira/responses/jrjc__user__valid-5.0': get('user?username=ada'),
  'jira/responses/jrjc__users__valid': get('user/search?username=.'),
  'jira/responses/jrjc__watcher__complete-valid': async ({ ask }) => {
    await ask('POST issue/PLAT-1/watchers', { body: '"ada"', headers: { 'content-type': 'application/json' } })
    return (await ask('issue/PLAT-1/watchers')).body
  },
  'sentry/jira-stubs/get_issue_response': (scene) => fullIssue(scene, 'changelog'),
  'sentry/jira-stubs/issue_types_response': get('issue/createmeta/PLAT/issuetypes'),
  'sentry/jira-stubs/issue_fields_response': get('issue/createmeta/PLAT/issuetypes/10002'),
  'sentry/jira-stubs/priorities_response': get('priority'),
  'sentry/jira-stubs/project_list_response': get('project'),
  'sentry/jira-stubs/search_response': get(
    searchFor('project = PLAT AND Foo = splat', '&fields=summary&validateQuery=warn'),
  ),
  'sentry/jira-stubs/status_response': get('status'),
  'sentry/jira-stubs/transition_response': get('issue/PLAT-1/transitions'),
  'sentry/jira-stubs/versions_response': get('project/PLAT/versions'),
  'sentry/jira-stubs/jira_server_user': get('user?username=ada'),
  'sentry/jira-server/example_user_search_response': get('user/assignable/search?project=PLAT&username=ada'),
  'sentry/jira-server/assignable_two_no_email': async ({ ask, jira }) => {
    jira.acts.set({ emailVisibility: 'HIDDEN' })
    return (await ask('user/assignable/search?project=PLAT&username=')).body
  },
  'sentry/jira-server/example_issue_search': get(searchFor('Foo = splat', '&fields=summary&validateQuery=warn')),
  'sentry/jira-server/projects': get('project'),
  'sentry/jira-server/projects_three': get('project'),
}

type Act = (acts: JiraServer['acts']) => void

const said = (acts: JiraServer['acts']) => acts.comment({ issue: 'OPS-1', body: 'Said' })

/** The act a recorded webhook tells of, and which of the deliveries it is. */
const deliveries: Readonly<Record<string, readonly [act: Act, webhookEvent: string]>> = {
  'webhook-server-comment-created': [said, 'comment_created'],
  'webhook-server-issue-updated-commented-1': [said, 'jira:issue_updated'],
  'webhook-server-issue-updated-commented-3': [said, 'jira:issue_updated'],
  'webhook-server-issue-updated-commented-mention-user': [said, 'jira:issue_updated'],
  'webhook-server-issue-updated-in-progress': [
    (acts) => acts.transition({ issue: 'OPS-1', transition: 'Start Progress' }),
    'jira:issue_updated',
  ],
  'webhook-server-issue-updated-closed': [
    (acts) => acts.transition({ issue: 'OPS-2', transition: 'Close Issue' }),
    'jira:issue_updated',
  ],
  'webhook-server-updated-custom-field': [
    (acts) => acts.edit({ issue: 'OPS-1', fields: { customfield_10106: 3 } }),
    'jira:issue_updated',
  ],
  'webhook-issue-updated-assigned': [(acts) => acts.assign({ issue: 'OPS-1', to: 'ada' }), 'jira:issue_updated'],
  'webhook-issue-updated-edited': [
    (acts) => acts.edit({ issue: 'OPS-1', fields: { description: 'New' } }),
    'jira:issue_updated',
  ],
  'webhook-issue-updated-lowered-priority': [
    (acts) => acts.edit({ issue: 'OPS-1', fields: { priority: { name: 'Low' } } }),
    'jira:issue_updated',
  ],
  'webhook-issue-updated-issue-type': [
    (acts) => acts.edit({ issue: 'OPS-1', fields: { issuetype: { name: 'Bug' } } }),
    'jira:issue_updated',
  ],
  'webhook-issue-created': [(acts) => acts.createIssue({ project: 'OPS', summary: 'New' }), 'jira:issue_created'],
  'webhook-issue-deleted': [(acts) => acts.deleteIssue({ issue: 'OPS-1' }), 'jira:issue_deleted'],
}

describeWithData('the recorded answers of Jira', () => {
  it.each(Object.entries(questions))('%s', async (file, question) => {
    const version = /createmeta__|webhook/.test(file) ? '8' : '10'
    const { jira, ask } = await withJira({ version })
    const ours = await question({ jira, ask })
    expect(explain(file, differences(readSharedJson(`${file}.json`), JSON.parse(JSON.stringify(ours))))).toEqual([])
  })

  it.each(Object.entries(deliveries))('mattermost %s', async (name, [act, event]) => {
    const { jira } = await withJira({ version: '9' })
    const { url, heard } = await withListener()
    jira.acts.addHook({ url })
    act(jira.acts)
    await jira.deliveries.settle()
    const recorded = readSharedJson(`jira/webhooks-and-meta/mattermost__${name}.json`) as {
      issue_event_type_name?: string
    }
    const ours = heard.find(({ body }) => body.webhookEvent === event)?.body
    expect(explain(name, differences(recorded, ours))).toEqual([])
    expect(ours.issue_event_type_name).toBe(recorded.issue_event_type_name)
  })

  it('need every explanation there is', () => {
    expect(
      explanations.filter((explanation) => !usedExplanations.has(explanation)).map(({ where }) => String(where)),
    ).toEqual([])
  })

  it('are all compared, or left out for a reason', () => {
    const folders = ['jira/responses', 'jira/webhooks-and-meta', 'sentry/jira-stubs', 'sentry/jira-server']
    const files = folders.flatMap((folder) =>
      readdirSync(sharedDataPath(folder)).map((name) => `${folder}/${name.replace('.json', '')}`),
    )
    const compared = new Set([
      ...Object.keys(questions),
      ...Object.keys(deliveries).map((name) => `jira/webhooks-and-meta/mattermost__${name}`),
    ])
    expect(files.filter((file) => !compared.has(file) && notCompared(file) === undefined)).toEqual([])
  })
})
