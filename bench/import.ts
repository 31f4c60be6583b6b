import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startPostgres } from './postgres.ts'

const worker = fileURLToPath(new URL('import-worker.ts', import.meta.url))

interface Report {
  readonly seconds: number
  readonly rows: number
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
    console.log(`${users} users, ${megabytes(size)} MB sealed`)

    const decrypted = await run(['decrypt', archive])
    console.log(
      `decrypting        ${perSecond(size, decrypted.seconds)} MB/s, ${print(decrypted)} with every row checked`,
    )
    const python = decryptWithPython(archive)
    console.log(
      `Python's Fernet   ${python === null ? 'is not installed' : `${perSecond(size, python)} MB/s, all in memory`}`,
    )

    if (values.only !== 'postgres') {
      const sqlite = await run(['import', archive, `sqlite:${join(folder, 'people.sqlite')}`])
      console.log(`into SQLite       ${Math.round(sqlite.rows / sqlite.seconds)} rows/s, ${print(sqlite)}`)
    }
    if (values.only !== 'sqlite') {
      const server = await startPostgres()
      try {
        const postgres = await run(['import', archive, server.url])
        console.log(`into PostgreSQL   ${Math.round(postgres.rows / postgres.seconds)} rows/s, ${print(postgres)}`)
      } finally {
        await server.stop()
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e6)
const perSecond = (bytes: number, seconds: number): number => Math.round(bytes / 1e6 / seconds)
const print = ({ seconds, peakMegabytes }: Report): string =>
  `${seconds.toFixed(1)} s, peak ${Math.round(peakMegabytes)} MB`

/** In a process of its own, so that the peak of memory is that of one piece of work. */
async function run(args: readonly string[]): Promise<Report> {
  const child = spawn(process.execPath, [worker, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk) => (text += String(chunk)))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}`)
  return JSON.parse(text) as Report
}

const SCRIPT = `
import sys, tarfile, time
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
started = time.monotonic()
tar = tarfile.open(sys.argv[1])
read = lambda name: tar.extractfile(name).read()
key = serialization.load_pem_private_key(open(sys.argv[2], 'rb').read(), None)
oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
Fernet(key.decrypt(read('data.key'), oaep)).decrypt(read('export.json'))
print(time.monotonic() - started)
`

function decryptWithPython(archive: string): number | null {
  const { status, stdout } = spawnSync('python3', ['-c', SCRIPT, archive, `${archive}.pem`], { encoding: 'utf8' })
  return status === 0 ? Number(stdout) : null
}
