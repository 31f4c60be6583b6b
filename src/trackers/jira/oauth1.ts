import { createSign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export interface OAuth1Signing {
  readonly method: string
  readonly url: URL
  readonly consumer: string
  readonly token: string
  /** The private RSA key. */
  readonly key: KeyObject
  readonly nonce: string
  /** Seconds since 1970. */
  readonly timestamp: number
}

const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

type Pair = readonly [name: string, value: string]

const byNameThenValue = ([name, value]: Pair, [otherName, otherValue]: Pair): number =>
  name === otherName ? compare(value, otherValue) : compare(name, otherName)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The Authorization header of RFC 5849 with RSA-SHA1, the one method that Jira's application links take. */
export function signOAuth1({ method, url, consumer, token, key, nonce, timestamp }: OAuth1Signing): string {
  const oauth = {
    oauth_consumer_key: consumer,
    oauth_nonce: nonce,
    oauth_signature_method: 'RSA-SHA1',
    oauth_timestamp: String(timestamp),
    oauth_token: token,
    oauth_version: '1.0',
  }
  const parameters = [...Object.entries(oauth), ...url.searchParams]
    .map(([name, value]): Pair => [encode(name), encode(value)])
    .sort(byNameThenValue)
    .map((pair) => pair.join('='))
    .join('&')
  const base = [method.toUpperCase(), encode(url.origin + url.pathname), encode(parameters)].join('&')
  const signature = createSign('RSA-SHA1').update(base).sign(key, 'base64')
  const header = Object.entries({ ...oauth, oauth_signature: signature })
    .map(([name, value]) => `${name}="${encode(value)}"`)
    .join(', ')
  return `OAuth ${header}`
}
