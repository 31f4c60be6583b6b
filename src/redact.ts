/** Replaces secrets in whatever is about to be shown. Values are registered as they are read from the environment. */
export interface Redactor {
  add(secret: string): void
  redact(text: string): string
}

// Shorter values would blank out ordinary words.
const SHORTEST = 6

const HIDDEN = '***'

/** Shapes that are secrets wherever they come from: tokens of GitHub, bearer and basic credentials, keys. */
const shapes: readonly RegExp[] = [
  /\bgh[pousr]_[A-Za-z0-9_]{16,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /(?<=\b(?:Bearer|Basic|token) )[A-Za-z0-9._~+/=-]{8,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=:\/\/[^/\s:@]*:)[^/\s@]+(?=@)/g,
]

/** A secret as it may turn up: itself, in an address, and in the headers it is sent in. */
export const secretForms = (secret: string): readonly string[] =>
  [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(`:${secret}`).toString('base64'),
    Buffer.from(`x-access-token:${secret}`).toString('base64'),
  ].filter(({ length }) => length >= SHORTEST)

export function createRedactor(): Redactor {
  const secrets = new Set<string>()
  return {
    add(secret) {
      for (const form of secretForms(secret)) secrets.add(form)
    },
    redact(text) {
      let clean = text
      // The longest first, or a part would leave the rest of a longer one standing.
      for (const secret of [...secrets].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, HIDDEN)
      for (const shape of shapes) clean = clean.replace(shape, HIDDEN)
      return clean
    },
  }
}
