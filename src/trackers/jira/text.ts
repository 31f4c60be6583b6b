// The first line of a copied comment names its author, in bold, with a link to the original.
const HEADER = /^\s*\*\[[^\]\n]*\|([^\]|\n]+)\]\*\s/

/** Where the original of a copied comment stands, as far as its text tells. */
export function findOriginal(wiki: string): string | null {
  const url = HEADER.exec(wiki)?.[1]?.trim()
  return url === undefined || !URL.canParse(url) ? null : url
}
