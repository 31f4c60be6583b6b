// Runs on any Node: it refuses old ones in one sentence, then hands over to the script named first.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `Lockstep needs Node 24 or newer, and this is Node ${process.versions.node}: run it through "npm run" after "npm ci", or install Node 24.`,
  )
  process.exit(1)
}

const [script, ...args] = process.argv.slice(2)
process.argv.splice(1, process.argv.length - 1, new URL(`../${script}`, import.meta.url).pathname, ...args)
await import(new URL(`../${script}`, import.meta.url).href)
