import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rememberText, type TextFormat } from '../../src/core/blocks.ts'
import { mergeText } from '../../src/core/block-merge.ts'
import { htmlFormat, markdownFormat, toGitHub, toTracker, wikiFormat } from '../../src/text/format.ts'

const context = { issueUrl: 'https://github.com/acme/app/issues/1' }

interface Agreed {
  readonly format: TextFormat
  readonly issue: string
  readonly ticket: string
}

const agree = (format: TextFormat, issue: string): Agreed => {
  return { format, issue, ticket: format.fromMarkdown(issue, context) }
}

const intoTicket = ({ format, issue, ticket }: Agreed, now: { issue?: string; ticket?: string }) =>
  mergeText({
    source: { format: markdownFormat, now: now.issue ?? issue, base: rememberText(markdownFormat, issue) },
    destination: { format, now: now.ticket ?? ticket, base: rememberText(format, ticket) },
    ...toTracker(format, context),
  })

const intoIssue = ({ format, issue, ticket }: Agreed, now: { issue?: string; ticket?: string }) =>
  mergeText({
    source: { format, now: now.ticket ?? ticket, base: rememberText(format, ticket) },
    destination: { format: markdownFormat, now: now.issue ?? issue, base: rememberText(markdownFormat, issue) },
    ...toGitHub(format, context),
  })

const issue = '# Title\nFirst *old* paragraph  \nwith two lines\n\n* a\n* b\n\n<!-- hint -->\n\nLast paragraph\n'

