import { readFileSync } from 'node:fs'

/**
 * The most memory that this process has held so far. Linux counts what the parent held when it started us into `maxRSS`,
 * so the kernel's own mark for this program is read where there is one.
 */
export function readPeakMegabytes(): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    if (kibibytes !== undefined) return Number(kibibytes) / 1024
  } catch {
    // Not Linux: there maxRSS is this process's own.
  }
  return process.resourceUsage().maxRSS / 1024
}
