// Refuses an old Node in one sentence, then hands over to the script named first.
import { fileURLToPath } from 'node:url'
import { refuseOldNode } from '../bin/node-version.js'

refuseOldNode()

const [script, ...args] = process.argv.slice(2)
const url = new URL(`../${script}`, import.meta.url)
process.argv.splice(1, process.argv.length - 1, fileURLToPath(url), ...args)
await import(url.href)
