import { printBlock, wordsOfPrint, type Block, type SplitText, type TextBase, type TextFormat } from './blocks.ts'
import { diffLists, matchLists } from './diff.ts'

export interface TextSide {
  readonly format: Pick<TextFormat, 'split' | 'gap'>
  readonly now: string
  readonly base: TextBase | undefined
}

export interface MergeTextInput {
  readonly source: TextSide
  readonly destination: TextSide
  /** Turns an excerpt of the source into the destination's format; `whole` is the text the excerpt was taken from. */
  readonly convert: (excerpt: string, whole: string) => string
  /** Cuts what would be longer than the destination takes. */
  readonly fit?: (text: string) => string
}

export interface MergedText {
  /** The destination's new text; where both sides edited one block, the source's edit. */
  readonly text: string
  /** The same with the destination's own edit in those places; equal to `text` unless there is a conflict. */
  readonly textIfDestinationWins: string
  readonly conflict: boolean
  /** Whether `text` says anything else than the destination says now. */
  readonly changed: boolean
}

interface Range {
  readonly from: number
  readonly to: number
}

interface Side {
  readonly split: SplitText
  readonly prints: readonly string[]
  readonly base: readonly string[]
}

/** A stretch of both texts whose ends both sides still agree on. `slot`: between two agreed blocks, where only new ones can stand. */
interface Stretch {
  readonly slot: boolean
  readonly source: Range
  readonly destination: Range
  readonly destinationBase: Range
  readonly sourceChanged: boolean
  readonly destinationChanged: boolean
}

type Piece = Range | { readonly text: string; readonly instead: Range }

/**
 * Carries the source's edits since the base into the destination, block by block. A block the source did not touch keeps
 * the destination's exact text: converting is never by itself a reason to write.
 */
export function mergeText(input: MergeTextInput): MergedText {
  const { source, destination } = input
  const from = readSide(source)
  const into = readSide(destination)
  if (source.base && sameList(from.prints, source.base.blocks)) return settled(destination.now)

  const segments = source.base && destination.base && pairBases(from.base, into.base)
  return segments ? mergeStretches(input, stretchesOf(segments, from, into), { from, into }) : takeWhole(input, into)
}

function readSide({ format, now, base }: TextSide): Side {
  const split = format.split(now)
  return { split, prints: split.blocks.map(printBlock), base: base?.blocks ?? [] }
}

const settled = (text: string): MergedText => {
  return { text, textIfDestinationWins: text, conflict: false, changed: false }
}

const printsOf = (text: string, { format }: TextSide): readonly string[] => format.split(text).blocks.map(printBlock)

/** Without two bases that can be paired there is nothing to merge by. */
function takeWhole({ source, destination, convert, fit = unlimited }: MergeTextInput, into: Side): MergedText {
  const text = fit(convert(source.now, source.now))
  if (sameList(printsOf(text, destination), into.prints)) return settled(destination.now)
  const conflict = destination.base !== undefined && !sameList(into.prints, into.base)
  return { text, textIfDestinationWins: conflict ? destination.now : text, conflict, changed: true }
}

const unlimited = (text: string): string => text

function mergeStretches(
  { source, destination, convert, fit = unlimited }: MergeTextInput,
  stretches: readonly Stretch[],
  { from, into }: { readonly from: Side; readonly into: Side },
): MergedText {
  const sourceWins: Piece[] = []
  const destinationWins: Piece[] = []
  let conflict = false
  const both = (...pieces: readonly Piece[]) => {
    sourceWins.push(...pieces)
    destinationWins.push(...pieces)
  }
  for (const stretch of stretches) {
    const own = stretch.destination
    const text = stretch.sourceChanged ? convertRange(from.split, stretch.source, source.now, convert) : undefined
    if (text === undefined || comesToNothing(printsOf(text, destination), stretch, into)) both(own)
    else if (!stretch.destinationChanged) both({ text, instead: own })
    else if (stretch.slot) both(...bothInsertions(stretch, text, from, into))
    else {
      conflict = true
      sourceWins.push({ text, instead: own })
      destinationWins.push(own)
    }
  }
  const textOf = (pieces: readonly Piece[]) => {
    const text = fit(compose(into.split, pieces, destination.format.gap))
    return sameList(printsOf(text, destination), into.prints) ? destination.now : text
  }
  const text = textOf(sourceWins)
  const textIfDestinationWins = conflict ? textOf(destinationWins) : text
  return { text, textIfDestinationWins, conflict, changed: text !== destination.now }
}

