/** One line of a picker. */
export interface Choice {
  readonly value: string
  readonly label: string
}

/** What pickers of a form ask a tracker for, besides people. */
export interface TrackerFinder {
  /** By key, or by a piece of the text. */
  findTickets(query: string, project: string): Promise<readonly Choice[]>
  /** Values of a field that begin so; absent where the tracker has no such thing. */
  suggest?(field: string, text: string): Promise<readonly Choice[]>
}
