/** Text of anybody, shown as it is: no markup, no mention, no table cell more than meant. */
export const escapeMarkdown = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>|#!~$]/g, String.raw`\$&`)
    .replaceAll('@', '@\u2060')

export const code = (text: string): string => `\`${text.replaceAll('`', '')}\``

export const linkTo = (text: string, url: string): string =>
  url === '' ? escapeMarkdown(text) : `[${escapeMarkdown(text)}](${encodeURI(decodeSafely(url))})`

// Addresses are encoded already where they were built; encoding twice would break them.
function decodeSafely(url: string): string {
  try {
    return decodeURI(url)
  } catch {
    return url
  }
}

export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `${lines.join('\n')}\n`
}
