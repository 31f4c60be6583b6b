import { fingerprint } from '../../core/fingerprint.ts'
import type { Remembered } from '../../core/link.ts'
import { remember } from '../../core/remember.ts'
import type { Account } from '../../core/ticket.ts'
import { printValue } from './markup.ts'

// People of the tracker and long texts are remembered by 128 bits in hexadecimal digits.
const PRINT = /^#?[0-9a-f]{32}$/

/** A value as it is stored, in words where only its fingerprint is kept. */
export function printRemembered(field: string, value: Remembered | undefined): string {
  const text = printValue(value)
  if (PRINT.test(text)) return field === 'assignee' ? 'a person of the tracker' : 'a longer text'
  return text === '' ? 'nothing' : text
}

/** The same beside what stands there now: a fingerprint that fits it is as good as the text. */
export function printBeside(field: string, value: Remembered | undefined, now: string | Account | null): string {
  const text = printValue(value)
  if (!PRINT.test(text) || now === null) return printRemembered(field, value)
  if (typeof now === 'string') return remember(now) === text ? now : 'another text'
  return fingerprint(now.id) === text ? now.name : 'somebody else'
}
