import { printMoment, restUrl, baseUrl } from './jira.ts'
import type { Jira } from './jira.ts'
import type { Person, World } from './world.ts'

const sizes = { '48x48': '', '24x24': 'size=small&', '16x16': 'size=xsmall&', '32x32': 'size=medium&' } as const

export const avatarUrls = (jira: Jira, servlet: string, rest: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(sizes).map(([size, query]) => [size, `${baseUrl(jira)}/secure/${servlet}?${query}${rest}`]),
  )

/** `undefined` where the address is not shown to this viewer: the key is then absent. */
export function shownEmail(jira: Jira, person: Person, viewer: Person | null): string | undefined {
  const visibility = person.emailShown ?? jira.switches.emailVisibility
  if (visibility === 'HIDDEN' || (visibility === 'LOGGED_IN' && viewer === null)) return undefined
  if (visibility === 'MASKED') return person.emailAddress.replaceAll('@', ' at ').replaceAll('.', ' dot ')
  return person.emailAddress
}

/** A person as they stand inside issues, comments and webhooks. */
export function personRef(jira: Jira, key: string | null, viewer: Person | null): Record<string, unknown> | null {
  if (key === null) return null
  const person = jira.world.people.get(key)
  // Someone removed from the directory leaves only the bare name behind.
  if (person === undefined || person.deleted) return { name: person?.name ?? key, active: false }
  const emailAddress = shownEmail(jira, person, viewer)
  return {
    self: `${restUrl(jira)}/user?username=${encodeURIComponent(person.name)}`,
    name: person.name,
    key: person.key,
    ...(emailAddress === undefined ? {} : { emailAddress }),
    avatarUrls: avatarUrls(jira, 'useravatar', 'avatarId=10341'),
    displayName: person.displayName,
    active: person.active,
    timeZone: person.timeZone,
  }
}

/** A person as `user`, `user/search` and the like answer. */
export function personBean(jira: Jira, person: Person, viewer: Person | null): Record<string, unknown> {
  return {
    ...personRef(jira, person.key, viewer),
    ...(person.deleted
      ? {
          self: `${restUrl(jira)}/user?username=${encodeURIComponent(person.name)}`,
          key: person.key,
          displayName: person.displayName,
        }
      : {}),
    deleted: person.deleted,
    locale: person.locale,
    ...(jira.version === '8' || person.previousLogin === null
      ? {}
      : { lastLoginTime: printMoment(jira, person.previousLogin) }),
  }
}

/** With the expandable parts that only `user` and `myself` carry. */
export function fullPersonBean(
  jira: Jira,
  {
    person,
    viewer,
    expand,
  }: { readonly person: Person; readonly viewer: Person | null; readonly expand: readonly string[] },
): Record<string, unknown> {
  const groups = person.groups.map((name) => ({
    name,
    self: `${restUrl(jira)}/group?groupname=${encodeURIComponent(name)}`,
  }))
  return {
    ...personBean(jira, person, viewer),
    groups: { size: groups.length, items: expand.includes('groups') ? groups : [] },
    applicationRoles: {
      size: 1,
      items: expand.includes('applicationRoles') ? [{ key: 'jira-software', name: 'Jira Software' }] : [],
    },
    expand: 'groups,applicationRoles',
  }
}

const words = (text: string): string[] => text.toLowerCase().split(/[\s@._-]+/)

/** By the start of the name, of the address, or of a word in the displayed name. */
export function matchesPerson(jira: Jira, person: Person, query: string): boolean {
  if (query === '.' || query === '') return true
  const wanted = query.toLowerCase()
  const starts = (text: string) =>
    text.toLowerCase().startsWith(wanted) || words(text).some((word) => word.startsWith(wanted))
  if (starts(person.name) || starts(person.displayName)) return true
  const hidden = (person.emailShown ?? jira.switches.emailVisibility) === 'HIDDEN'
  return (!hidden || jira.switches.searchHiddenMail) && starts(person.emailAddress)
}

export const peopleByName = (world: World): Person[] =>
  [...world.people.values()].filter((person) => !person.deleted).sort((a, b) => (a.name < b.name ? -1 : 1))
