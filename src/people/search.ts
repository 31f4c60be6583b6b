import type { Choice } from '../core/finder.ts'
import type { Account } from '../core/ticket.ts'

/** An account as a picker shows it: `Bobby - bob@example.org (bob)`, without what is not known. */
export function toChoice({ handle, name, emails, emailHidden }: Account): Choice {
  const email = emailHidden ? '' : (emails[0] ?? '')
  const label = `${name === '' ? handle : name}${email === '' ? '' : ` - ${email}`}${handle === '' ? '' : ` (${handle})`}`
  return { value: handle, label: label.trim() }
}
