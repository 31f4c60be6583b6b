import { fingerprint } from '../core/fingerprint.ts'

// Bounded, since an endless run of characters before an @ that never comes would be tried from each of them.
const ADDRESS = /[^\s@<>"'(),;:]{1,64}@[^\s@<>"'(),;:]{1,255}\.[^\s@<>"'(),;:]{1,63}/g

/** The same value with everything that looks like an e-mail address, in keys too, replaced by its fingerprint. */
export function withoutAddresses(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('@') ? hideIn(value) : value
  if (Array.isArray(value)) return value.map(withoutAddresses)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [withoutAddresses(key), withoutAddresses(held)]))
}

const hideIn = (text: string): string => text.replaceAll(ADDRESS, (address) => `#${fingerprint(address)}`)
