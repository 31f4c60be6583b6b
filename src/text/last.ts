const LAST = 64

/**
 * What was made of a text, kept for the last few of them: a reconcile asks for the same text several times, and to
 * parse one costs more than all the rest of its work.
 */
export function rememberLast<Parsed>(parse: (text: string) => Parsed): (text: string) => Parsed {
  const known = new Map<string, Parsed>()
  return (text) => {
    const kept = known.get(text)
    // Asked for again, it is the newest.
    known.delete(text)
    const parsed = kept ?? parse(text)
    known.set(text, parsed)
    const [oldest] = known.keys()
    if (known.size > LAST && oldest !== undefined) known.delete(oldest)
    return parsed
  }
}
