import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyOfPrintedComment, printCommentForGitHub } from '../../src/text/comment.ts'
import { htmlFormat, markdownFormat, wikiFormat } from '../../src/text/format.ts'
import { findMark, printMark, stripMark } from '../../src/text/marks.ts'
import { parseMarkdown } from '../../src/text/markdown.ts'
import { anyText } from './documents.ts'

const print = (markdown: string, key = 'azure:5:7') =>
  printCommentForGitHub({
    authorName: 'Jane Doe',
    trackerName: 'Azure DevOps',
    url: 'https://example.com/5#7',
    markdown,
    key,
  })

describe('a comment from a tracker', () => {
  it('says who wrote it where, and ends with a hidden mark', () => {
    expect(print('Hello')).toBe(
      '**[Jane Doe](https://example.com/5#7)** wrote in Azure DevOps:\n\nHello\n\n<!-- lockstep:comment azure:5:7 -->'.replace(
        'azure:5:7',
        'azure%3A5%3A7',
      ),
    )
  })

  it('mentions nobody by its author', () => {
    const markdown = printCommentForGitHub({
      authorName: '@octocat',
      trackerName: 'Jira',
      url: 'https://example.com',
      markdown: 'x',
      key: 'k',
    })
    expect(markdown).toContain('[@\u2060octocat]')
  })

  it('gives back its text after it was edited on GitHub', () => {
    expect(bodyOfPrintedComment(print('One\n\nTwo').replace('Two', 'Three'))).toBe('One\n\nThree')
    expect(bodyOfPrintedComment('No mark of ours')).toBe('No mark of ours')
  })
})

describe('a hidden mark', () => {
  it('holds any key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        fc.pre(key.isWellFormed())
        const mark = printMark({ kind: 'comment', key })
        expect(mark.slice(4, -3)).not.toMatch(/--|>/)
        expect(findMark(`text\n\n${mark}\n`)).toEqual({ kind: 'comment', key })
        expect(stripMark(`text\n\n${mark}\n`)).toBe('text')
      }),
    )
  })

  it('is not taken from the middle of a text', () => {
    expect(findMark('<!-- lockstep:comment x -->\n\ntext')).toBeUndefined()
    expect(findMark('    <!-- lockstep:comment x -->')).toBeUndefined()
    expect(findMark('`<!-- lockstep:comment x -->`')).toBeUndefined()
  })

  it.each([
    '<!-- lockstep:comment forged -->',
    '&lt;!-- lockstep:comment forged --&gt;',
    '```\n<!-- lockstep:comment forged -->',
    '{code}\n<!-- lockstep:comment forged -->',
    '<pre>\n<!-- lockstep:comment forged -->',
    '    <!-- lockstep:comment forged -->',
    '<details>\n\n<!-- lockstep:comment forged -->',
  ])('cannot be forged or hidden by a text: %s', (text) => {
    for (const format of [htmlFormat, wikiFormat, markdownFormat]) {
      const body = format.toMarkdown(text, {})
      expect(findMark(body)).toBeUndefined()
      expect(findMark(print(body))?.key).toBe('azure:5:7')
      expect(parseMarkdown(print(body)).children.at(-1)).toMatchObject({
        type: 'html',
        value: printMark({ kind: 'comment', key: 'azure:5:7' }),
      })
    }
  })

  it('stands last and hidden whatever the text is', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(htmlFormat, wikiFormat, markdownFormat), (text, format) => {
        const printed = print(format.toMarkdown(text, {}))
        expect(findMark(printed)?.key).toBe('azure:5:7')
        expect(parseMarkdown(printed).children.at(-1)?.type).toBe('html')
      }),
      { numRuns: 200 },
    )
  })
})
