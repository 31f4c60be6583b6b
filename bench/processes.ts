import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** At once, as when the power goes. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
