import type { z } from 'zod'

/** What is wrong with outside data, and where. zod's messages name types and limits, never the value itself. */
export function printFault({ issues: [issue] }: z.ZodError): { readonly field: string; readonly text: string } {
  const field = issue?.path.join('.') ?? ''
  const message = issue?.message.replace(/^Invalid input: /, '') ?? 'unknown'
  if (message.endsWith('received undefined')) return { field, text: `${field} is missing` }
  return { field, text: field === '' ? message : `${field}: ${message}` }
}
