import { LockstepError } from '../core/errors.ts'

/** The value behind `$NAME` in a connection. */
export function readSecret(
  reference: string,
  { env, connection }: { readonly env: Readonly<Record<string, string | undefined>>; readonly connection: string },
): string {
  const name = reference.replace(/^\$/, '')
  const value = env[name]?.trim()
  if (value !== undefined && value !== '') return value
  throw new LockstepError('environment-invalid', `${connection}: the environment variable ${name} is not set.`, {
    remedy: `Set ${name} to the secret that the configuration names.`,
  })
}
