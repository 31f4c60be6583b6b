/** Where two lists differ: `left[leftFrom..leftTo)` became `right[rightFrom..rightTo)`. */
export interface Hunk {
  readonly leftFrom: number
  readonly leftTo: number
  readonly rightFrom: number
  readonly rightTo: number
}

// Beyond this many cells the middle counts as one difference: a text of ten thousand blocks must not take gigabytes.
const maximumCells = 4_000_000

/** Pairs of equal entries in order, as many as possible (longest common subsequence). */
export function matchLists(left: readonly string[], right: readonly string[]): readonly (readonly [number, number])[] {
  const pairs: [number, number][] = []
  let start = 0
  while (start < left.length && start < right.length && left[start] === right[start]) {
    pairs.push([start, start])
    start += 1
  }
  let leftEnd = left.length
  let rightEnd = right.length
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd -= 1
    rightEnd -= 1
  }
  for (const [l, r] of matchMiddle(left.slice(start, leftEnd), right.slice(start, rightEnd)))
    pairs.push([start + l, start + r])
  for (let index = 0; leftEnd + index < left.length; index += 1) pairs.push([leftEnd + index, rightEnd + index])
  return pairs
}

function matchMiddle(left: readonly string[], right: readonly string[]): [number, number][] {
  const width = right.length + 1
  if (left.length === 0 || right.length === 0 || left.length * width > maximumCells) return []
  const longest = new Uint32Array((left.length + 1) * width)
  const at = (l: number, r: number) => longest[l * width + r] ?? 0
  for (let l = left.length - 1; l >= 0; l -= 1)
    for (let r = right.length - 1; r >= 0; r -= 1)
      longest[l * width + r] = left[l] === right[r] ? at(l + 1, r + 1) + 1 : Math.max(at(l + 1, r), at(l, r + 1))

  const pairs: [number, number][] = []
  let l = 0
  let r = 0
  while (l < left.length && r < right.length) {
    if (left[l] === right[r]) pairs.push([l++, r++])
    else if (at(l + 1, r) >= at(l, r + 1)) l += 1
    else r += 1
  }
  return pairs
}

/** The differences between two lists. Where as many entries left as came, each is a difference of its own. */
export function diffLists(left: readonly string[], right: readonly string[]): readonly Hunk[] {
  const hunks: Hunk[] = []
  let leftFrom = 0
  let rightFrom = 0
  for (const [leftTo, rightTo] of [...matchLists(left, right), [left.length, right.length] as const]) {
    const gone = leftTo - leftFrom
    const came = rightTo - rightFrom
    if (gone === came)
      for (let index = 0; index < gone; index += 1) {
        const [l, r] = [leftFrom + index, rightFrom + index]
        hunks.push({ leftFrom: l, leftTo: l + 1, rightFrom: r, rightTo: r + 1 })
      }
    else hunks.push({ leftFrom, leftTo, rightFrom, rightTo })
    leftFrom = leftTo + 1
    rightFrom = rightTo + 1
  }
  return hunks
}
