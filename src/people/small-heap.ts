import { setFlagsFromString } from 'node:v8'

/**
 * For a process that imports and does little else: rows make much garbage that dies at once, and V8 answers with an
 * ever larger nursery and seldom looks at what has left it, which costs a hundred megabytes and gains nothing.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--optimize-for-size')
}
