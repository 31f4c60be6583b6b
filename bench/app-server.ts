import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createNodeMiddleware, Probot } from 'probot'
import { createApp, probotOptions } from '../src/app.ts'
import type { Environment } from '../src/config/environment.ts'
import { openKept, systemClock } from '../src/wire.ts'
import { sharedKeyPair } from '../sandbox/github/keys.ts'

// The webhook door in a process of its own: with the durable queue behind it, or with nothing.
const [kind = '', url = ''] = process.argv.slice(2)
const pem = sharedKeyPair().privateKey
const github: Environment['github'] = {
  apiUrl: 'http://127.0.0.1:1',
  serverUrl: 'http://127.0.0.1:1',
  token: null,
  app: { id: '1', privateKey: { pem }, webhookSecret: 'sandbox-secret' },
}
const options = { ...probotOptions({ github } as Environment, pem), logLevel: 'fatal' } as const
const log = { debug() {}, info() {}, warn: console.error, error: console.error }
const self = { id: 1, login: 'lockstep[bot]' }

async function createLockstep() {
  const { queue } = await openKept({ state: { kind: 'postgres', url } }, { clock: systemClock, log })
  return createApp({ queue, app: self, configFile: '.github/lockstep.yml' })
}

const probot = new Probot(options)
const app = kind === 'lockstep' ? await createLockstep() : (bare: Probot) => void bare.on('issues', () => {})
const middleware = await createNodeMiddleware(app, { probot })
const server = createServer((request, response) => void middleware(request, response))
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
