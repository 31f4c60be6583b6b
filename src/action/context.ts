import type { Clock, Log } from '../core/ports.ts'
import type { Inputs } from './inputs.ts'
import type { Mask } from './masks.ts'
import type { Runner } from './runner.ts'
import type { Job } from './trigger.ts'

/** What every command of the Action stands on. */
export interface ActionContext {
  readonly runner: Runner
  readonly inputs: Inputs
  readonly job: Job
  /** The checked-out repository. */
  readonly cwd: string
  readonly clock: Clock
  readonly log: Log
  /** Hides values in the log of the run, in every form. */
  readonly mask: Mask
}

/** How a command ended. */
export interface Ending {
  /** Something is wrong, whether or not the run fails over it. */
  readonly failed: boolean
  readonly conflicted: boolean
  readonly cancelled?: boolean
}
