import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startPostgres } from './postgres.ts'

const worker = fileURLToPath(new URL('import-worker.ts', import.meta.url))
const pythonScript = fileURLToPath(new URL('decrypt.py', import.meta.url))

/** Both take turns so often, so that what else the machine does falls on both. */
const TURNS = 3

interface Timing {
  readonly seconds: number
  /** Rows, or bytes of plain text where rows are not looked at. */
  readonly done: number
}

interface Report extends Timing {
  readonly peakMegabytes: number
}

/** `npm run bench -- import [--users N] [--only sqlite|postgres]`: a sealed archive into both databases, in a process of its own each. */
export async function benchImport(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { users: { type: 'string' }, only: { type: 'string' } } })
  const users = Number(values.users ?? 100_000)
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-'))
  const archive = join(folder, 'people.tar')
  try {
    await run(['make', archive, String(users)])
    const { size } = await stat(archive)
    console.log(`${users} users, ${Math.round(size / 1e6)} MB sealed`)

    await compareDecrypting(archive, size)
    const read = await run(['read', archive])
    line('reading all rows', `${perSecond(read)} rows/s, ${print(read)}: opened, decrypted and every row checked`)

    if (values.only !== 'postgres') await importInto(archive, 'SQLite', `sqlite:${join(folder, 'people.sqlite')}`)
    if (values.only !== 'sqlite') {
      const server = await startPostgres()
      try {
        await importInto(archive, 'PostgreSQL', server.url)
      } finally {
        await server.stop()
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The token from the file to its last plain byte, authenticated before the first is given out; keys are opened before. */
async function compareDecrypting(archive: string, size: number): Promise<void> {
  const own: Report[] = []
  const python: Timing[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    own.push(await run(['decrypt', archive]))
    const timing = decryptWithPython(archive)
    if (timing !== null) python.push(timing)
  }
  const speed = ({ seconds }: Timing) => `${Math.round(size / 1e6 / seconds)} MB/s`
  const ours = middle(own)
  line('decrypting', `${speed(ours)}, ${print(ours)}: authenticated in one pass, decrypted in a second`)
  if (python.length === 0) {
    line("Python's Fernet", 'skipped: python3 with its cryptography package is not installed')
    return
  }
  const theirs = middle(python)
  if (ours.done !== theirs.done) throw new Error(`${ours.done} bytes were decrypted here, and ${theirs.done} there.`)
  line("Python's Fernet", `${speed(theirs)}, ${theirs.seconds.toFixed(1)} s: all in memory`)
  line('', `${(theirs.seconds / ours.seconds).toFixed(1)} times as fast as Python`)
}

async function importInto(archive: string, name: string, target: string): Promise<void> {
  const first = await run(['import', archive, target])
  line(`into ${name}`, `${perSecond(first)} rows/s, ${print(first)}`)
  const again = await run(['import', archive, target])
  if (again.done !== 0) throw new Error(`The second import into ${name} wrote ${again.done} rows.`)
  line('  and once more', `nothing written, ${print(again)}`)
}

const line = (name: string, text: string): void => console.log(name.padEnd(18) + text)
const perSecond = ({ done, seconds }: Report): number => Math.round(done / seconds)
const print = ({ seconds, peakMegabytes }: Report): string =>
  `${seconds.toFixed(1)} s, peak ${Math.round(peakMegabytes)} MB`

function middle<Of extends Timing>(timings: readonly Of[]): Of {
  return timings.toSorted((one, other) => one.seconds - other.seconds)[Math.floor(timings.length / 2)]!
}

/** In a process of its own, so that the peak of memory is that of one piece of work. */
async function run(args: readonly string[]): Promise<Report> {
  const child = spawn(process.execPath, [worker, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk) => (text += String(chunk)))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}`)
  return JSON.parse(text) as Report
}

function decryptWithPython(archive: string): Timing | null {
  const { status, stdout } = spawnSync('python3', [pythonScript, archive], { encoding: 'utf8' })
  return status === 0 ? (JSON.parse(stdout) as Timing) : null
}
