import { collectionUrl } from './world.ts'
import type { World } from './world.ts'

/** What the Test button sends: a made-up item, number 0 in `workItemId`, and values as text. */
export function testResource(world: World, eventType: string): Record<string, unknown> {
  const base = `${collectionUrl(world)}/_apis/wit/workItems/5`
  const person = {
    id: 'e5a5f7f8-6507-4c34-b397-6c4818e002f4',
    displayName: 'Jamal Hartnett',
    url: `${collectionUrl(world)}/_apis/Identities/e5a5f7f8-6507-4c34-b397-6c4818e002f4`,
    uniqueName: 'Jamal Hartnett',
  }
  const fields = {
    'System.AreaPath': 'FabrikamCloud',
    'System.TeamProject': 'FabrikamCloud',
    'System.IterationPath': 'FabrikamCloud\\Release 1\\Sprint 1',
    'System.WorkItemType': 'Bug',
    'System.State': 'New',
    'System.Reason': 'New defect reported',
    'System.CreatedDate': '2014-07-15T17:42:44.663Z',
    'System.CreatedBy': 'Jamal Hartnett',
    'System.ChangedDate': '2014-07-15T17:42:44.663Z',
    'System.ChangedBy': 'Jamal Hartnett',
    'System.Title': 'Some great new idea!',
    'Microsoft.VSTS.Common.Severity': '3 - Medium',
  }
  const links = { self: { href: base }, workItemUpdates: { href: `${base}/updates` }, parent: { href: base } }
  if (eventType !== 'workitem.updated') {
    const said = eventType === 'workitem.commented' ? { 'System.History': 'This is a great new idea' } : {}
    return {
      id: 5,
      rev: eventType === 'workitem.created' ? 1 : 4,
      fields: { ...fields, ...said },
      _links: links,
      url: base,
    }
  }
  return {
    id: 2,
    workItemId: 0,
    rev: 2,
    revisedBy: person,
    revisedDate: '0001-01-01T00:00:00',
    fields: {
      'System.Rev': { oldValue: '1', newValue: '2' },
      'System.RevisedDate': { oldValue: '2014-07-15T17:42:44.663Z', newValue: '9999-01-01T00:00:00Z' },
      'System.State': { oldValue: 'New', newValue: 'Approved' },
      'System.Reason': { oldValue: 'New defect reported', newValue: 'Approved by the Product Owner' },
      'System.AssignedTo': { oldValue: 'unassigned', newValue: 'Jamal Hartnett' },
      'System.Watermark': { oldValue: '2', newValue: '5' },
      'Microsoft.VSTS.Common.Severity': { oldValue: '3 - Medium', newValue: '2 - High' },
    },
    _links: links,
    url: `${base}/updates/2`,
    revision: { id: 5, rev: 2, fields, url: `${base}/revisions/2` },
  }
}
