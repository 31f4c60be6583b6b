#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { refuseOldNode } from './node-version.js'

refuseOldNode()

// A checkout runs from source; the package ships only what was built.
const source = new URL('../src/cli.ts', import.meta.url)
const { main } = await import(existsSync(source) ? source.href : new URL('../lib/cli.js', import.meta.url).href)
await main()
