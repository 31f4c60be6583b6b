import type { Stage } from '../kit/server.ts'
import type { FieldSet } from './fields.ts'
import type { ProcessName, WorkItemType } from './processes.ts'
import type { Switches, Version } from './switches.ts'

export interface Person {
  readonly id: string
  displayName: string
  /** May be empty (service identities) and may differ from the principal name. */
  mail: string
  principalName: string
  /** `DOMAIN\user`, the unique name on a Server. */
  account: string
  readonly origin: 'aad' | 'msa' | 'ad' | 'vsts'
  readonly originId: string
  readonly descriptor: string
  readonly domain: string
  readonly service: boolean
  license: 'express' | 'stakeholder' | 'advanced'
  /** Was added to the organization; a mere directory account was not. */
  member: boolean
  /** Still has access. */
  active: boolean
}

export interface Token {
  readonly person: Person
  /** `all` or `vso.…` scopes. */
  readonly scopes: readonly string[]
  readonly expires: Date | null
}

export interface ClassificationNode {
  readonly id: number
  readonly identifier: string
  name: string
  readonly children: ClassificationNode[]
  attributes: { readonly startDate?: string; readonly finishDate?: string } | null
}

export interface Project {
  readonly id: string
  name: string
  description: string
  state: 'wellFormed' | 'createPending' | 'deleting' | 'new'
  visibility: 'private' | 'public'
  revision: number
  lastUpdateTime: string
  readonly process: ProcessName
  readonly teamId: string
  readonly types: Map<string, WorkItemType>
  readonly areas: ClassificationNode
  readonly iterations: ClassificationNode
}

export type FieldValue = string | number | boolean | Person
export type Fields = Readonly<Record<string, FieldValue>>

export interface Relation {
  readonly rel: string
  /** Absolute for the outside world; links between work items carry their target instead. */
  readonly url: string
  readonly target: number | null
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface Revision {
  readonly rev: number
  readonly watermark: number
  readonly changedDate: string
  readonly changedBy: Person
  readonly fields: Fields
  readonly markdown: ReadonlySet<string>
  readonly commentCount: number
  readonly comment: { readonly id: number; readonly version: number } | null
  /** Nothing but the discussion moved. */
  readonly discussionOnly: boolean
  readonly deleted: boolean
}

export interface Change {
  readonly oldValue?: FieldValue
  readonly newValue?: FieldValue
}

export interface Update {
  readonly id: number
  readonly rev: number
  readonly by: Person
  readonly at: string
  /** It made the revision it names; otherwise only links moved. */
  readonly revised: boolean
  readonly added: readonly Relation[]
  readonly removed: readonly Relation[]
  readonly changed: readonly Relation[]
}

export interface CommentVersion {
  readonly version: number
  readonly text: string
  readonly format: 'html' | 'markdown'
  readonly modifiedBy: Person
  readonly modifiedDate: string
  readonly deleted: boolean
}

export interface Comment {
  readonly id: number
  readonly itemId: number
  readonly createdBy: Person
  readonly createdDate: string
  /** The revision that carries it; the old comments API knows nothing else. */
  readonly createdInRev: number
  readonly versions: CommentVersion[]
  /** Who reacted, by type of reaction. */
  readonly reactions: Map<string, Set<Person>>
}

export interface Item {
  readonly id: number
  project: Project
  readonly revisions: Revision[]
  readonly updates: Update[]
  readonly comments: Comment[]
  relations: Relation[]
  deleted: { readonly at: string; readonly by: Person } | null
  /** Nobody but its hider may know that it exists. */
  hidden: boolean
}

export interface LinkEvent {
  readonly watermark: number
  readonly rel: string
  readonly source: Item
  readonly target: Item
  readonly at: string
  readonly by: Person
  readonly active: boolean
  readonly comment: string
}

export interface FeedEntry {
  readonly item: Item
  readonly revision: Revision
}

export interface Subscription {
  readonly id: string
  status: 'enabled' | 'onProbation' | 'disabledByUser' | 'disabledBySystem' | 'disabledByInactiveIdentity'
  publisherId: string
  eventType: string
  resourceVersion: string
  consumerId: string
  consumerActionId: string
  publisherInputs: Record<string, string>
  consumerInputs: Record<string, string>
  readonly createdBy: Person
  readonly createdDate: string
  modifiedBy: Person
  modifiedDate: string
  failures: number
  readonly notifications: Record<string, unknown>[]
}

export interface Tag {
  readonly id: string
  name: string
  lastUpdated: string
}

export interface Attachment {
  readonly id: string
  readonly name: string
  readonly bytes: Buffer
}

export interface World {
  readonly stage: Stage
  readonly version: Version
  readonly switches: Switches
  readonly fields: FieldSet
  org: string
  collectionId: string
  readonly people: Map<string, Person>
  readonly tokens: Map<string, Token>
  /** Applications that may sign in at the stand-in for Entra, by client id. */
  readonly apps: Map<string, { readonly secret: string; readonly person: Person }>
  readonly projects: Map<string, Project>
  readonly items: Map<number, Item>
  /** Every revision of every item in the order of their watermarks. */
  readonly feed: FeedEntry[]
  readonly linkFeed: LinkEvent[]
  readonly tags: Map<string, Tag>
  readonly attachments: Map<string, Attachment>
  readonly subscriptions: Map<string, Subscription>
  readonly operations: Map<string, { polls: number; readonly status: 'succeeded' | 'failed' }>
  /** Who acts when nobody is named. */
  owner: Person
  nextItemId: number
  nextCommentId: number
  nextNodeId: number
  nextNotificationId: number
  watermark: number
  /** Units used per caller since the start of the present window. */
  readonly usage: Map<string, { since: number; units: number }>
}

export const isPerson = (value: unknown): value is Person =>
  typeof value === 'object' && value !== null && 'principalName' in value

/** `http://127.0.0.1:port/contoso` or `…/tfs/DefaultCollection`. */
export function collectionUrl(world: World): string {
  return `${world.stage.url()}${world.version === 'services' ? '' : '/tfs'}/${world.org}`
}

/** Where identities and graph live: another host in reality, another path here. */
export function identityUrl(world: World): string {
  return world.version === 'services' ? `${world.stage.url()}/_vssps/${world.org}` : collectionUrl(world)
}

export const currentRevision = (item: Item): Revision => item.revisions[item.revisions.length - 1]!

export const now = (world: World): string => printDate(world.stage.clock.now())

/** Trailing zeros of the fraction are dropped, as .NET prints them. */
export function printDate(date: Date): string {
  return date.toISOString().replace(/\.?0+Z$/, 'Z')
}

export function findProject(world: World, nameOrId: string): Project | undefined {
  const wanted = nameOrId.toLowerCase()
  for (const project of world.projects.values()) {
    if (project.id === wanted || project.name.toLowerCase() === wanted) return project
  }
  return undefined
}
