import { describe, expect, it } from 'vitest'
import { mergeText } from '../../src/core/block-merge.ts'
import { rememberText } from '../../src/core/blocks.ts'
import { printCommentForTracker } from '../../src/text/comment.ts'
import { htmlFormat, markdownFormat, toGitHub, toTracker, wikiFormat } from '../../src/text/format.ts'

const context = { issueUrl: 'https://github.com/acme/app/issues/1' }
const formats = [htmlFormat, wikiFormat, markdownFormat]

// What people complained about in other tools, and what must not happen here.
describe.each(formats)('text that is never damaged ($format)', (format) => {
  const issue =
    '# Crash\r\n\r\nSteps:  \r\n* one\r\n* two\r\n\r\n```js\r\nif (a<b) {  c(); }\r\n```\r\n\r\n| a|b |\r\n|---|---|\r\n|1|2|\r\n'
  const ticket = format.fromMarkdown(issue, context)
  const back = (now: { issue: string; ticket: string }) =>
    mergeText({
      source: { format, now: now.ticket, base: rememberText(format, ticket) },
      destination: { format: markdownFormat, now: now.issue, base: rememberText(markdownFormat, issue) },
      ...toGitHub(format, context),
    })

  it('complaint 13: a body that only looks different after conversion is no difference', () => {
    expect(format.equal(ticket, format.fromMarkdown(format.toMarkdown(ticket, context), context))).toBe(true)
    expect(back({ issue, ticket })).toMatchObject({ text: issue, changed: false })
  })

  it('complaint 14: the original issue is not rewritten by running again, and its code stays byte for byte', () => {
    const commented = `${ticket}${format.gap}${format.fromMarkdown('One more remark', context)}`
    const merged = back({ issue, ticket: commented })
    expect(merged.text).toBe(`${issue.trimEnd()}\n\nOne more remark`)
    expect(back({ issue, ticket }).changed).toBe(false)
  })

  it('complaint 15: a small change leaves the rest of the text and its line ends alone', () => {
    const edited = ticket.replace('Crash', 'Crash at start')
    expect(back({ issue, ticket: edited }).text).toBe(issue.replace('Crash', 'Crash at start'))
  })

  it('complaint 16: rich text and pictures arrive as rich text and pictures', () => {
    const markdown = '**Bold** and ![shot](https://example.com/shot.png)'
    const arrived = {
      html: /<strong>Bold<\/strong>.*<img src="https:/,
      wiki: /\*Bold\*.*!https:/,
      markdown: /\*\*Bold\*\*.*!\[shot\]/,
    }
    expect(format.fromMarkdown(markdown, context)).toMatch(arrived[format.format])
  })

  it('complaint 17: formatting survives the way there and back', () => {
    const markdown = '# A\n\n- [ ] b\n  - **c** `d`\n\n> e\n\n```ts\nf\n```\n\n| g | h |\n| - | - |\n| i | j |'
    expect(format.toMarkdown(format.fromMarkdown(markdown, context), context)).toBe(markdown)
  })

  it('complaint 18: every picture is offered for rewriting, wherever it stands', () => {
    const seen: string[] = []
    const rewriteLink = (url: string, kind: string) => {
      if (kind === 'image') seen.push(url)
      return undefined
    }
    const picture = (index: number) => `![](https://example.com/${index}.png)`
    const markdown = [
      picture(1),
      `- a ${picture(2)}`,
      `> ${picture(3)}`,
      `| a |\n| - |\n| ${picture(4)} |`,
      `[${picture(5)}](https://example.com)`,
      `<details>\n<summary>b</summary>\n\n${picture(6)}\n\n</details>`,
    ].join('\n\n')
    const expected = [1, 2, 3, 4, 5, 6].map((index) => `https://example.com/${index}.png`)
    const text = format.fromMarkdown(markdown, { ...context, rewriteLink })
    expect(seen.sort()).toEqual(expected)
    seen.length = 0
    format.toMarkdown(text, { ...context, rewriteLink })
    expect(seen.sort()).toEqual(expected)
  })

  it('complaint 19: a private attachment can be given another address', () => {
    const url = 'https://github.com/user-attachments/assets/1b2c'
    const rewriteLink = (address: string) => (address === url ? 'https://tracker.example.com/file/7' : undefined)
    const text = format.fromMarkdown(`![shot](${url}) and [log](${url})`, { ...context, rewriteLink })
    expect(text).not.toContain('user-attachments')
    expect(text.match(/tracker\.example\.com\/file\/7/g)).toHaveLength(2)
  })

  it.each([
    ['paragraphs', 'Some words of a paragraph.\n\n'.repeat(6_700)],
    ['one paragraph', 'word '.repeat(36_000)],
    ['one block of code', `\`\`\`log\n${'a line of a log\n'.repeat(11_000)}\`\`\``],
  ])('complaint 20: a body of 180,000 characters is cut, with a way to the rest: %s', (_name, markdown) => {
    const moreUrl = 'https://github.com/acme/app/issues/1'
    const text = format.fromMarkdown(markdown, { ...context, limit: 32_767, moreUrl })
    expect(text.length).toBeLessThanOrEqual(32_767)
    expect(text.length).toBeGreaterThan(25_000)
    expect(text.slice(-150)).toContain(moreUrl)
    const last = format.split(text).blocks.at(-1)
    expect(last?.words).toBe('Thetextgoesonhere')
  })
})

describe('comments', () => {
  it('complaint 36: carry their author and the way back', () => {
    const markdown = printCommentForTracker({
      authorName: 'Jane *Doe*',
      authorLogin: 'jane',
      url: 'https://github.com/acme/app/issues/1#issuecomment-5',
      markdown: 'Look at **this**',
    })
    expect(toTracker(htmlFormat, context).convert(markdown, markdown)).toBe(
      '<p><strong><a href="https://github.com/acme/app/issues/1#issuecomment-5">Jane *Doe* (jane)</a></strong> wrote on GitHub:</p>' +
        '<p>Look at <strong>this</strong></p>',
    )
  })
})