const sameList = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((entry, index) => entry === right[index])

/** Whether the destination says it already, or the source's edit is none over here: another list sign, say. */
const comesToNothing = (prints: readonly string[], { destination, destinationBase }: Stretch, into: Side): boolean =>
  sameList(prints, into.prints.slice(destination.from, destination.to)) ||
  sameList(prints, into.base.slice(destinationBase.from, destinationBase.to))

function convertRange(split: SplitText, range: Range, whole: string, convert: MergeTextInput['convert']): string {
  const blocks = split.blocks.slice(range.from, range.to)
  const excerpt = blocks.map(({ raw, tail }, index) => (index === blocks.length - 1 ? raw : raw + tail))
  return blocks.length === 0 ? '' : convert(excerpt.join(''), whole)
}

/** New blocks of both sides in one place: both stay, in an order that does not depend on which side is the source. */
function bothInsertions(stretch: Stretch, text: string, from: Side, into: Side): Piece[] {
  const wordsOf = (side: Side, range: Range) => side.prints.slice(range.from, range.to).map(wordsOfPrint).join('')
  const own = stretch.destination
  const ownFirst = wordsOf(into, own) < wordsOf(from, stretch.source)
  const addition: Piece = { text, instead: { from: ownFirst ? own.to : own.from, to: ownFirst ? own.to : own.from } }
  return ownFirst ? [own, addition] : [addition, own]
}

/**
 * Both bases tell the same text, so their blocks belong together in order. The words pair what reads alike; what stands
 * between two such pairs is paired by position, or as one lump where the counts differ. Undefined where the order differs.
 */
function pairBases(
  source: readonly string[],
  destination: readonly string[],
): readonly { source: Range; destination: Range }[] | undefined {
  const segments: { source: Range; destination: Range }[] = []
  const lonely: [Set<string>, Set<string>] = [new Set(), new Set()]
  const sourceWords = source.map(wordsOfPrint)
  const destinationWords = destination.map(wordsOfPrint)
  let s = 0
  let d = 0
  const push = (sourceTo: number, destinationTo: number) => {
    if (sourceTo > s && destinationTo === d) sourceWords.slice(s, sourceTo).forEach((words) => lonely[0].add(words))
    if (destinationTo > d && sourceTo === s)
      destinationWords.slice(d, destinationTo).forEach((words) => lonely[1].add(words))
    segments.push({ source: { from: s, to: sourceTo }, destination: { from: d, to: destinationTo } })
    s = sourceTo
    d = destinationTo
  }
  for (const [l, r] of [...matchLists(sourceWords, destinationWords), [source.length, destination.length] as const]) {
    if (l - s === r - d) while (s < l) push(s + 1, d + 1)
    else push(l, r)
    if (l < source.length) push(l + 1, r + 1)
  }
  return lonely[0].isDisjointFrom(lonely[1]) ? segments : undefined
}

interface Boundary {
  readonly stable: boolean
  /** The place in the text of today before and after what was inserted right at the boundary. */
  readonly before: number
  readonly after: number
}

