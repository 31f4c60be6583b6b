import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

/** Bundles the Action into a folder: it runs where nothing is installed. */
export async function build(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  const bundle = await rolldown({
    cwd: root,
    input: { action: 'src/action.ts' },
    platform: 'node',
    // pg asks for both in a try, and does without them.
    external: ['pg-native', 'cloudflare:sockets', 'pg-cloudflare'],
    // Only its commands are used; its HTTP client would bring a second fetch along.
    treeshake: { moduleSideEffects: (id) => !/node_modules\/(?:@actions\/|undici\/|tunnel\/)/.test(id) },
  })
  await bundle.write({
    dir: folder,
    format: 'esm',
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    // Otherwise these would be called after one of their files.
    codeSplitting: {
      groups: ['kysely', 'pg', 'yaml', 'zod'].map((name) => ({ name, test: new RegExp(`node_modules/${name}/`) })),
    },
  })
  await bundle.close()
}

const filesOf = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    !existsSync(folder)
      ? []
      : readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => join(parentPath, name))
          .sort()
          .map((file) => [file.slice(folder.length), readFileSync(file, 'utf8')]),
  )

async function isFresh(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-dist-'))
  try {
    await build(folder)
    return JSON.stringify([...filesOf(folder)]) === JSON.stringify([...filesOf(dist)])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    if (!(await isFresh())) {
      console.error('dist is stale: run "npm run build".')
      process.exitCode = 1
    }
  } else {
    await build(dist)
    for (const [file, text] of filesOf(dist)) console.log(`dist${file}  ${Math.round(text.length / 1024)} KiB`)
  }
}