describe('merging a text into an issue', () => {
  const agreed = agree(htmlFormat, issue)

  it('changes nothing where nothing was edited', () => {
    expect(intoIssue(agreed, {})).toEqual({
      text: issue,
      textIfDestinationWins: issue,
      conflict: false,
      changed: false,
    })
  })

  it('leaves every other block as its author wrote it', () => {
    const ticket = agreed.ticket.replace('Last paragraph', 'Last <b>edited</b> paragraph')
    const merged = intoIssue(agreed, { ticket })
    expect(merged.text).toBe(issue.replace('Last paragraph', 'Last **edited** paragraph'))
    expect(merged).toMatchObject({ changed: true, conflict: false })
  })

  it('is not moved by what a server rewrites by itself', () => {
    const ticket = agreed.ticket
      .replace('First ', 'First&nbsp;')
      .replaceAll('<p>', '<div style="color:black">')
      .replaceAll('</p>', '</div>\r\n')
    expect(intoIssue(agreed, { ticket }).changed).toBe(false)
  })

  it('keeps hidden comments when their neighbours go', () => {
    const ticket = agreed.ticket.replace(/<ul>.*<\/ul>/, '')
    expect(intoIssue(agreed, { ticket }).text).toBe(
      '# Title\nFirst *old* paragraph  \nwith two lines\n\n\n\n<!-- hint -->\n\nLast paragraph\n',
    )
  })

  it('puts a full gap around what is new', () => {
    const ticket = agreed.ticket.replace('</h1>', '</h1><p>New</p>')
    expect(intoIssue(agreed, { ticket }).text).toBe(issue.replace('# Title\n', '# Title\n\nNew\n\n'))
  })

  it('keeps edits of both sides to different blocks', () => {
    const edited = { issue: issue.replace('* b', '* b\n* c'), ticket: agreed.ticket.replace('Last', 'Very last') }
    expect(intoIssue(agreed, edited).text).toBe(edited.issue.replace('Last', 'Very last'))
    expect(intoTicket(agreed, edited).text).toBe(edited.ticket.replace('<li>b</li>', '<li>b</li><li>c</li>'))
    expect(intoIssue(agreed, edited).conflict).toBe(false)
  })

  it('reports edits of both sides to one block, with both results', () => {
    const edited = { issue: issue.replace('Last', 'Issue'), ticket: agreed.ticket.replace('Last', 'Ticket') }
    expect(intoIssue(agreed, edited)).toEqual({
      text: issue.replace('Last', 'Ticket'),
      textIfDestinationWins: edited.issue,
      conflict: true,
      changed: true,
    })
  })

  it('sees no conflict where both sides made the same edit', () => {
    const edited = { issue: issue.replace('Last', 'Same'), ticket: agreed.ticket.replace('Last', 'Same') }
    expect(intoIssue(agreed, edited)).toMatchObject({ text: edited.issue, conflict: false, changed: false })
  })

  it("keeps a block's edit although the other side changed how the same block is written", () => {
    const edited = { issue: issue.replace('* a\n* b', '- a\n- b'), ticket: agreed.ticket.replace('>b<', '>edited<') }
    expect(intoTicket(agreed, edited)).toMatchObject({ text: edited.ticket, conflict: false, changed: false })
  })

  it('keeps new blocks of both sides in one order on both sides', () => {
    const edited = { issue: `${issue}\nFrom the issue\n`, ticket: `${agreed.ticket}<p>From the ticket</p>` }
    const [left, right] = [intoIssue(agreed, edited), intoTicket(agreed, edited)]
    const order = (text: string) => [text.indexOf('From the issue'), text.indexOf('From the ticket')]
    expect(Math.min(...order(left.text), ...order(right.text))).toBeGreaterThan(0)
    expect(order(left.text)[0]! < order(left.text)[1]!).toBe(order(right.text)[0]! < order(right.text)[1]!)
    expect([left.conflict, right.conflict]).toEqual([false, false])
  })

  it('converts the whole text where nothing is remembered, and writes it only if it says something else', () => {
    const first = (now: string) =>
      mergeText({
        source: { format: markdownFormat, now: issue, base: undefined },
        destination: { format: htmlFormat, now, base: undefined },
        ...toTracker(htmlFormat, context),
      })
    expect(first('')).toMatchObject({ text: agreed.ticket, changed: true })
    expect(first(agreed.ticket.replaceAll('p>', 'div>'))).toMatchObject({ changed: false })
  })

  it('stays away from a destination whose base is lost, as long as the source is unedited', () => {
    const merged = mergeText({
      source: { format: htmlFormat, now: agreed.ticket, base: rememberText(htmlFormat, agreed.ticket) },
      destination: { format: markdownFormat, now: 'Something *else*', base: undefined },
      ...toGitHub(htmlFormat, context),
    })
    expect(merged).toMatchObject({ text: 'Something *else*', changed: false })
  })

  it('takes over the whole text where the blocks of the two bases stand in another order', () => {
    const merged = mergeText({
      source: {
        format: markdownFormat,
        now: 'One!\n\nTwo\n\nThree',
        base: rememberText(markdownFormat, 'One\n\nTwo\n\nThree'),
      },
      destination: {
        format: htmlFormat,
        now: '<p>Three</p><p>Two</p><p>One</p>',
        base: rememberText(htmlFormat, '<p>Three</p><p>Two</p><p>One</p>'),
      },
      ...toTracker(htmlFormat, context),
    })
    expect(merged).toMatchObject({ text: '<p>One!</p><p>Two</p><p>Three</p>', conflict: false, changed: true })
  })

  it('resolves link definitions that stand outside of the edited block', () => {
    const withLink = agree(htmlFormat, 'See [here][1].\n\nOther\n\n[1]: https://example.com/a')
    const moved = intoTicket(withLink, { issue: withLink.issue.replace('/a', '/b') })
    expect(moved.text).toBe('<p>See <a href="https://example.com/b">here</a>.</p><p>Other</p>')
  })

  it('keeps the frame of an editor that wraps everything', () => {
    const ticket = `<div class="x">${agreed.ticket}</div>`
    const merged = mergeText({
      source: {
        format: markdownFormat,
        now: issue.replace('Last', 'Very last'),
        base: rememberText(markdownFormat, issue),
      },
      destination: { format: htmlFormat, now: ticket, base: rememberText(htmlFormat, ticket) },
      ...toTracker(htmlFormat, context),
    })
    expect(merged.text).toBe(ticket.replace('Last', 'Very last'))
  })

  it('cuts a merged text to the limit', () => {
    const limited = { ...context, limit: 300, moreUrl: 'https://example.com/more' }
    const long = Array.from({ length: 20 }, (_, index) => `Paragraph number ${index}`).join('\n\n')
    const ticket = wikiFormat.fromMarkdown(long, limited)
    const merged = mergeText({
      source: {
        format: markdownFormat,
        now: long.replace('number 1\n', 'number one\n'),
        base: rememberText(markdownFormat, long),
      },
      destination: { format: wikiFormat, now: ticket, base: rememberText(wikiFormat, ticket) },
      ...toTracker(wikiFormat, limited),
    })
    expect(merged.text).toMatch(/^Paragraph number 0\n\nParagraph number one\n\n/)
    expect(merged.text).toMatch(/\[The text goes on here\|https:\/\/example\.com\/more\]$/)
    expect(merged.text.length).toBeLessThanOrEqual(300)
  })
})

