import type { TextContext, TextFormat } from '../core/blocks.ts'
import { parseMarkdown, printMarkdown, textOf } from './markdown.ts'

/** Cuts a text at a block's end to what the other side takes, with a closing line that says where the rest is. */
export function fitText(format: TextFormat, text: string, { limit, moreUrl }: TextContext): string {
  if (limit === undefined || text.length <= limit) return text
  const note = moreUrl ? `… [The text goes on here](<${moreUrl}>)` : '… (the text was cut here)'
  const closing = format.gap + format.fromMarkdown(note, {})
  const room = limit - closing.length
  const { head, blocks } = format.split(text)
  let kept = head
  let count = 0
  for (const block of blocks) {
    if (kept.length + block.raw.length > room) break
    kept += block.raw + block.tail
    count += 1
  }
  if (count > 0) {
    const last = blocks[count - 1]
    return kept.slice(0, kept.length - (last?.tail.length ?? 0)) + closing
  }
  return (beginningOf(format, blocks[0]?.raw ?? '', room) + closing).slice(0, limit)
}

/** The beginning of one block that is too long by itself: as code where it was code, else as plain text. */
function beginningOf(format: TextFormat, raw: string, room: number): string {
  const [first] = parseMarkdown(format.toMarkdown(raw, {})).children
  if (!first) return ''
  const visible = textOf(first)
  const convert = (length: number) => {
    const value = visible.slice(0, length).replace(/[\uD800-\uDBFF]$/u, '')
    const code = { type: 'code', lang: first.type === 'code' ? first.lang : null, value } as const
    const paragraph = { type: 'paragraph', children: [{ type: 'text', value: value.trim() }] } as const
    const node = first.type === 'code' ? { ...code } : { ...paragraph, children: [...paragraph.children] }
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
