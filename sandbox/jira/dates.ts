const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

function offsetMinutes(zone: string): number {
  const match = /^([+-])(\d\d)(\d\d)$/.exec(zone)
  if (match === null) throw new Error(`not an offset like +0200: ${zone}`)
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]))
}

/** As the REST API prints a moment: milliseconds, and an offset without a colon. */
export function printDate(moment: number, zone: string): string {
  return new Date(moment + offsetMinutes(zone) * MINUTE_MS).toISOString().replace('Z', zone)
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function zoneOffsetMs(moment: number, timeZone: string): number {
  let formatter = formatters.get(timeZone)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formatters.set(timeZone, formatter)
  }
  const parts = Object.fromEntries(formatter.formatToParts(moment).map(({ type, value }) => [type, Number(value)]))
  const wall = Date.UTC(
    parts['year']!,
    parts['month']! - 1,
    parts['day'],
    parts['hour'],
    parts['minute'],
    parts['second'],
  )
  return wall - Math.floor(moment / 1000) * 1000
}

const ABSOLUTE = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?: (\d{1,2}):(\d{2}))?$/
const RELATIVE = /^([+-]?)((?:\d+[wdhm]\s*)+)$/i
const UNIT_MS: Readonly<Record<string, number>> = {
  w: 7 * DAY_MS,
  d: DAY_MS,
  h: 60 * MINUTE_MS,
  m: MINUTE_MS,
}

/** A date as JQL knows it, read in the zone of whoever asks; `undefined` when it is none. */
export function parseJqlDate(
  text: string,
  asking: { readonly now: number; readonly timeZone: string },
): number | undefined {
  const trimmed = text.trim()
  const absolute = ABSOLUTE.exec(trimmed)
  if (absolute !== null) {
    const [, year, month, day, hour = '0', minute = '0'] = absolute
    if (Number(month) > 12 || Number(day) > 31 || Number(hour) > 23 || Number(minute) > 59) return undefined
    const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute))
    // The offset is looked up twice: near a change of clocks the first guess may lie on the other side.
    const guess = wall - zoneOffsetMs(wall, asking.timeZone)
    return wall - zoneOffsetMs(guess, asking.timeZone)
  }
  const relative = RELATIVE.exec(trimmed)
  if (relative !== null) {
    let span = 0
    for (const [, count, unit] of relative[2]!.matchAll(/(\d+)([wdhm])/gi)) {
      span += Number(count) * UNIT_MS[unit!.toLowerCase()]!
    }
    return asking.now + (relative[1] === '-' ? -span : span)
  }
  return /^\d{9,}$/.test(trimmed) ? Number(trimmed) : undefined
}
