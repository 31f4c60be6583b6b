import type { Clock, Log } from './core/ports.ts'
import type { Redactor } from './redact.ts'

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

export type LogLevel = (typeof levels)[number]

interface LogOptions {
  readonly level: LogLevel
  /** One JSON object a line, or lines for people. */
  readonly json: boolean
  readonly write: (line: string) => unknown
  readonly redactor: Redactor
  readonly clock: Clock
}

type Facts = Readonly<Record<string, unknown>>

/** A log whose every line has passed the redactor. */
export function createLog({ level, json, write, redactor, clock }: LogOptions): Log {
  const from = levels.indexOf(level)
  const line =
    (own: LogLevel) =>
    (message: string, facts: Facts = {}) => {
      if (levels.indexOf(own) < from) return
      const at = clock.now().toISOString()
      const text = json
        ? JSON.stringify({ at, level: own, message, ...facts }, printable)
        : `${at.slice(11, 19)} ${own.padEnd(5)} ${message}${printFacts(facts)}`
      write(`${redactor.redact(text)}\n`)
    }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}

function printFacts(facts: Facts): string {
  const parts = Object.entries(facts)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? quote(value) : JSON.stringify(value, printable)}`)
  return parts.length === 0 ? '' : `  ${parts.join(' ')}`
}

// A line break or an escape sequence in a title must not become a line of its own in the log.
const quote = (text: string): string => (/^[\w.:/#@-]+$/.test(text) ? text : JSON.stringify(text))

function printable(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) }
}
