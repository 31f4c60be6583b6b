import { z } from 'zod'
import type { ImageFile, IssueHost } from '../core/ports.ts'
import type { Client } from './client.ts'
import { CommentJson, IssueJson } from './schema.ts'

const ISSUE = '/repos/{owner}/{repo}/issues/{issue_number}'
const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const PER_PAGE = 100

// Pasted pictures. In a private repository they open for people who are signed in there, and for no token.
const PASTED = new RegExp(
  String.raw`https?://[^\s/"'()<>]+/(?:user-attachments|[\w.-]+/[\w.-]+)/assets/(?:\d+/)?(${ID})`,
  'gi',
)
const SIGNED = new RegExp(String.raw`<img[^>]*?\ssrc="([^"]*?(${ID})[^"]*)"`, 'gi')

/** Pictures of private repositories: only the rendered text leads to them, by addresses signed for five minutes. */
export function createImages(client: Client): Pick<IssueHost, 'findImages' | 'readImages'> {
  return {
    findImages: (text) => [...new Set([...text.matchAll(PASTED)].map(([url]) => url))],

    async readImages({ owner, repo, number }, urls) {
      const at = { owner, repo, issue_number: number, headers: { accept: 'application/vnd.github.full+json' } }
      const wanted = new Map(
        urls.flatMap((url) => [...url.matchAll(PASTED)].map(([, id = '']) => [id.toLowerCase(), url])),
      )
      const files = new Map<string, ImageFile>()

      async function take(html: string): Promise<void> {
        for (const [, address = '', id = ''] of html.matchAll(SIGNED)) {
          const url = wanted.get(id.toLowerCase())
          if (url === undefined || files.has(url)) continue
          const file = await download(address.replaceAll('&amp;', '&'), id)
          if (file !== undefined) files.set(url, file)
        }
      }

      await take((await client.read(IssueJson, `GET ${ISSUE}`, at)).body_html ?? '')
      for (let page = 1; files.size < wanted.size; page++) {
        const comments = await client.read(z.array(CommentJson), `GET ${ISSUE}/comments`, {
          ...at,
          per_page: PER_PAGE,
          page,
        })
        for (const { body_html } of comments) await take(body_html ?? '')
        if (comments.length < PER_PAGE) break
      }
      return files
    },
  }
}

// GitHub takes pictures of up to 10 MB, and other pasted files of up to 25 MB.
const LARGEST = 30 * 1024 * 1024
const TIMEOUT_MS = 30_000

/** Without our token: the address itself is the permission, and it belongs to another host. */
async function download(address: string, id: string): Promise<ImageFile | undefined> {
  try {
    const reply = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    const type = reply.headers.get('content-type')?.split(';')[0] ?? ''
    if (!reply.ok || !type.startsWith('image/') || Number(reply.headers.get('content-length')) > LARGEST)
      return undefined
    const bytes = new Uint8Array(await reply.arrayBuffer())
    return { name: `${id}.${type.slice('image/'.length).split('+')[0]}`, type, bytes }
  } catch {
    // The caller says of each picture that is not in the answer that it stays a link.
    return undefined
  }
}
