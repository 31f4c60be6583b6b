import type { RootContent } from 'mdast'
import type { TextContext, TextFormat } from '../core/blocks.ts'
import { parseMarkdown, printMarkdown, textOf } from './markdown.ts'

/** Cuts a text at a block's end to what the other side takes, with a closing line that says where the rest is. */
export function fitText(format: TextFormat, text: string, { limit, moreUrl }: TextContext): string {
  if (limit === undefined || text.length <= limit) return text
  const note = moreUrl ? `… [The text goes on here](<${moreUrl}>)` : '… (the text was cut here)'
  const closing = format.gap + format.fromMarkdown(note, {})
  const room = limit - closing.length
  const { head, blocks } = format.split(text)
  let length = head.length
  let fitting = 0
  for (const { raw, tail } of blocks) {
    if (length + raw.length > room) break
    fitting = length + raw.length
    length = fitting + tail.length
  }
  if (fitting > 0) return text.slice(0, fitting) + closing
  return (beginningOf(format, blocks[0]?.raw ?? '', room) + closing).slice(0, limit)
}

/** The beginning of one block that is too long by itself: as code where it was code, else as plain text. */
function beginningOf(format: TextFormat, raw: string, room: number): string {
  const [first] = parseMarkdown(format.toMarkdown(raw, {})).children
  if (!first) return ''
  const visible = textOf(first)
  const convert = (length: number) => {
    const value = visible.slice(0, length).replace(/[\uD800-\uDBFF]$/u, '')
    const node: RootContent =
      first.type === 'code'
        ? { type: 'code', lang: first.lang ?? null, value }
        : { type: 'paragraph', children: [{ type: 'text', value: value.trim() }] }
    return format.fromMarkdown(printMarkdown({ type: 'root', children: [node] }), {})
  }
  let length = Math.min(visible.length, room)
  let text = convert(length)
  while (text.length > room && length > 0) {
    length = Math.floor(length * Math.min(0.9, room / text.length))
    text = convert(length)
  }
  return length > 0 ? text : ''
}