const paragraphs = fc.uniqueArray(fc.stringMatching(/^[a-z]{3,8}$/), { minLength: 3, maxLength: 8 })
const kinds = fc.array(fc.constantFrom('', '## ', '- ', '> ', '`', '**'), { minLength: 8, maxLength: 8 })
const build = (words: readonly string[], kind: readonly string[]) =>
  words.map((word, index) => {
    const sign = kind[index] ?? ''
    return sign === '`' || sign === '**' ? sign + word + sign : sign + word
  })

describe.each([htmlFormat, wikiFormat, markdownFormat])('merging between Markdown and $format', (format) => {
  it('keeps every block but the edited one byte for byte', () => {
    fc.assert(
      fc.property(paragraphs, kinds, fc.nat(), (words, kind, pick) => {
        const blocks = build(words, kind)
        const agreed = agree(format, blocks.join('\n\n\n'))
        const at = pick % blocks.length
        const edited = build(
          words.map((word, index) => (index === at ? `${word}edited` : word)),
          kind,
        )
        const merged = intoIssue(agreed, { ticket: format.fromMarkdown(edited.join('\n\n'), context) })
        const blocksWithout = (text: string, word: string) =>
          markdownFormat
            .split(text)
            .blocks.map((block) => block.raw)
            .filter((raw) => !raw.split(/\W+/).includes(word))
        expect(blocksWithout(merged.text, `${words[at]}edited`)).toEqual(blocksWithout(agreed.issue, words[at]!))
        expect(merged.text).toContain(`${words[at]}edited`)
      }),
      { numRuns: 100 },
    )
  })

  it('keeps edits of both sides to different blocks, and settles', () => {
    fc.assert(
      fc.property(paragraphs, kinds, fc.nat(), fc.nat(), (words, kind, left, right) => {
        const plain = kind.map((sign) => (sign === '- ' || sign === '> ' ? '' : sign))
        const [mine, yours] = [left % words.length, right % words.length]
        fc.pre(mine !== yours)
        const edit = (at: number, to: string) =>
          build(
            words.map((word, index) => (index === at ? to : word)),
            plain,
          ).join('\n\n')
        const agreed = agree(format, build(words, plain).join('\n\n'))
        const now = {
          issue: edit(mine, 'fromtheissue'),
          ticket: format.fromMarkdown(edit(yours, 'fromtheticket'), context),
        }
        const [issue, ticket] = [intoIssue(agreed, now), intoTicket(agreed, now)]
        for (const merged of [issue, ticket]) {
          expect(merged.conflict).toBe(false)
          expect(merged.text).toContain('fromtheissue')
          expect(merged.text).toContain('fromtheticket')
        }
        const settled: Agreed = { format, issue: issue.text, ticket: ticket.text }
        expect(intoIssue(settled, {}).changed).toBe(false)
        expect(intoTicket(settled, {}).changed).toBe(false)
        expect(format.equal(format.fromMarkdown(issue.text, context), ticket.text)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('never loses a block nobody touched, and doubles none, whatever was edited on either side', () => {
    const edits = fc.array(fc.constantFrom('keep', 'keep', 'edit', 'drop', 'insert'), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(paragraphs, edits, edits, (words, mine, yours) => {
        const apply = (list: readonly string[], name: string) =>
          words.flatMap((word, index) => {
            if (list[index] === 'drop') return []
            if (list[index] === 'edit') return [`${word} edited`]
            return list[index] === 'insert' ? [word, `${name} ${word}`] : [word]
          })
        const agreed = agree(format, words.join('\n\n'))
        const issue = apply(mine, 'mine').join('\n\n')
        const ticket = format.fromMarkdown(apply(yours, 'yours').join('\n\n'), context)
        const merged = intoIssue(agreed, { issue, ticket })
        const after = markdownFormat.split(merged.text).blocks.map((block) => block.raw)
        for (const [index, word] of words.entries())
          if (mine[index] === 'keep' && yours[index] === 'keep') expect(after).toContain(word)
        if (merged.conflict) return
        expect(new Set(after).size).toBe(after.length)
        for (const block of apply(yours, 'yours')) if (block.startsWith('yours')) expect(after).toContain(block)
        for (const block of apply(mine, 'mine')) if (block.startsWith('mine')) expect(after).toContain(block)
      }),
      { numRuns: 100 },
    )
  })
})