function boundariesOf(side: Side, positions: readonly number[]): readonly Boundary[] {
  const hunks = diffLists(side.base, side.prints)
  const boundaries: Boundary[] = []
  let next = 0
  let shift = 0
  for (const [index, position] of positions.entries()) {
    const previous = boundaries.at(-1)
    if (previous && positions[index - 1] === position) {
      boundaries.push({ ...previous, before: previous.after })
      continue
    }
    let before: number | undefined
    for (let hunk = hunks[next]; hunk && hunk.leftTo <= position; hunk = hunks[next]) {
      if (hunk.leftFrom === position) before = position + shift
      shift += hunk.rightTo - hunk.rightFrom - (hunk.leftTo - hunk.leftFrom)
      next += 1
    }
    const after = position + shift
    const open = hunks[next]
    boundaries.push({ stable: !open || open.leftFrom >= position, before: before ?? after, after })
  }
  return boundaries
}

function stretchesOf(
  segments: readonly { source: Range; destination: Range }[],
  source: Side,
  destination: Side,
): readonly Stretch[] {
  const sourcePositions = [0, ...segments.map((segment) => segment.source.to)]
  const destinationPositions = [0, ...segments.map((segment) => segment.destination.to)]
  const sourceAt = boundariesOf(source, sourcePositions)
  const destinationAt = boundariesOf(destination, destinationPositions)
  const stretches: Stretch[] = []
  let last: number | undefined
  for (const [index, s] of sourceAt.entries()) {
    const d = destinationAt[index]
    if (!d || !s.stable || !d.stable) continue
    if (last !== undefined) {
      const sourceNow = { from: sourceAt[last]?.after ?? 0, to: s.before }
      const destinationNow = { from: destinationAt[last]?.after ?? 0, to: d.before }
      const destinationBase = { from: destinationPositions[last] ?? 0, to: destinationPositions[index] ?? 0 }
      stretches.push({
        slot: false,
        source: sourceNow,
        destination: destinationNow,
        destinationBase,
        sourceChanged: isChanged(source, sourceNow, sourcePositions[last], sourcePositions[index]),
        destinationChanged: isChanged(destination, destinationNow, destinationBase.from, destinationBase.to),
      })
    }
    stretches.push({
      slot: true,
      source: { from: s.before, to: s.after },
      destination: { from: d.before, to: d.after },
      destinationBase: { from: 0, to: 0 },
      sourceChanged: s.after > s.before,
      destinationChanged: d.after > d.before,
    })
    last = index
  }
  return stretches
}

const isChanged = (side: Side, now: Range, baseFrom: number | undefined, baseTo: number | undefined): boolean =>
  !sameList(side.prints.slice(now.from, now.to), side.base.slice(baseFrom, baseTo))

/** Writes the destination anew: kept neighbours keep what stood between them, every new joint gets a full gap. */
function compose(split: SplitText, pieces: readonly Piece[], gap: string): string {
  let text = ''
  let tail = split.head
  let fresh = false
  const put = (raw: string) => {
    text += (fresh ? widen(tail, gap, text === '') : tail) + raw
  }
  for (const piece of pieces) {
    if ('text' in piece) {
      const gone = split.blocks.slice(piece.instead.from, piece.instead.to)
      fresh ||= gone.length > 0 || piece.text !== ''
      if (piece.text !== '') {
        put(piece.text)
        tail = ''
      }
      tail += remainsOf(gone, piece.text !== '')
      continue
    }
    for (const block of split.blocks.slice(piece.from, piece.to)) {
      put(block.raw)
      tail = block.tail
      fresh = false
    }
  }
  return text + tail
}

/** What stays of the tails of blocks that went: tags of a frame and hidden comments, and the end of a replaced block. */
function remainsOf(gone: readonly Block[], replaced: boolean): string {
  return gone
    .filter((block, index) => block.tail.trim() !== '' || (replaced && index === gone.length - 1))
    .map((block) => block.tail)
    .join('')
}

function widen(tail: string, gap: string, first: boolean): string {
  if (gap === '' || /\n[ \t]*\r?\n/u.test(tail)) return tail
  if (first && tail.trim() === '') return tail
  return tail.trim() === '' ? gap : tail + gap
}
