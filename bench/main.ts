/** `npm run bench -- NAME [OPTIONS]` */
const benches: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<void>>>> = {
  app: async () => (await import('./app.ts')).benchApp,
  import: async () => (await import('./import.ts')).benchImport,
  scan: async () => (await import('./scan.ts')).benchScan,
  start: async () => (await import('./start.ts')).benchStart,
}

const [name = '', ...args] = process.argv.slice(2)
const load = Object.hasOwn(benches, name) ? benches[name] : undefined
if (load === undefined) {
  console.error(`Usage: npm run bench -- ${Object.keys(benches).join('|')} [OPTIONS]`)
  process.exitCode = 2
} else {
  await (
    await load()
  )(args)
}
