/** `encodeURIComponent` leaves `!`, `(` and `)` alone, which end an address in wiki markup and Markdown. */
export const percentEncode = (character: string): string =>
  [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
