import { html, printCount } from './markup.ts'
import type { Markup } from './markup.ts'

const WIDTH = 460
const HEIGHT = 140
/** Room for the numbers at the left and the times below. */
const LEFT = 34
const BELOW = 20
const TOP = 8

export interface Bar {
  readonly label: string
  readonly value: number
}

export interface Line {
  readonly name: 'first' | 'second'
  /** `null` where nothing was measured. */
  readonly values: readonly (number | null)[]
}

interface Frame {
  /** One sentence that says what the picture says. */
  readonly summary: string
  readonly labels: readonly string[]
  readonly most: number
  readonly print?: (value: number) => string
}

/** The next number above that reads well on an axis. */
export function roundUp(value: number, least: number): number {
  if (value <= least) return least
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 4, 5, 8, 10].find((step) => step * power >= value) ?? 10) * power
}

/** A dot at the right end must not be cut. */
const RIGHT = 4
const inner = { width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BELOW }
const place = (value: number): string => value.toFixed(1)
const heightOf = (value: number, most: number): number => (inner.height * value) / most
const yOf = (value: number, most: number): number => TOP + inner.height - heightOf(value, most)

function frame({ summary, labels, most, print = printCount }: Frame, content: Markup): Markup {
  const ticks = [0, most / 2, most]
  const last = labels.length - 1
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary}">
    ${ticks.map(
      (tick) =>
        html`<line
            class="grid"
            x1="${LEFT}"
            x2="${WIDTH}"
            y1="${place(yOf(tick, most))}"
            y2="${place(yOf(tick, most))}"
          />
          <text class="tick" x="${LEFT - 8}" y="${place(yOf(tick, most) + 4)}" text-anchor="end">${print(tick)}</text>`,
    )}
    ${content}
    <text class="tick" x="${LEFT}" y="${HEIGHT - 3}">${labels[0]} UTC</text>
    <text class="tick" x="${LEFT + inner.width / 2}" y="${HEIGHT - 3}" text-anchor="middle">
      ${labels[Math.round(last / 2)]}
    </text>
    <text class="tick" x="${WIDTH}" y="${HEIGHT - 3}" text-anchor="end">${labels[last]}</text>
  </svg>`
}

export function barChart(bars: readonly Bar[], summary: string): Markup {
  const most = roundUp(Math.max(0, ...bars.map(({ value }) => value)), 4)
  const step = inner.width / Math.max(1, bars.length)
  const drawn = bars.map(({ label, value }, index) =>
    value === 0
      ? html``
      : html`<rect
          class="bar"
          x="${place(LEFT + index * step + 1)}"
          y="${place(yOf(value, most))}"
          width="${place(step - 2)}"
          height="${place(heightOf(value, most))}"
          rx="1.5"
        >
          <title>${label}: ${printCount(value)}</title>
        </rect>`,
  )
  return frame({ summary, labels: bars.map(({ label }) => label), most }, html`${drawn}`)
}

export function lineChart(lines: readonly Line[], { labels, summary, print }: Omit<Frame, 'most'>): Markup {
  const measured = lines.flatMap(({ values }) => values.filter((value) => value !== null))
  const most = roundUp(Math.max(0, ...measured), 1)
  const step = inner.width / Math.max(1, labels.length - 1)
  const drawn = lines.map(({ name, values }) =>
    runsOf(values).map((run) => {
      const points = run.map(({ index, value }) => ({ x: place(LEFT + index * step), y: place(yOf(value, most)) }))
      const last = points.at(-1)
      return points.length === 1
        ? html`<circle class="dot is-${name}" cx="${last?.x}" cy="${last?.y}" r="2.5" />`
        : html`<polyline class="line is-${name}" points="${points.map(({ x, y }) => `${x},${y}`).join(' ')}" />`
    }),
  )
  return frame({ summary, labels, most, ...(print === undefined ? {} : { print }) }, html`${drawn}`)
}

interface Measured {
  readonly index: number
  readonly value: number
}

/** A line across minutes in which nothing was measured would claim something about them. */
function runsOf(values: Line['values']): readonly (readonly Measured[])[] {
  const runs: Measured[][] = []
  let open = false
  for (const [index, value] of values.entries()) {
    if (value !== null) {
      if (!open) runs.push([])
      runs.at(-1)?.push({ index, value })
    }
    open = value !== null
  }
  return runs
}

export interface Share {
  readonly kind: string
  readonly count: number
}

/** One bar of all shares; the numbers beside it say the same, so it is for the eye only. */
export function shareBar(shares: readonly Share[]): Markup {
  const all = shares.reduce((sum, { count }) => sum + count, 0)
  if (all === 0) return html``
  let from = 0
  const drawn = shares.map(({ kind, count }) => {
    // What is there at all can be seen.
    const width = count === 0 ? 0 : Math.max(4, (1000 * count) / all)
    const part = html`<rect class="is-${kind}" x="${place(from)}" y="0" width="${place(width)}" height="8" />`
    from += width
    return part
  })
  return html`<svg class="shares" viewBox="0 0 ${place(from)} 8" preserveAspectRatio="none" aria-hidden="true">
    ${drawn}
  </svg>`
}
