interface Explanation {
  /** Over `file difference`: a `-` key is only in the recording, a `+` key only in the sandbox. */
  readonly where: RegExp
  readonly reason: string
}

const early = /(?:jira-ruby|jrjc)__/.source
const cloud = /(?:sentry\/jira-|webhook-issue-)/.source

export const explanations: readonly Explanation[] = [
  { where: /\+\S*avatarUrls\.(?:24x24|32x32)$/, reason: 'avatars came in two sizes before Jira 6' },
  {
    where: new RegExp(`${early}.*\\+\\S*\\.?(?:key|timeZone)$`),
    reason: 'people had no key before Jira 6 and no zone in short form',
  },
  { where: /\+\S*avatarId$/, reason: 'issue types had fixed icons; recent ones have avatars' },
  { where: /\+\S*projectTypeKey$/, reason: 'project types came with Jira 7, in issues with 8' },
  { where: /\+(?:\[\]\.)?archived$/, reason: 'archiving came with 7.10' },
  { where: /\+(?:(?:projects)?\[\]\.)?expand$/, reason: 'newer lists of projects say what can be expanded' },
  {
    where: new RegExp(`${early}.*\\+\\S*fields\\.(?:creator|lastViewed|status\\.statusCategory)$`),
    reason: 'newer than Jira 5',
  },
  { where: /\+(?:names|schema)\.(?:creator|lastViewed)$/, reason: 'newer than Jira 5' },
  { where: /subtasks-5 \+/, reason: 'time tracking and logging work are switched off on the recorded server' },
  {
    where: /-schema\.(?:comment|votes|watches)\.items$/,
    reason: 'Jira 5 called these arrays; the page type came later',
  },
  { where: /jrjc__issue__\S+ -transitions$/, reason: 'Jira 5 gave a link to the transitions; now they are expanded' },
  { where: /-\S*components\[\]\.description$/, reason: 'given only where a component has one' },
  {
    where: /SAMPLEPROJECT\.issues \+issues\[\]\.fields\.(?:attachment|timetracking|worklog)$/,
    reason: 'asked for with other fields',
  },
  {
    where: /attachments__10000 -(?:properties|thumbnail)$/,
    reason: 'properties are gone; thumbnails are made of images, and not modelled',
  },
  {
    where: /\+(?:lead|author)\.(?:emailAddress|timeZone|key|active|avatarUrls)$/,
    reason: 'the short form of people carried less',
  },
  { where: /project__SAMPLEPROJECT \+description$/, reason: 'given always by newer servers' },
  {
    where: /component__10000 -(?:assignee|lead|realAssignee|description)$/,
    reason: 'the sandbox has no component leads',
  },
  {
    where: /component__10000 \+(?:archived|deleted|project|projectId)$/,
    reason: 'newer than Jira 5; in the description of 10.3 or recorded by go-jira',
  },
  {
    where: /version__10000 (?:\+projectId|-description)$/,
    reason: 'projectId is newer; a description is given where there is one',
  },
  { where: /resolution(?:__1)? -(?:\[\]\.)?iconUrl$/, reason: 'resolutions have had no icon since Jira 7' },
  { where: /all_fields -\[\]\.key$/, reason: 'Cloud only' },
  {
    where: /all_issuelinktypes : array is object$/,
    reason: 'recorded without its envelope, which jira-ruby and the description have',
  },
  {
    where: /project\S* -(?:\[\]\.)?(?:projectCategory|url|roles\.\S+|roles\.\S+ \S+(?: \S+)?)$/,
    reason: 'what the recorded installation has set up',
  },
  {
    where: /project\S* -versions\[\]\.(?:releaseDate|userReleaseDate|description)$/,
    reason: 'given where a version has one',
  },
  {
    where: /createmeta__valid-with-fields-expanded \+\S*\.(?:fieldId|hasDefaultValue|defaultValue)$/,
    reason: 'newer than Jira 5',
  },
  {
    where: /createmeta__valid-with-fields-expanded \+\S*\.fields\.(?:issuelinks|reporter\S*|project\.name)$/,
    reason: 'screens are set up differently',
  },
  { where: /createmeta__valid-with-fields-expanded -\S*\.fields\.\S+$/, reason: 'screens are set up differently' },
  { where: /jrjc__error__valid \+errors\.summary$/, reason: 'another field is wrong' },
  { where: /jrjc__project__valid \S+: number is string$/, reason: 'ids were numbers before Jira 5' },
  { where: /jrjc__(?:issueType|priority|project)__\S+ \+/, reason: 'Jira 4 said less' },
  {
    where: /jrjc__serverInfo__valid \+(?:databaseBuildNumber|deploymentType|versionNumbers)$/,
    reason: 'newer than Jira 4',
  },
  {
    where: /jrjc__user__valid-5\.0 (?:\+(?:applicationRoles|deleted|key|locale)|-id)$/,
    reason: 'as the description of 10.3 has it',
  },
  { where: /jrjc__users__valid (?:\+\[\]|-\[\]\.avatarUrl)/, reason: 'Jira 4 had one avatar and said less' },
  { where: /jrjc__watcher__\S+ \+watchers\[\]/, reason: 'Jira 4 said less' },
  { where: /mypermission__valid \+permissions\.\S+\.(?:type|deprecatedKey)$/, reason: 'newer than the recording' },
  { where: /mypermission__valid \+permissions\.[A-Z_]+$/, reason: 'the keys of Jira 7 beside the old ones' },
  {
    where: /mypermission__valid -permissions\.[A-Z_]+$/,
    reason: 'permissions the sandbox does not model: work logs, votes, security levels, filters, attachments of others',
  },
  {
    where: new RegExp(
      `${cloud}.*-\\S*\\b(?:accountId|accountType|simplified|untranslatedName|security|statuscategorychangedate)$`,
    ),
    reason: 'Cloud only, or a security scheme that is not modelled',
  },
  { where: /transition_response -transitions\[\]\.(?:hasScreen|is\w+)$/, reason: 'Cloud only' },
  {
    where: /transition_response \+transitions\[\]\.(?:description|opsbarSequence)$/,
    reason: 'Server 9 and later, by the description',
  },
  { where: /issue_fields_response [+-]values\[\]\.allowedValues/, reason: 'other fields with other values' },
  { where: /get_issue_response \+changelog$/, reason: 'asked for here' },
  { where: /sentry\/jira-(?:server|stubs)\/\S+ \+(?:\[\]\.)?\w+$/, reason: 'a stub with only what its test reads' },
  {
    where:
      /webhook-server-issue-updated-(?:closed|in-progress) -issue\.fields\.(?:timetracking|aggregateprogress|progress)\./,
    reason: 'work had been logged, which is not modelled',
  },
  {
    where: /webhook-issue-\S+ \+issue\.fields\.(?:comment|worklog|aggregatetimespent)$/,
    reason: 'Cloud leaves them out',
  },
  { where: /webhook-issue-updated-\S+ -changelog\.items\[\]\.fieldId$/, reason: 'the recordings of Server have none' },
  {
    where: /webhook-issue-created -changelog$/,
    reason: 'Cloud tells of the creation as changes from nothing; no recording of Server shows it',
  },
]

