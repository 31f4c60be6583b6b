import type { Server } from 'node:net'
import { LockstepError } from '../core/errors.ts'

/** Resolves when the server listens there, or says why it cannot. */
export async function listen(
  server: Pick<Server, 'once' | 'off' | 'listen'>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(refuseToListen(error, `${host}:${port}`))
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

const reasons: Readonly<Record<string, readonly [said: string, remedy: string]>> = {
  EADDRINUSE: ['another process listens there', 'End that process, or set PORT to another port.'],
  EACCES: [
    'ports below 1024 belong to the administrator',
    'Set PORT to a higher port, and let a proxy stand in front.',
  ],
  EADDRNOTAVAIL: ['this machine does not have that address', 'Set HOST to an address of this machine, or to 0.0.0.0.'],
  ENOTFOUND: ['nobody knows that name', 'Set HOST to an address of this machine, or to 0.0.0.0.'],
}

function refuseToListen(cause: NodeJS.ErrnoException, place: string): LockstepError {
  const [said, remedy] = reasons[cause.code ?? ''] ?? [cause.message, 'Look at HOST and PORT.']
  return new LockstepError('environment-invalid', `The server cannot listen on ${place}: ${said}.`, { remedy, cause })
}
