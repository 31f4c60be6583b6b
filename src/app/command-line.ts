/** What people write in a comment, as the command it is. */
export type Command =
  | { readonly name: 'link'; readonly ticket: string }
  | { readonly name: 'unlink'; readonly tracker: string | null }
  | { readonly name: 'sync' | 'plan' | 'explain' | 'retry' | 'pause' | 'resume' | 'help' }
  | { readonly name: 'unknown'; readonly word: string; readonly problem: string }

const plainNames = ['sync', 'plan', 'explain', 'retry', 'pause', 'resume', 'help'] as const
type PlainName = (typeof plainNames)[number]

export const commandHelp: Readonly<Record<PlainName | 'link' | 'unlink', string>> = {
  link: 'pair this issue with a ticket: `/lockstep link AB#12`, `/lockstep link PLAT-7` or `/lockstep link TRACKER:KEY`',
  unlink:
    'part the pair; nothing is deleted, and nothing new is created (`/lockstep unlink TRACKER` for one of several)',
  sync: 'bring this issue and its tickets in step now',
  plan: 'show what a sync would change',
  explain: 'tell what this issue is paired with, and why or why not',
  retry: 'try again what failed',
  pause: 'leave this issue and its tickets alone',
  resume: 'go on after a pause',
  help: 'show this list',
}

const isPlain = (name: string): name is PlainName => plainNames.some((plain) => plain === name)

/** The first line decides; `undefined` when it is no command to us. */
export function parseCommand(body: string): Command | undefined {
  const [line = ''] = body.trim().split(/\r?\n/)
  const [start = '', word = 'help', ...rest] = line.trim().split(/\s+/)
  if (start.toLowerCase() !== '/lockstep') return undefined
  const name = word.toLowerCase()
  const [argument] = rest
  if (rest.length > 1) return { name: 'unknown', word: name, problem: `\`${name}\` takes no more than one word.` }
  if (name === 'link') {
    if (argument === undefined) return { name: 'unknown', word: name, problem: 'Which ticket? Name it after `link`.' }
    return { name, ticket: argument }
  }
  if (name === 'unlink') return { name, tracker: argument ?? null }
  if (!isPlain(name)) return { name: 'unknown', word: name, problem: 'There is no such command.' }
  return argument === undefined ? { name } : { name: 'unknown', word: name, problem: `\`${name}\` stands alone.` }
}
