import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rememberText } from '../../src/core/blocks.ts'
import { htmlFormat, markdownFormat, wikiFormat } from '../../src/text/format.ts'
import { joinBlocks } from '../../src/text/split.ts'
import { anyDocument, anyText } from './documents.ts'

const raws = (format: typeof htmlFormat, text: string) => format.split(text).blocks.map((block) => block.raw)

describe('splitting a text', () => {
  it.each([htmlFormat, wikiFormat, markdownFormat])('loses nothing of $format', (format) => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(joinBlocks(format.split(text))).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  it.each([htmlFormat, wikiFormat])('gives blocks whose words are the same in Markdown and $format', (format) => {
    const words = (of: typeof htmlFormat, text: string) =>
      of
        .split(text)
        .blocks.map((block) => block.words)
        .join('')
    fc.assert(
      fc.property(anyDocument, (document) => {
        const plain = format.toMarkdown(format.fromMarkdown(document, {}), {})
        expect(words(format, format.fromMarkdown(plain, {}))).toBe(words(markdownFormat, plain))
      }),
      { numRuns: 100 },
    )
  })

  it('cuts Markdown at its blocks', () => {
    const text = '\n# A\ntext\n- a\n\n  b\n\n<details>\n\nc\n\n</details>\n\n[x]: https://example.com\n\n    code\n'
    expect(raws(markdownFormat, text)).toEqual([
      '# A',
      'text',
      '- a\n\n  b',
      '<details>\n\nc\n\n</details>',
      '    code',
    ])
  })

  it('cuts HTML within the frames of an editor', () => {
    const text = '<div><div>a</div><div><br></div>loose <b>text</b><ul><li>b</li></ul></div>'
    expect(raws(htmlFormat, text)).toEqual(['<div>a</div>', 'loose <b>text</b>', '<ul><li>b</li></ul>'])
  })

  it('cuts wiki markup at lines and macros', () => {
    const text = 'h1. A\ntext\nmore\n* a\n{code}\nb\n\nc\n{code}\n* d\n\n|e|\n{quote}\nf\n\ng\n{quote}\n'
    expect(raws(wikiFormat, text)).toEqual([
      'h1. A',
      'text\nmore',
      '* a\n{code}\nb\n\nc\n{code}\n* d',
      '|e|',
      '{quote}\nf\n\ng\n{quote}',
    ])
  })

  it.each([
    [htmlFormat, '<p>a b</p><ul><li>c</li></ul>', '<div style="x">a&nbsp;b </div>\r\n<ul>\n <li>c</li>\n</ul>'],
    [htmlFormat, '<p>a &amp; b</p>', '<P>a &#38; b</P><div><br></div>'],
    [markdownFormat, 'a  \nb\n\nc', 'a\r\nb\r\n\r\n\r\nc\r\n'],
    [wikiFormat, 'a\n\n* b', 'a \r\n\r\n\r\n* b\r\n'],
  ])('finds equal what a server rewrites by itself', (format, left, right) => {
    expect(format.equal(left, right)).toBe(true)
    expect(rememberText(format, left)).toEqual(rememberText(format, right))
  })

  it('finds different what says something else', () => {
    expect(htmlFormat.equal('<p>a</p>', '<p><b>a</b></p>')).toBe(false)
    expect(markdownFormat.equal('    a', 'a')).toBe(false)
    expect(markdownFormat.equal('[a][1]\n\n[1]: https://example.com/1', '[a][1]\n\n[1]: https://example.com/2')).toBe(
      false,
    )
    expect(wikiFormat.equal('* a', '# a')).toBe(false)
  })

  it('remembers a text without a word of it', () => {
    const base = rememberText(markdownFormat, 'Secret words\n\nMore secrets')
    expect(base.blocks).toHaveLength(2)
    expect(JSON.stringify(base)).toMatch(/^\{"whole":"[0-9a-f]{32}","blocks":\["[0-9a-f]{24}","[0-9a-f]{24}"\]\}$/)
  })
})
