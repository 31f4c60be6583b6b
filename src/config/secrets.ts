import { findNearest } from './nearest.ts'
import type { Range } from './problem.ts'

// Formats that their makers gave a recognisable shape; each is a secret wherever it stands, comments included.
const knownFormats = [
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,}\b/g,
  /\bgithub_pat_\w{20,}\b/g,
  // Azure DevOps: 84 characters with the signature AZDO; before 2024, 52 of base32.
  /\b[A-Za-z0-9]{70,80}AZDO[A-Za-z0-9]{4}\b/g,
  /\b(?=[a-z2-7]*[2-7])[a-z2-7]{52}\b/g,
  // Jira personal access tokens: 33 bytes that open with a decimal id and a colon.
  /\b[MNO][A-Za-z0-9+/]{43}(?![A-Za-z0-9+/=])/g,
  /(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g,
  /\bglpat-[\w-]{20,}/g,
  /\bxox[abprs]-[\w-]{10,}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$(?![^]))/g,
]

/** The user name and password of an address; the range leaves `//` and `@` out. */
const IN_ADDRESS = /(?<=:\/\/)[^\s/@"'#]+(?=@)/g

/** A key and its value, as far as they can be told where the text is no good YAML. */
const KEY_AND_VALUE = /(?<![\w-])([\w-]{1,64})["']?[ \t]*:\s*([^\s#][^\n]*)/g

const SECRET_KEY = /(?:token|password|passwd|passphrase|secret|credential)s?$|(?:^|[-_.]|api)(?:pat|key|refresh)s?$/i
const SECRET_NAMES = ['token', 'password', 'secret', 'refresh', 'key']
// In capitals only: a password may well begin with a dollar sign.
const REFERENCE = /^\$(?:\{?[A-Z_][A-Z0-9_]*\}?|\{\{ *(?:secrets|env|vars)\.\w+ *\}\})$/

/** A key that asks for a secret, a typo away from its name too. */
export const isSecretKey = (key: string): boolean =>
  SECRET_KEY.test(key) || findNearest(key, SECRET_NAMES) !== undefined

/** Names a secret instead of being one, rightly (`$NAME`) or in another tool's manner (`${{ secrets.NAME }}`). */
export const isReference = (value: string): boolean => REFERENCE.test(value)

export const findKnownSecrets = (text: string): Range[] => knownFormats.flatMap((format) => findAll(text, format))

export const findAddressSecrets = (text: string): Range[] => findAll(text, IN_ADDRESS)

export const findLikelySecrets = (text: string): Range[] =>
  [...text.matchAll(KEY_AND_VALUE)].flatMap(({ index, 0: whole, 1: key = '', 2: value = '' }) => {
    const end = index + whole.length
    return isSecretKey(key) && !isReference(value.trim()) ? [[end - value.length, end]] : []
  })

/** Covers the ranges and leaves every line break where it was, so that columns stay true. */
export function maskRanges(text: string, ranges: readonly Range[]): string {
  let masked = ''
  let done = 0
  for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
    const from = Math.max(done, start)
    if (end <= from) continue
    masked += text.slice(done, from) + text.slice(from, end).replaceAll(/[^\r\n]/g, '*')
    done = end
  }
  return masked + text.slice(done)
}

const findAll = (text: string, pattern: RegExp): Range[] =>
  [...text.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length])
