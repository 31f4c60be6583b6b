import { describe, expect, it } from 'vitest'
import { htmlFormat, markdownFormat, wikiFormat } from '../../src/text/format.ts'
import { measureComputing, measureSlowness } from '../slowness.ts'

const guid = 'a1111111-2222-3333-4444-555555555555'
const context = {
  issueUrl: 'https://github.com/acme/app/issues/1',
  mentionToTracker: (login: string) => (login === 'jane' ? { account: guid, name: 'Jane Doe' } : undefined),
  mentionToGitHub: (account: string) => (account === guid ? 'jane' : undefined),
}

describe("a tracker's own Markdown", () => {
  const written = '*  one\n*  two\n\nSetext\n======\n\n'

  it('stays as its author wrote it', () => {
    expect(markdownFormat.fromMarkdown(written, context)).toBe(written)
    expect(markdownFormat.toMarkdown(written, context)).toBe(written)
  })

  it.each([
    ['a person', 'ask @jane', `ask @<${guid}>`],
    ['a stranger', 'ask @octocat', 'ask [@octocat](https://github.com/octocat)'],
    ['a reference', 'see #12.', 'see [#12](https://github.com/acme/app/issues/12).'],
    ['code', '`@jane #12`\n\n```\n@jane\n```', '`@jane #12`\n\n```\n@jane\n```'],
  ])('carries %s both ways', (_name, markdown, tracker) => {
    expect(markdownFormat.fromMarkdown(markdown, context)).toBe(tracker)
    expect(markdownFormat.toMarkdown(tracker, context)).toBe(markdown)
  })

  it('mentions nobody on GitHub who was not meant', () => {
    expect(markdownFormat.toMarkdown('@octocat #5 @<b1111111-2222-3333-4444-555555555555>', context)).toBe(
      '@\u2060octocat #\u20605 @\u2060someone',
    )
  })

  it('keeps hidden comments on their side', () => {
    expect(markdownFormat.fromMarkdown('a\n\n<!-- hint -->\n\nb', context)).toBe('a\n\n\n\nb')
    expect(markdownFormat.toMarkdown('a <!-- lockstep:comment x --> b', context)).toBe('a  b')
  })

  it('makes relative addresses absolute', () => {
    expect(markdownFormat.fromMarkdown('[a](../blob/main/a.md "t") ![b](../raw/b.png)', context)).toBe(
      '[a](https://github.com/acme/app/blob/main/a.md "t") ![b](https://github.com/acme/app/raw/b.png)',
    )
  })
})

describe.each([htmlFormat, wikiFormat, markdownFormat])('a limit ($format)', (format) => {
  const blocks = Array.from({ length: 50 }, (_, index) => `Paragraph ${index} **bold**`).join('\n\n')
  const limited = { limit: 400, moreUrl: 'https://example.com/more' }

  it('cuts at the end of a block and says where the rest is', () => {
    const text = format.fromMarkdown(blocks, limited)
    expect(text.length).toBeLessThanOrEqual(400)
    const words = format.split(text).blocks.map((block) => block.words)
    expect(words.slice(0, 3)).toEqual(['Paragraph0bold', 'Paragraph1bold', 'Paragraph2bold'])
    expect(words.at(-1)).toBe('Thetextgoesonhere')
    expect(text).toContain('https://example.com/more')
  })

  it('leaves alone what fits', () => {
    expect(format.fromMarkdown('short', limited)).toBe(format.fromMarkdown('short', {}))
  })

  it('never breaks a character', () => {
    for (const limit of [201, 202, 203])
      expect(format.fromMarkdown('😀'.repeat(500), { ...limited, limit }).isWellFormed()).toBe(true)
  })

  it('holds on the way to GitHub, too', () => {
    expect(format.toMarkdown(format.fromMarkdown(blocks, {}), limited).length).toBeLessThanOrEqual(400)
  })
})

describe('size and depth', () => {
  const body = (
    '## Heading\n\nSome *text* with `code`, [a link](https://example.com) and #12. ' +
    `${'More words to read. '.repeat(15)}\n\n- a\n- b\n\n\`\`\`ts\nconst a = 1\n\`\`\`\n\n`
  )
    .repeat(200)
    .slice(0, 65_536)

  it.each([htmlFormat, wikiFormat, markdownFormat])(
    'a body of 65,536 characters takes $format about as long as its eight parts do',
    (format) => {
      const part = body.slice(0, body.length / 8)
      const cost = (text: string, times: number): number => {
        const start = process.cpuUsage()
        for (let round = 0; round < times; round++) format.fromMarkdown(text, {})
        return process.cpuUsage(start).user
      }
      // A busy machine and a garbage collection make a round dear, never cheap: the cheapest of several is the work.
      const rounds = Array.from({ length: 3 }, () => ({ whole: cost(body, 1), parts: cost(part, 8) }))
      const cheapest = (of: 'whole' | 'parts') => Math.min(...rounds.map((round) => round[of]))
      // Work that grows with the square would be eight times as much.
      expect(cheapest('whole')).toBeLessThan(3 * cheapest('parts'))
    },
  )

  it.each([
    ['quotes', '>'.repeat(10_000)],
    ['brackets', '['.repeat(10_000)],
    ['lists', '- '.repeat(5_000)],
    ['tags', '<div>'.repeat(10_000)],
    ['unclosed marks', Array.from({ length: 2_000 }, (_, index) => `<font a=${index}><p>`).join('')],
    ['wide tables', `${'|a'.repeat(3_000)}|\n${'|-'.repeat(3_000)}|\n${'|x|\n'.repeat(3_000)}`],
    ['braces', '{'.repeat(10_000)],
    ['macros', '{panel:x}\n'.repeat(1_000)],
    ['stars', '*a '.repeat(5_000)],
  ])('ten thousand nested %s are no danger', async (_name, text) => {
    for (const format of [htmlFormat, wikiFormat, markdownFormat]) {
      const { ms } = await measureComputing(() => {
        format.fromMarkdown(text, {})
        format.toMarkdown(text, {})
        format.split(text)
      })
      expect(ms).toBeLessThan(15_000 * (await measureSlowness()))
    }
  })
})
