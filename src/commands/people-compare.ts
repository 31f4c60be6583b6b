import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isSealed, openArchive } from '../people/archive.ts'
import type { Archive } from '../people/archive.ts'
import { compareArchives } from '../people/compare.ts'
import type { Comparison, Finding } from '../people/compare.ts'
import type { Decryptor } from '../people/keys.ts'
import { keepHeapSmall } from '../people/small-heap.ts'
import type { CommandIO } from './command.ts'
import { exitCodes } from './command.ts'
import { readDecryptor, requireReadable } from './people-session.ts'
import type { DecryptValues } from './people-session.ts'

interface Values extends DecryptValues {
  readonly 'findings-file'?: string
  readonly json?: boolean
  readonly silent?: boolean
}

/** `people compare LEFT RIGHT`: 0 when both hold the same, 1 when not. */
export async function runCompare(
  values: Values,
  { left, right }: { readonly left: string; readonly right: string },
  io: CommandIO,
): Promise<number> {
  const paths = { left: resolve(io.cwd, left), right: resolve(io.cwd, right) }
  await requireReadable(paths.left, left)
  await requireReadable(paths.right, right)
  const decryptor = await readDecryptor(values, io)
  keepHeapSmall()
  const comparison = await compareArchives({
    left: await open(paths.left, decryptor),
    right: await open(paths.right, decryptor),
  })
  const findings = values['findings-file']
  if (findings !== undefined) {
    await writeFile(resolve(io.cwd, findings), `${JSON.stringify(comparison.findings.map(toJson), null, 2)}\n`)
  }
  if (values.json === true) io.stdout.write(printComparisonJson(comparison))
  else if (values.silent !== true) io.stdout.write(printComparison(comparison))
  return comparison.total === 0 ? exitCodes.ok : exitCodes.failed
}

/** Either may be plain: what was sealed is held against what it was made of. */
async function open(path: string, decryptor: Decryptor | undefined): Promise<Archive> {
  return openArchive(path, decryptor !== undefined && (await isSealed(path)) ? { decryptor } : {})
}

const printComparisonJson = ({ pairs, findings, total }: Comparison): string =>
  `${JSON.stringify({ equal: total === 0, rows: pairs, total, findings: findings.map(toJson) })}\n`

/** In the form of an import's findings, keys in the order of the alphabet. */
const toJson = ({ code, model, ordinal, leftPk, rightPk, field, reason }: Finding) => ({
  code,
  field,
  finding: 'Comparison',
  left_pk: leftPk,
  on: { model, ordinal },
  reason,
  right_pk: rightPk,
})

const SHOWN = 20

function printComparison({ pairs, findings, total }: Comparison): string {
  if (total === 0) return `Both hold the same: ${pairs} rows.\n`
  const more = total > SHOWN ? [`… and ${total - SHOWN} more.`] : []
  const lines = [
    ...findings.slice(0, SHOWN).map(printFinding),
    ...more,
    `They differ: ${total} ${total === 1 ? 'finding' : 'findings'}.`,
  ]
  return `${lines.join('\n')}\n`
}

function printFinding({ model, leftPk, rightPk, field, reason }: Finding): string {
  const both = leftPk === null || rightPk === null || leftPk === rightPk
  const pk = both ? (leftPk ?? rightPk ?? '') : `${leftPk}, on the right ${rightPk}`
  return `${[`${model} ${pk}`.trim(), field, reason].filter((part) => part !== null).join(': ')}`
}
