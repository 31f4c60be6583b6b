const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Enough of the wiki renderer to tell rendered text from source; not a model of it. */
export function renderWiki(text: string): string {
  const blocks = text.split(/\{(?:noformat|code)(?::[^}]*)?\}/)
  return blocks
    .map((block, index) =>
      index % 2 === 1 ? `<div class="preformatted panel"><pre>${escape(block)}</pre></div>` : renderText(block),
    )
    .join('\n')
}

function renderText(text: string): string {
  return text
    .split(/(?:\r?\n){2,}/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => {
      const heading = /^h([1-6])\. (.*)$/s.exec(paragraph)
      if (heading !== null)
        return `<h${heading[1]}><a name="${escape(heading[2]!)}"></a>${renderInline(heading[2]!)}</h${heading[1]}>`
      return `<p>${renderInline(paragraph).replaceAll(/\r?\n/g, '<br/>\n')}</p>`
    })
    .join('\n\n')
}

const renderInline = (text: string): string =>
  escape(text)
    .replaceAll(/(^|\s)\*([^*\n]+)\*(?=\s|$)/g, '$1<b>$2</b>')
    .replaceAll(/(^|\s)_([^_\n]+)_(?=\s|$)/g, '$1<em>$2</em>')
    .replaceAll(/\{\{([^}]+)\}\}/g, '<tt>$1</tt>')
    .replaceAll(/\[([^|\]\n]+)\|([^\]\n]+)\]/g, '<a href="$2" class="external-link" rel="nofollow noreferrer">$1</a>')
