import type { Call } from './call.ts'

type Asked = Pick<Call, 'request' | 'links' | 'host'>

/** `application/vnd.github.full+json` and its kin ask for other forms of `body`; plain JSON is the raw one. */
export function shapeMedia<Thing extends { readonly body: string | null }>(call: Asked, thing: Thing) {
  const wanted = mediaOf(call.request.headers['accept'])
  if (wanted === 'raw') return thing
  const { body, ...rest } = thing
  const text = body ?? ''
  return {
    ...rest,
    ...(wanted === 'full' ? { body } : {}),
    ...(wanted === 'full' || wanted === 'html' ? { body_html: signPictures(call, renderHtml(text)) } : {}),
    ...(wanted === 'full' || wanted === 'text' ? { body_text: text } : {}),
  }
}

const SIGNED_MS = 300_000

/** Only rendered text leads to pasted pictures: its addresses are signed, for five minutes. */
function signPictures({ links, host }: Asked, html: string): string {
  const until = host.clock.now().getTime() + SIGNED_MS
  return html
    .replaceAll(`${links.html}/user-attachments/assets/`, `${links.html}/private-user-images/`)
    .replaceAll(/(\/private-user-images\/[\w-]+)/g, `$1?jwt=sandbox.${until}`)
}

export function mediaOf(accept = ''): 'raw' | 'text' | 'html' | 'full' {
  const found = /application\/vnd\.github\.(?:v3\.|[\w-]+-preview\.)?(text|html|full)\b/.exec(accept)?.[1]
  return found === 'text' || found === 'html' || found === 'full' ? found : 'raw'
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Paragraphs, pictures and links: enough to see where pictures went. */
function renderHtml(markdown: string): string {
  return markdown
    .split(/\n{2,}/)
    .filter((part) => part.trim() !== '')
    .map((part) => `<p dir="auto">${inline(part)}</p>`)
    .join('\n')
}

function inline(text: string): string {
  return escape(text)
    .replaceAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g, '<img src="$2" alt="$1" style="max-width: 100%;">')
    .replaceAll(/\[([^\]]*)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replaceAll('\n', '<br>\n')
}
