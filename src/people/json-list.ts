import { LockstepError } from '../core/errors.ts'
import { findJsonFault } from './json-fault.ts'

/**
 * Reads a JSON list of objects chunk by chunk, holding one object at a time. It only finds where an object begins and
 * ends; JSON.parse judges what is inside, so both together accept exactly what JSON.parse accepts of the whole.
 */
export interface ListReader {
  /** The objects that end within this chunk. */
  push(chunk: Uint8Array): Generator<unknown>
  /** Throws unless the list was closed. */
  end(): void
}

export interface ListLimits {
  /** Bytes of one object. */
  readonly recordBytes: number
  /** Brackets within brackets in one object. */
  readonly depth: number
}

type Place = 'start' | 'first' | 'record' | 'after' | 'next' | 'done'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

const byteOrderMark = [0xef, 0xbb, 0xbf]

export function createListReader(name: string, limits: ListLimits): ListReader {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let place: Place = 'start'
  let consumed = 0
  let count = 0
  let marks = 0
  let depth = 0
  let inString = false
  let escaped = false
  let recordStart = 0
  let recordBytes = 0
  let parts: Uint8Array[] = []

  function* push(chunk: Uint8Array): Generator<unknown> {
    let at = 0
    while (at < chunk.length) {
      if (place !== 'record') {
        place = step(chunk[at] ?? 0, consumed + at)
        if (place === 'record') recordStart = consumed + at
        else at++
        continue
      }
      const end = scan(chunk, at)
      keep(chunk.subarray(at, end))
      at = end
      if (depth > 0) continue
      const record = parse()
      place = 'after'
      count++
      yield record
    }
    consumed += chunk.length
  }

  /** Where one byte between objects leads; the brace that opens one is left to {@link scan}. */
  function step(byte: number, offset: number): Place {
    if (place === 'start' && offset === marks && byte === byteOrderMark[marks]) {
      marks++
      return place
    }
    if (marks === 1 || marks === 2) throw unexpected(byte, offset)
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return place
    if (byte === OPEN_LIST && place === 'start') return 'first'
    if (byte === OPEN_OBJECT && (place === 'first' || place === 'next')) return 'record'
    if (byte === COMMA && place === 'after') return 'next'
    if (byte === CLOSE_LIST && (place === 'first' || place === 'after')) return 'done'
    throw unexpected(byte, offset)
  }

  /** The index just after the object that is open, or the chunk's end. Works on locals: it sees every byte. */
  function scan(chunk: Uint8Array, from: number): number {
    let at = from
    let level = depth
    let quoted = inString
    let skipping = escaped
    while (at < chunk.length) {
      const byte = chunk[at++]
      if (skipping) skipping = false
      else if (quoted) {
        if (byte === QUOTE) quoted = false
        else if (byte === BACKSLASH) skipping = true
      } else if (byte === QUOTE) quoted = true
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        if (++level > limits.depth) throw tooLarge(`is nested more than ${limits.depth} levels deep`)
      } else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --level === 0) break
    }
    depth = level
    inString = quoted
    escaped = skipping
    return at
  }

  function keep(part: Uint8Array): void {
    recordBytes += part.length
    if (recordBytes > limits.recordBytes) throw tooLarge(`has more than ${limits.recordBytes} bytes`)
    parts.push(part)
  }

  function parse(): unknown {
    const bytes = takeRecord()
    let text: string
    try {
      text = decoder.decode(bytes)
    } catch {
      throw notJson(`row ${count + 1}, which begins at byte ${recordStart}, is not in UTF-8`)
    }
    try {
      return JSON.parse(text)
    } catch {
      // No cause: the parser's message quotes the text, and this text holds password hashes.
      throw malformed(text, findJsonFault(text))
    }
  }

  function takeRecord(): Uint8Array {
    const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
    parts = []
    recordBytes = 0
    return bytes
  }

  function end(): void {
    if (place === 'done') return
    if (place === 'start') throw notJson('it is empty')
    if (place === 'record') {
      const text = new TextDecoder().decode(takeRecord())
      const fault = findJsonFault(text)
      if (fault < text.length) throw malformed(text, fault)
    }
    throw new LockstepError(
      'archive-truncated',
      `${name} ends early, at byte ${consumed}, after ${count} whole rows.`,
      {
        remedy: 'Copy the archive again from where it was written, and compare the sizes.',
        details: { offset: consumed, rows: count },
      },
    )
  }

  function malformed(text: string, fault: number): LockstepError {
    const before = Buffer.byteLength(text.slice(0, fault))
    return unexpected(Buffer.from(text.slice(fault, fault + 1))[0] ?? 0, recordStart + before)
  }

  function unexpected(byte: number, offset: number): LockstepError {
    const shown = byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `the byte ${byte}`
    const wanted = place === 'start' ? ', where a list should begin' : `, after ${count} rows`
    return notJson(`${shown} is unexpected at byte ${offset}${wanted}`)
  }

  function notJson(reason: string): LockstepError {
    return new LockstepError('archive-not-json', `${name} is not a JSON list of rows: ${reason}.`, {
      remedy: 'Export again: what was written is not what an import reads.',
      details: { rows: count },
    })
  }

  function tooLarge(reason: string): LockstepError {
    return new LockstepError('archive-too-large', `Row ${count + 1} of ${name}, at byte ${recordStart}, ${reason}.`, {
      remedy: 'No row of people is that large: check what was exported.',
      details: { offset: recordStart },
    })
  }

  return { push, end }
}
