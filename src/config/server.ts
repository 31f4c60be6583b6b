import { z } from 'zod'
import type { RepoRef } from '../core/issue.ts'
import { Connection, Secret } from './schema.ts'

export const SERVER_FILE = 'lockstep.server.yml'

/** What an organization may be given. */
export const features = ['issue-sync', 'people-search'] as const
export const Feature = z.enum(features)
export type Feature = z.infer<typeof Feature>

const ConnectionName = z.string().regex(/^[a-z][a-z0-9-]{0,38}$/, {
  error: 'a name of lower-case letters, digits and dashes that starts with a letter',
})

// Logins of GitHub; those of managed users hold an underscore.
const OrganizationName = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?$/, {
  error: 'the name of a GitHub organization or user',
})

const ProjectGrant = z
  .union([z.literal('any'), z.array(z.string().min(1)).min(1)])
  .describe('The projects that the organization may reach through this connection, or any.')

export const PeopleArchive = z
  .strictObject({
    repository: z.string().min(1).describe('The repository of the organization that the archive is committed to.'),
    archive: z.string().min(1).describe('The path of the sealed archive within it.'),
    key: Secret.describe('The private key that opens it, in PEM form, or the configuration of a key service as JSON.'),
    domains: z
      .array(z.string().min(1))
      .default([])
      .describe('Domains whose addresses stay verified if the archive says so.'),
  })
  .describe('An archive of people that is imported by itself when it is pushed. The directory is that of the server.')
export type PeopleArchive = z.infer<typeof PeopleArchive>

export const Organization = z
  .strictObject({
    connections: z
      .record(ConnectionName, ProjectGrant)
      .default({})
      .describe('The connections that the repositories of this organization may name, each with its projects.'),
    features: z
      .array(Feature)
      .default([...features])
      .describe('What the organization may use; everything unless given.'),
    people: PeopleArchive.optional(),
  })
  .describe('What a GitHub organization may use.')
export type Organization = z.infer<typeof Organization>

/** The operator's file. Addresses and credentials stand here and nowhere else: a repository only names a connection. */
export const ServerConfig = z
  .strictObject({
    version: z.literal(1).describe('The version of this language.'),
    address: z
      .url({ protocol: /^https?$/, error: 'an address that starts with https:// (or http://)' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional()
      .describe('Where people and trackers reach this server, such as https://lockstep.example.com.'),
    connections: z.record(ConnectionName, Connection).default({}).describe('The trackers, by names of your choice.'),
    organizations: z
      .record(OrganizationName, Organization)
      .default({})
      .describe('The GitHub organizations (or users) that may use this server.'),
  })
  .describe('Lockstep as a server: which trackers there are, and who may use them.')
export type ServerConfig = z.infer<typeof ServerConfig>

/** The entry of an organization; names are compared without letter case, as GitHub does. */
export function findOrganization({ organizations }: ServerConfig, name: string): Organization | undefined {
  const wanted = name.toLowerCase()
  return Object.entries(organizations).find(([known]) => known.toLowerCase() === wanted)?.[1]
}

/** The archive in this repository, where the operator names one. */
export function findArchive(server: ServerConfig, { owner, repo }: RepoRef): PeopleArchive | undefined {
  const archive = findOrganization(server, owner)?.people
  return archive?.repository.toLowerCase() === repo.toLowerCase() ? archive : undefined
}

export const hasFeature = (server: ServerConfig, organization: string, feature: Feature): boolean =>
  findOrganization(server, organization)?.features.includes(feature) ?? false

/** Whether the organization may use the connection at all. */
export function mayUse(server: ServerConfig, organization: string, connection: string): boolean {
  const granted = findOrganization(server, organization)?.connections ?? {}
  return Object.hasOwn(granted, connection) && Object.hasOwn(server.connections, connection)
}

export function mayUseProject(
  server: ServerConfig,
  organization: string,
  place: { readonly connection: string; readonly project: string },
): boolean {
  if (!mayUse(server, organization, place.connection)) return false
  const grant = findOrganization(server, organization)?.connections[place.connection]
  // Names of Azure's projects are the same in small letters and in capitals; keys of Jira have only capitals.
  const wanted = place.project.toLowerCase()
  return grant === 'any' || grant?.some((project) => project.toLowerCase() === wanted) === true
}

/** The organizations whose repositories may have tickets behind this connection. */
export const organizationsOf = (server: ServerConfig, connection: string): readonly string[] =>
  Object.keys(server.organizations).filter((organization) => mayUse(server, organization, connection))

export const connectionsOf = (server: ServerConfig, organization: string): Readonly<Record<string, Connection>> =>
  Object.fromEntries(Object.entries(server.connections).filter(([name]) => mayUse(server, organization, name)))

/** The projects that are named for a connection: its own, and those of the organizations. */
export function projectsOf(server: ServerConfig, connection: string): readonly string[] {
  const own = server.connections[connection]?.project
  const granted = Object.values(server.organizations).flatMap(({ connections }) => {
    const grant = connections[connection]
    return grant === undefined || grant === 'any' ? [] : grant
  })
  return [...new Set([...(own === undefined ? [] : [own]), ...granted])]
}
