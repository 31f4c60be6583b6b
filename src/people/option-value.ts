/** A value is itself, or JSON text of itself: `Europe/Oslo`, `"Europe/Lisbon"` with its quotes, `true`. */
export function parseOptionValue(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    const parsed: unknown = JSON.parse(value)
    // A long row of digits is an id, and would lose its last ones as a number.
    return typeof parsed === 'number' && String(parsed) !== value ? value : parsed
  } catch {
    return value
  }
}

// To ask for one takes longer than all else that is done with a row.
const knownTimezones = new Set<string>()

export function isTimezone(value: unknown): boolean {
  // Node also takes offsets such as +02:00, which name no zone.
  if (typeof value !== 'string' || !/^[A-Za-z]/.test(value)) return false
  if (knownTimezones.has(value)) return true
  try {
    Intl.DateTimeFormat('en', { timeZone: value })
  } catch {
    return false
  }
  knownTimezones.add(value)
  return true
}
