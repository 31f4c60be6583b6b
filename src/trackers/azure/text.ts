/** The words of the link under each copied comment, by which a copy is known whoever's account wrote it. */
const WORDS = 'View on GitHub'

const escapeAttribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

const unescapeAttribute = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&#39;', "'").replaceAll('&amp;', '&')

/** A comment with the link back to its original at the end. */
export const withMark = (html: string, url: string): string =>
  findMark(html) === url ? html : `${html}<p><a href="${escapeAttribute(url)}">${WORDS}</a></p>`

// The server rewrites attributes and blanks, but keeps the link and its words.
const MARK = new RegExp(String.raw`<a\s[^>]*?href=(["'])([^"']*)\1[^>]*>\s*${WORDS}\s*</a>`, 'gi')

/** Where the copied original stands; `null` for what is no copy. Only the end counts: whoever quotes a copy goes on after it. */
export function findMark(html: string): string | null {
  const last = [...html.matchAll(MARK)].at(-1)
  const url = last?.[2]
  if (last === undefined || url === undefined || !isBlank(html.slice(last.index + last[0].length))) return null
  return unescapeAttribute(url)
}

const isBlank = (html: string): boolean => html.replaceAll(/<[^>]*>|&nbsp;|\s/gi, '') === ''
