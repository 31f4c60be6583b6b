/**
 * The models that may stand in an archive, by the scope its writer gives them, and the ones Lockstep keeps. A model in
 * none of these lists is an error: a typo or a newer format, never something to drop without a word.
 */
export type ModelScope = 'user' | 'organization' | 'config' | 'global' | 'excluded'

/** What an import asks for: people alone, or organizations with their people, environments and releases. */
export type ImportScope = 'user' | 'organization'

const userModels = 'sentry: user email useremail useroption'

const organizationModels = `
  sentry: alertrule alertruleactivationcondition alertruleactivity alertruleexcludedprojects alertruleprojects
    alertruletrigger alertruletriggerexclusion counter customdynamicsamplingrule customdynamicsamplingruleproject
    dashboard dashboardfavoriteuser dashboardpermissions dashboardpermissionsteam dashboardtombstone dashboardwidget
    dashboardwidgetquery dashboardwidgetqueryondemand datasecrecywaiver environment environmentproject groupsearchview
    monitor neglectedrule notificationaction notificationactionproject organization organizationaccessrequest
    organizationmember organizationmemberteam organizationoption orgauthtoken project projectbookmark projectkey
    projectoption projectownership projectredirect projectteam projecttemplate projecttemplateoption querysubscription
    recentsearch rule ruleactivity rulesnooze savedsearch snubaquery snubaqueryeventtype team
  workflow_engine: alertruledetector alertruletriggerdatacondition alertruleworkflow datacondition dataconditiongroup
    datasource datasourcedetector detector detectorworkflow workflow workflowdataconditiongroup workflowgroupstatus`

const configModels = `
  sentry: apiauthorization apitoken controloption option relay relayusage userpermission userrole userroleuser`

const globalModels = `
  sentry: alertruletriggeraction apiapplication apigrant apikey authenticator authidentity authprovider incident
    incidentactivity incidentsnapshot incidenttrigger integration organizationintegration pendingincidentsnapshot
    projectintegration repository sentryapp sentryappcomponent sentryappinstallation servicehook timeseriessnapshot
    userip`

const excludedModels = `
  feedback: feedback
  flags: flagauditlogmodel flagwebhooksigningsecretmodel
  hybridcloud: apikeyreplica apitokenreplica controlcacheversion externalactorreplica
    organizationslugreservationreplica orgauthtokenreplica regioncacheversion webhookpayload
  nodestore: node
  replays: replayrecordingsegment
  sentry: activity actor alertruleactivations appconnectbuild artifactbundle artifactbundleflatfileindex
    artifactbundleindex assistantactivity auditlogentry authidentityreplica authproviderdefaultteams
    authproviderreplica broadcast broadcastseen commit commitauthor commitfilechange controlfile controlfileblob
    controlfileblobindex controlfileblobowner controlimportchunk controlimportchunkreplica controloutbox
    controltombstone dashboardproject debugidartifactbundle deletedorganization deletedproject deletedteam deploy
    discoversavedquery discoversavedqueryproject distribution docintegration docintegrationavatar eventattachment
    eventprocessingissue eventuser exporteddata exporteddatablob externalactor externalissue featureadoption file
    fileblob fileblobindex fileblobowner flatfileindexstate group groupassignee groupbookmark groupcommitresolution
    groupemailthread groupenvironment grouphash grouphashmetadata grouphistory groupinbox grouplink groupmeta
    groupowner groupredirect grouprelease groupresolution grouprulestatus groupseen groupshare groupsnooze
    groupsubscription grouptombstone identity identityprovider incidentproject incidentseen incidentsubscription
    integrationexternalproject integrationfeature latestappconnectbuildscheck latestreporeleaseenvironment
    lostpasswordhash metricskeyindexer monitorcheckin monitorenvbrokendetection monitorenvironment monitorincident
    monitorlocation notificationmessage notificationsetting notificationsettingoption notificationsettingprovider
    organizationavatar organizationmapping organizationmembermapping organizationmemberteamreplica
    organizationonboardingtask organizationslugreservation perfstringindexer platformexternalissue processingissue
    proguardartifactrelease projectartifactbundle projectavatar projectcodeowners projectdebugfile projectplatform
    projecttransactionthreshold projecttransactionthresholdoverride promptsactivity pullrequest pullrequestcomment
    pullrequestcommit rawevent regionimportchunk regionoutbox regionscheduleddeletion regiontombstone regressiongroup
    release releaseactivity releaseartifactbundle releasecommit releaseenvironment releasefile releaseheadcommit
    releaseproject releaseprojectenvironment releasethreshold relocation relocationfile relocationvalidation
    relocationvalidationattempt reprocessingreport repositoryprojectpathconfig rollbackorganization rollbackuser
    rulefirehistory scheduleddeletion sentryappavatar sentryappinstallationforprovider sentryappinstallationtoken
    sentryfunction sentryshot servicehookproject stringindexer teamavatar teamkeytransaction teamreplica useravatar
    userreport
  sessions: session
  sites: site
  social_auth: usersocialauth
  tempest: tempestcredentials
  uptime: projectuptimesubscription uptimesubscription uptimesubscriptionregion
  workflow_engine: action actiongroupstatus dataconditiongroupaction detectorstate`

const scopes: ReadonlyMap<string, ModelScope> = new Map([
  ...list(userModels, 'user'),
  ...list(organizationModels, 'organization'),
  ...list(configModels, 'config'),
  ...list(globalModels, 'global'),
  ...list(excludedModels, 'excluded'),
])

export const findModelScope = (model: string): ModelScope | undefined => scopes.get(model)

function* list(text: string, scope: ModelScope): Generator<[string, ModelScope]> {
  let app = ''
  for (const word of text.trim().split(/\s+/)) {
    if (word.endsWith(':')) app = word.slice(0, -1)
    else yield [`${app}.${word}`, scope]
  }
}
