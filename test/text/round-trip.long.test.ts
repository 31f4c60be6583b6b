import * as fc from 'fast-check'
import { fromHtml } from 'hast-util-from-html'
import type { Nodes } from 'hast'
import { describe, expect, it } from 'vitest'
import { htmlFormat, markdownFormat, wikiFormat } from '../../src/text/format.ts'
import { anyDocument, anyText } from './documents.ts'

const context = { issueUrl: 'https://github.com/acme/app/issues/1' }
const formats = [htmlFormat, wikiFormat, markdownFormat]

describe.each(formats)('Markdown and $format', (format) => {
  const back = (markdown: string) => format.toMarkdown(format.fromMarkdown(markdown, context), context)

  it('are stable after the first way there and back', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        const first = back(document)
        expect(back(first)).toBe(first)
      }),
      { numRuns: 300 },
    )
  })

  it('take any input whatsoever', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        format.fromMarkdown(text, context)
        format.toMarkdown(text, context)
        format.split(text)
      }),
      { numRuns: 300 },
    )
  })
})

const activeTags = /^(?:script|style|iframe|object|embed|form|svg|math|template|link|meta|base|textarea|button)$/

function dangersIn(node: Nodes): string[] {
  const below = 'children' in node ? node.children.flatMap(dangersIn) : []
  if (node.type !== 'element') return below
  const own = Object.entries(node.properties).filter(
    ([name, value]) =>
      name.startsWith('on') || name === 'style' || /^\s*(?:javascript|data|vbscript):/i.test(String(value)),
  )
  return [...(activeTags.test(node.tagName) ? [node.tagName] : []), ...own.map(([name]) => name), ...below]
}

describe('whatever comes in', () => {
  it('gives no active HTML', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const html = htmlFormat.fromMarkdown(text, context)
        expect(dangersIn(fromHtml(html, { fragment: true }))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('gives no active HTML in the Markdown for GitHub', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(htmlFormat, wikiFormat), (text, format) => {
        const html = htmlFormat.fromMarkdown(format.toMarkdown(text, context), context)
        expect(dangersIn(fromHtml(html, { fragment: true }))).toEqual([])
        expect(format.toMarkdown(text, context)).not.toMatch(/\]\(\s*<?(?:javascript|data|vbscript):/i)
      }),
      { numRuns: 300 },
    )
  })

  it('gives no macro in Jira but the ones that show text', () => {
    const shown = /^\{(?:code|noformat|quote|panel|[*_\-+^~])/
    fc.assert(
      fc.property(anyText, (text) => {
        const wiki = wikiFormat.fromMarkdown(text, context)
        const outside = wiki.replaceAll(
          /\{code(?::[^}]*)?\}\n[\s\S]*?\n\{code\}|\{noformat\}\n[\s\S]*?\n\{noformat\}/g,
          '',
        )
        const macros =
          outside
            .replaceAll(/\\./gs, '')
            .replaceAll(/\{\{.*?\}\}/g, '')
            .match(/\{[^{}\n]*/g) ?? []
        expect(macros.filter((macro) => !shown.test(macro))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
