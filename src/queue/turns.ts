/** How many entries each lane may have next: the lanes with the least in hand first, then those served longest ago. */
export function chooseTurns(
  lanes: readonly string[],
  {
    free,
    perLane,
    running,
    served,
  }: {
    readonly free: number
    /** No lane has more than so many in hand at once. */
    readonly perLane: number
    readonly running: ReadonlyMap<string, number>
    /** Ever growing numbers: when a lane had its last turn. */
    readonly served: ReadonlyMap<string, number>
  },
): ReadonlyMap<string, number> {
  const turns = new Map<string, number>()
  const inHand = (lane: string) => (running.get(lane) ?? 0) + (turns.get(lane) ?? 0)
  const lastTurn = (lane: string) => served.get(lane) ?? -1
  for (let left = free; left > 0; left--) {
    const [next] = lanes
      .filter((lane) => inHand(lane) < perLane)
      .toSorted((a, b) => inHand(a) - inHand(b) || lastTurn(a) - lastTurn(b))
    if (next === undefined) break
    turns.set(next, (turns.get(next) ?? 0) + 1)
  }
  return turns
}
