import type { Delivery } from '../kit/deliveries.ts'
import type { Stage } from '../kit/server.ts'
import { printDate } from './dates.ts'
import type { Switches } from './switches.ts'
import type { World } from './world.ts'

export type JiraVersion = '8' | '9' | '10'

/** One installation: everything its parts need to know of each other. */
export interface Jira {
  readonly version: JiraVersion
  readonly stage: Stage
  readonly switches: Switches
  readonly world: World
  /** Webhook deliveries that wait to be sent in another order. */
  readonly outbox: { readonly waiting: Delivery[]; readonly random: () => number }
}

export const releases: Readonly<Record<JiraVersion, { readonly version: string; readonly buildNumber: number }>> = {
  '8': { version: '8.20.30', buildNumber: 820_030 },
  '9': { version: '9.12.15', buildNumber: 9_120_015 },
  '10': { version: '10.3.24', buildNumber: 10_030_024 },
}

export const now = (jira: Jira): number => jira.stage.clock.now().getTime()

export const printMoment = (jira: Jira, moment: number): string => printDate(moment, jira.switches.serverZone)

/** What `self` links start with: the configured base URL, whatever address was called. */
export const baseUrl = (jira: Jira): string => jira.switches.baseUrl ?? jira.stage.url() + jira.switches.contextPath

export const restUrl = (jira: Jira): string => `${baseUrl(jira)}/rest/api/2`
