import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../src', import.meta.url))
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.(?:ts|tsx|js)$/.test(file))
  .sort()

interface Import {
  readonly file: string
  /** A path within src, or the name of a package. */
  readonly target: string
  readonly typeOnly: boolean
}

/** Every import of a file: static, re-exported, dynamic. */
function importsOf(file: string, text: string): Import[] {
  const statement = /^\s*(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]/gm
  const dynamic = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
  const found = [
    ...[...text.matchAll(statement)].map(([, type, name]) => ({ name: name!, typeOnly: type !== undefined })),
    ...[...text.matchAll(dynamic)].map(([, name]) => ({ name: name!, typeOnly: false })),
  ]
  return found.map(({ name, typeOnly }) => ({
    file,
    target: name.startsWith('.') ? posix.join(posix.dirname(file), name) : name,
    typeOnly,
  }))
}

const imports = files.flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')))

const isPackage = (target: string): boolean =>
  !files.includes(target) && !target.startsWith('../') && !target.endsWith('.ts')

/** The part of the house that a file belongs to: a folder, one adapter of `trackers/`, or a file beside them. */
function partOf(file: string): string {
  const [first = '', second = '', ...deeper] = file.split('/')
  if (['action', 'commands', 'app'].includes(first)) return 'doors'
  if (first === 'trackers' && deeper.length > 0) return `trackers/${second}`
  if (first === 'trackers') return second === 'index.ts' ? 'registry' : 'trackers'
  if (file.includes('/')) return first
  if (['action.ts', 'app.ts', 'cli.ts', 'main.ts'].includes(file)) return 'doors'
  if (file.startsWith('wire')) return 'wire'
  return file.replace(/\.ts$/, '')
}

// What stands at the bottom and may be used by everybody but the core.
const ground = ['core', 'log', 'redact']

/** Who may import whom. The doors, wire.ts and the registry of trackers are not bound. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  text: ['core'],
  http: ground,
  config: ground,
  sync: [...ground, 'text'],
  doctor: ground,
  people: ground,
  github: [...ground, 'http', 'config', 'text'],
  store: [...ground, 'http'],
  trackers: [...ground, 'http', 'config', 'text'],
  // Its tables lie in the store's database.
  queue: [...ground, 'store'],
  web: [...ground, 'sync', 'people', 'config'],
  log: ['core', 'redact'],
  redact: ['core'],
  trace: ['core'],
}

const free = ['doors', 'wire', 'registry']

const neighbours = (part: string): readonly string[] | undefined => {
  if (part.startsWith('trackers/')) return [...(allowed['trackers'] ?? []), 'trackers']
  return free.includes(part) ? undefined : (allowed[part] ?? [])
}

const forbidden = (part: string, { target, typeOnly }: Import): boolean => {
  if (isPackage(target)) return false
  const other = partOf(target)
  if (other === part) return false
  // Types of the configuration are the words that all parts share.
  if (typeOnly && other === 'config') return false
  const open = neighbours(part)
  return open !== undefined && !open.includes(other)
}

const show = ({ file, target }: Import): string => `${file} imports ${target}`

describe('who may import whom', () => {
  it('is known for every part of the house', () => {
    const parts = new Set(files.map(partOf))
    const known = [...Object.keys(allowed), ...free]
    expect([...parts].filter((part) => !known.includes(part) && !part.startsWith('trackers/'))).toEqual([])
  })

  it('is kept by every file', () => {
    expect(imports.filter((one) => forbidden(partOf(one.file), one)).map(show)).toEqual([])
  })

  it('lets nobody import a door', () => {
    const backwards = imports.filter(({ file, target }) => partOf(target) === 'doors' && partOf(file) !== 'doors')
    expect(backwards.map(show)).toEqual([])
  })

  it('keeps the adapters away from the doors', () => {
    const adapters = /^(?:github|store|queue|trackers)\//
    // What a delivery is about is found by a pure function, and the app's door does nothing else.
    const pure = 'github/events.ts'
    const direct = imports.filter(
      ({ file, target, typeOnly }) => partOf(file) === 'doors' && adapters.test(target) && !typeOnly && target !== pure,
    )
    expect(direct.map(show)).toEqual([])
  })

  it('sees a breach', () => {
    const breach = (file: string, text: string) =>
      importsOf(file, text)
        .filter((one) => forbidden(partOf(one.file), one))
        .map(show)
    expect(breach('sync/reconcile.ts', "import { a } from '../store/links.ts'")).toEqual([
      'sync/reconcile.ts imports store/links.ts',
    ])
    expect(breach('trackers/azure/client.ts', "import {\n  a,\n} from '../jira/client.ts'")).toHaveLength(1)
    expect(breach('core/plan.ts', "export { a } from '../text/print.ts'")).toHaveLength(1)
    expect(breach('core/plan.ts', "import type { Config } from '../config/schema.ts'")).toEqual([])
    expect(breach('people/import.ts', "const a = await import('../github/client.ts')")).toHaveLength(1)
  })
})

describe('packages', () => {
  const packages = imports.filter(({ target }) => isPackage(target))
  const importersOf = (name: string) =>
    packages.filter(({ target }) => target === name || target.startsWith(`${name}/`))

  it('and Node itself stay out of the core', () => {
    expect(packages.filter(({ file }) => partOf(file) === 'core').map(show)).toEqual([])
  })

  it.each([
    ['@actions/core', ['action.ts']],
    ['probot', ['app.ts', 'web/server.ts']],
  ])('such as %s are imported only where they belong', (name, homes) => {
    expect(
      importersOf(name)
        .filter(({ file }) => !homes.includes(file))
        .map(show),
    ).toEqual([])
  })
})

describe('files', () => {
  it('have names that say what is in them', () => {
    const vague = /(?:^|\/)(?:utils?|helpers?|common|services?|managers?|misc|shared)(?:\/|\.ts$)/
    expect(files.filter((file) => vague.test(file))).toEqual([])
  })

  it('are named in kebab-case', () => {
    expect(files.filter((file) => !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/.test(file))).toEqual(
      [],
    )
  })

  it('read process.env only in the doors and wire.ts', () => {
    const readers = files.filter((file) => readFileSync(join(root, file), 'utf8').includes('process.env'))
    expect(readers.filter((file) => !['doors', 'wire'].includes(partOf(file)))).toEqual([])
  })

  /** Files over the limit, each with its reason. */
  const long: Readonly<Record<string, string>> = {
    'config/schema.ts': 'the language is one thing, and reads best from top to bottom',
  }

  it('stay within 300 lines unless there is a reason', () => {
    const lines = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length - 1
    expect(files.filter((file) => lines(file) > 300 && long[file] === undefined)).toEqual([])
    expect(Object.keys(long).filter((file) => lines(file) <= 300)).toEqual([])
  })
})
