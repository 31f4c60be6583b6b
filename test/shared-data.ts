import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'

// Official specifications, recordings and payloads lie beside the project where they may be kept; a plain clone has none.
const folder = fileURLToPath(new URL('../../shared/data/', import.meta.url))

export const hasSharedData = existsSync(folder)

export const sharedDataPath = (path: string): string => folder + path

export const readSharedText = (path: string): string => readFileSync(sharedDataPath(path), 'utf8')

export const readSharedJson = (path: string): unknown => JSON.parse(readSharedText(path))

/** A suite over the shared data; reported as skipped, by name, where they are absent. */
export function describeWithData(name: string, suite: () => void): void {
  if (hasSharedData) describe(name, suite)
  else describe.skip(`${name} (skipped: the shared data are not beside the project)`, suite)
}
