import { collectionUrl } from './world.ts'
import type { World } from './world.ts'

export const EVENTS = [
  'workitem.created',
  'workitem.updated',
  'workitem.commented',
  'workitem.deleted',
  'workitem.restored',
]
const VERSIONS = ['1.0', '2.0', '3.1-preview.3', '5.1-preview.3']

export function printPublisher(world: World) {
  const url = `${collectionUrl(world)}/_apis/hooks/publishers/tfs`
  return {
    id: 'tfs',
    url,
    name: 'Azure DevOps Server',
    description: 'Publishes Azure DevOps Server events',
    supportedEvents: EVENTS.map((id) => ({
      publisherId: 'tfs',
      id,
      url: `${url}/eventTypes/${id}`,
      name: `Work item ${id.slice('workitem.'.length)}`,
      description: `A work item is ${id.slice('workitem.'.length)}`,
      supportedResourceVersions: VERSIONS,
      inputDescriptors: [],
    })),
    inputDescriptors: [],
  }
}

export function printConsumer(world: World) {
  const url = `${collectionUrl(world)}/_apis/hooks/consumers/webHooks`
  return {
    id: 'webHooks',
    url,
    name: 'Web Hooks',
    description: 'Provides a way to get notified of events over HTTP',
    authenticationType: 'none',
    inputDescriptors: [],
    actions: [
      {
        id: 'httpRequest',
        consumerId: 'webHooks',
        url: `${url}/actions/httpRequest`,
        name: 'HTTP POST',
        description: 'Posts a JSON object representation of the event',
        supportedEventTypes: EVENTS,
        supportedResourceVersions: Object.fromEntries(EVENTS.map((event) => [event, VERSIONS])),
        inputDescriptors: [],
      },
    ],
  }
}
