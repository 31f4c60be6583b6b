// What Azure DevOps lets through in HTML fields; everything else loses its tag but keeps its content.
const ALLOWED = new Set(
  'a abbr b blockquote br caption center code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins li mark ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul'.split(
    ' ',
  ),
)
const VOID = new Set(['br', 'hr', 'img', 'col'])
const DROPPED_WITH_CONTENT = new Set(['script', 'style', 'iframe', 'object', 'noscript', 'template', 'title'])
const ATTRIBUTES = new Set(
  'href src alt title width height align valign colspan rowspan style class target rel color face size border cellpadding cellspacing start type data-vss-mention'.split(
    ' ',
  ),
)
const DANGEROUS_STYLE = /expression|javascript:|behavior|url\s*\(|position|@import/i

const TAG = /<!--[\s\S]*?-->|<\/?[a-z][^\s/>]*(?:\s+[^\s=/>]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*\s*\/?>/gi
const ATTRIBUTE = /([^\s=/>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g

function cleanText(text: string, normalise: boolean): string {
  if (!normalise) return text
  return text
    .replaceAll(/&(?!(?:[a-z][a-z0-9]*|#\d+|#x[0-9a-f]+);)/gi, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/&#0*39;|&apos;|&#x0*27;/gi, "'")
    .replaceAll(/&quot;|&#0*34;/gi, '"')
    .replaceAll(/&#0*160;|&#xa0;|\u00A0/gi, '&nbsp;')
    .replaceAll('\r\n', '\n')
}

function cleanAttributes(source: string, normalise: boolean): string {
  let kept = ''
  for (const [, name = '', double, single, bare] of source.matchAll(ATTRIBUTE)) {
    const lower = name.toLowerCase()
    const value = double ?? single ?? bare ?? ''
    if (!ATTRIBUTES.has(lower)) continue
    if ((lower === 'href' || lower === 'src') && /^\s*(?:javascript|vbscript|data:text)/i.test(value)) continue
    if (lower === 'style') {
      const rules = value.split(';').map((rule) => rule.trim())
      const safe = rules.filter((rule) => rule !== '' && !DANGEROUS_STYLE.test(rule))
      if (safe.length === 0) continue
      kept += normalise
        ? ` style="${safe.map((rule) => rule.replace(/\s*:\s*/, ':')).join(';')};"`
        : ` style="${safe.join('; ')}"`
      continue
    }
    kept += ` ${lower}="${value.replaceAll('"', '&quot;')}"`
  }
  return kept
}

/** HTML as the server keeps it: nothing dangerous, nothing unknown and, with `normalise`, in its own spelling. */
export function cleanHtml(html: string, normalise: boolean): string {
  let result = ''
  let position = 0
  let dropping: string | null = null
  for (const match of html.matchAll(TAG)) {
    if (dropping === null) result += cleanText(html.slice(position, match.index), normalise)
    position = match.index + match[0].length
    const [, slash = '', rawName = '', rest = ''] = /^<(\/?)([a-z][^\s/>]*)([\s\S]*?)\/?>$/i.exec(match[0]) ?? []
    const name = rawName.toLowerCase()
    if (dropping !== null) {
      if (slash === '/' && name === dropping) dropping = null
      continue
    }
    if (DROPPED_WITH_CONTENT.has(name)) {
      if (slash === '') dropping = name
      continue
    }
    if (!ALLOWED.has(name)) continue
    if (slash === '/') result += VOID.has(name) ? '' : `</${name}>`
    else result += `<${name}${cleanAttributes(rest, normalise)}>`
  }
  if (dropping === null) result += cleanText(html.slice(position), normalise)
  return normalise ? result.trim() : result
}

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A glimpse of what the server renders: paragraphs, emphasis, code and links are enough to be told from the source. */
export function renderMarkdown(markdown: string): string {
  return markdown
    .split(/\n{2,}/)
    .map((block) => {
      const inline = escapeHtml(block)
        .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
        .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
        .replaceAll(/\*([^*]+)\*/g, '<em>$1</em>')
        .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, '<a href="$2">$1</a>')
      const heading = /^(#{1,6})\s+(.*)$/.exec(inline)
      if (heading !== null) return `<h${heading[1]!.length}>${heading[2]}</h${heading[1]!.length}>`
      return `<p>${inline.replaceAll('\n', '<br>')}</p>`
    })
    .join('\n')
}
