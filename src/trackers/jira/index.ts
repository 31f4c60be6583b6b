import type { JiraConnection } from '../../config/schema.ts'
import type { Tracker } from '../../core/ports.ts'
import type { TrackerDeps } from '../deps.ts'

export function createJiraTracker(connection: string, _config: JiraConnection, _deps: TrackerDeps): Tracker {
  throw new Error(`${connection}: being built`)
}
