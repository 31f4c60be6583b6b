import type { Nodes, Root } from 'mdast'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkStringify from 'remark-stringify'
import { unified } from 'unified'

const parser = unified().use(remarkParse).use(remarkGfm).freeze()

const printer = unified()
  .use(remarkGfm, { tablePipeAlign: false })
  .use(remarkStringify, {
    bullet: '-',
    bulletOther: '*',
    emphasis: '*',
    strong: '*',
    fence: '`',
    fences: true,
    listItemIndent: 'one',
    rule: '-',
    handlers: {
      text(node: { value: string }, _parent, state, info) {
        return state
          .safe(node.value, info)
          .replace(/(?<=[\p{L}\p{N}])\\_(?=[\p{L}\p{N}])/gu, '_')
          .replace(/(?<!\\)\\#(?=\d)/g, '#')
      },
    },
  })
  .freeze()

// Deeper than any person writes: 10,000 nested quotes would overflow the stack of every tree walker.
const maximumNesting = 60

const nestedStart = new RegExp(String.raw`^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)])){${maximumNesting}}`, 'u')

/** Takes the meaning, not the length, from container marks beyond the limit: places in the text stay what they are. */
function clipNesting(markdown: string): string {
  if (!markdown.includes('>'.repeat(2)) && !/(?:[-*+>][ \t]*){40}/u.test(markdown)) return markdown
  return markdown
    .split('\n')
    .map((line) => {
      const start = nestedStart.exec(line)?.[0].length
      return start === undefined ? line : line.slice(0, start) + line.slice(start).replaceAll(/[>*+-]/gu, '›')
    })
    .join('\n')
}

export const parseMarkdown = (markdown: string): Root => parser.parse(clipNesting(markdown))

export const printMarkdown = (root: Root): string => printer.stringify(root).replace(/\n$/u, '')

/** The visible text below a node, without alternative texts of images. */
export function textOf(node: Nodes): string {
  if (node.type === 'text' || node.type === 'inlineCode' || node.type === 'code') return node.value
  if (node.type === 'break') return ' '
  if (node.type === 'footnoteReference') return node.label ?? node.identifier
  if (node.type === 'footnoteDefinition')
    return `${node.label ?? node.identifier} ${node.children.map(textOf).join(' ')}`
  return 'children' in node ? node.children.map(textOf).join(' ') : ''
}