export const usedExplanations = new Set<Explanation>()

/** The differences nobody has given a reason for. */
export const explain = (file: string, found: readonly string[]): string[] =>
  found.filter((difference) => {
    const explanation = explanations.find(({ where }) => where.test(`${file} ${difference}`))
    if (explanation !== undefined) usedExplanations.add(explanation)
    return explanation === undefined
  })

const leftOut: readonly Explanation[] = [
  { where: /jira-ruby__issue$|createmeta__fieldsinfo/, reason: 'the same shape as one compared' },
  { where: /mattermost__webhook-cloud/, reason: 'Cloud' },
  { where: /mattermost__webhook-server-old/, reason: 'Jira 7.0, without event type names' },
  {
    where: /mattermost__webhook-issue-created-|mattermost__webhook-issue-updated-(?:attachments|rank|sprint|started)/,
    reason: 'Cloud, and no other shape than those compared',
  },
  { where: /mattermost__server-get/, reason: 'edited by hand for the test it comes from' },
  { where: /jrjc__field__/, reason: 'Jira 4.4, when fields had another shape' },
  { where: /worklog/, reason: 'logging work is not modelled' },
  {
    where: /jira-ruby__(?:component|version)(?:__10000\.put|\.post)/,
    reason: 'components and versions are read here, not written',
  },
  { where: /jira-ruby__field__1$/, reason: 'no such resource on Server' },
  { where: /jrjc__(?:group|groups|version|transition|comment)__/, reason: 'fragments, or the shape of Jira 4.4' },
  {
    where:
      /jrjc__\w+__valid-(?:without-id|no-|generated)|jrjc__version__valid2|without-id|project-no-url|project__basic/,
    reason: 'made up to test a parser',
  },
  {
    where:
      /jrjc__(?:issue__(?:valid|issue-with)|issueLinks|issueType__complete|priority__complete|error__valid3|status__valid$|user__valid$|watcher__basic|loginInfo__valid-no)/,
    reason: 'the same shape as one compared, or older',
  },
  { where: /go-jira__component_get$/, reason: 'with lead and assignee, which the sandbox does not have' },
  {
    where: /jira-stubs\/(?:edit_issue|changelog_missing|createmeta_response|fetch_issue|user\b|user_search)/,
    reason: 'fragments with only what their test reads, or Cloud',
  },
  { where: /jira-server\/(?:webhook_assignee|example_payload)/, reason: 'fragments with only what their test reads' },
]

export const notCompared = (file: string): string | undefined => leftOut.find(({ where }) => where.test(file))?.reason
