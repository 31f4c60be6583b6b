import { describe, expect, it } from 'vitest'
import { markdownFromWiki, wikiFromMarkdown } from '../../src/text/wiki.ts'

const context = {
  issueUrl: 'https://github.com/acme/app/issues/1',
  mentionToTracker: (login: string) => (login === 'jane' ? { account: 'jdoe', name: 'Jane Doe' } : undefined),
  mentionToGitHub: (account: string) => (account === 'jdoe' ? 'jane' : undefined),
}

describe('GitHub Markdown and Jira wiki markup', () => {
  // Each row is exact in both directions.
  it.each([
    ['a heading', '## Two *words*', 'h2. Two _words_'],
    ['marks', '**b** *i* ~~s~~ <ins>n</ins> `c`', '*b* _i_ -s- +n+ {{c}}'],
    ['marks within a word', 'un**believ**able x<sup>2</sup> H<sub>2</sub>O', 'un{*}believ{*}able x{^}2{^} H{~}2{~}O'],
    ['nested marks', '**b _i_**', '*b {_}i{_}*'],
    ['a line end', 'one\ntwo', 'one\ntwo'],
    ['a line end within a mark', '**one\ntwo**', '*one\\\\ two*'],
    ['a list', '- a\n- b\n  1. c\n  2. d\n- e', '* a\n* b\n*# c\n*# d\n* e'],
    ['a list of lists', '- - a', '** a'],
    ['a task list', '- [ ] open\n- [x] done', '* ☐ open\n* ☑ done'],
    ['code in a list', '- a\n  ```java\n  b\n\n  c\n  ```\n- d', '* a\n{code:java}\nb\n\nc\n{code}\n* d'],
    ['a table', '| a | b |\n| - | - |\n| x \\| y | **z**<br>k |', '||a||b||\n|x \\| y|{*}z{*}\\\\ k|'],
    ['an empty cell', '| a | b |\n| - | - |\n| | c |', '||a||b||\n| |c|'],
    ['code', '```ts\nconst a = {b: [1]}\n```', '{code:ts}\nconst a = {b: [1]}\n{code}'],
    ['code about code', '```\n{code}x{code}\n```', '{noformat}\n{code}x{code}\n{noformat}'],
    ['code about everything', '```\n{code} {noformat}\n```', '{noformat}\n{code} {\u2060noformat}\n{noformat}'],
    ['a quote', '> a\n>\n> - b', '{quote}\na\n\n* b\n{quote}'],
    ['a fold', '<details open>\n<summary>More</summary>\n\ntext\n\n</details>', '{panel:title=More}\ntext\n{panel}'],
    ['a rule', '---', '----'],
    ['a link', '[a **b**](https://example.com/x)', '[a *b*|https://example.com/x]'],
    ['a bare address', '<https://example.com/a_b>', '[https://example.com/a_b]'],
    ['a mail address', '<a@example.com>', '[mailto:a@example.com]'],
    ['a picture', '![alt](https://example.com/i.png)', '!https://example.com/i.png|alt=alt!'],
    [
      'a picture with signs in its address',
      '![](https://example.com/a!b|c.png)'.replace('|', '%7C').replace('!b', '%21b'),
      '!https://example.com/a%21b%7Cc.png!',
    ],
    ['a reference', 'see #12', 'see [#12|https://github.com/acme/app/issues/12]'],
    ['a known person', 'ask @jane', 'ask [~jdoe]'],
    ['an unknown person', 'ask @stranger', 'ask [@stranger|https://github.com/stranger]'],
    ['braces', '{html}x{html} {a}', '\\{html\\}x\\{html\\} \\{a\\}'],
    ['brackets and bars', 'a\\[0] | b', 'a\\[0\\] \\| b'],
    ['signs that would open a mark', '\\*a\\* -b- +c+ ^d^ \\~e\\~ ??f??', '\\*a* \\-b- \\+c+ \\^d^ \\~e~ \\?\\?f??'],
    ['words with signs in them', 'well-known snake_case C++ 5-3', 'well-known snake_case C++ 5-3'],
    ['an exclamation', 'Stop! Now!', 'Stop! Now!'],
    ['a picture in words', 'no !a.png! here', 'no \\!a.png! here'],
    ['starts of lines', 'h1. a\nbq. b\n\\# c\n\\* d\n\\- e', 'h1&#46; a\nbq&#46; b\n&#35; c\n&#42; d\n&#45; e'],
    ['a face', 'well :) (y)', 'well &#58;) &#40;y)'],
    ['backslashes', 'C:\\dir \\\\\\server', 'C:\\dir &#92;&#92;server'],
    ['a character reference', '\\&#123;x', '&amp;#123;x'],
    ['code with braces', '`${a} \\{b}`', '{{$&#123;a&#125; &#92;&#123;b&#125;}}'],
  ])('say the same about %s', (_name, markdown, wiki) => {
    expect(wikiFromMarkdown(markdown, context)).toBe(wiki)
    expect(markdownFromWiki(wiki, context)).toBe(markdown)
  })

  it.each([
    ['colours', '{color:red}red{color} x', 'red x'],
    ['a panel without a title', '{panel}\na\n{panel}', '> a'],
    ['a quoted line', 'bq. a', '> a'],
    ['code with a title', '{code:title=A.java|borderStyle=solid}\nx\n{code}', '**A.java**\n\n```\nx\n```'],
    ['code in a line', 'see {code}a{code} there', 'see\n\n```\na\n```\n\nthere'],
    ['a dashed list', '- a\n- b', '- a\n- b'],
    ['a list that goes on in the next line', '* a\nmore\n* b', '- a\n  more\n- b'],
    ['an attachment', '[^log.txt] !shot.png|thumbnail!', 'log.txt shot.png'],
    ['an unknown person', '[~someone]', '@\u2060someone'],
    ['emoticons', '(/) done :)', '✅ done 🙂'],
    ['an unknown macro', '{toc} {jira:ABC-1}', '{toc} {jira:ABC-1}'],
    [
      'a link without an address',
      '[just brackets] [x|javascript:alert(1)]',
      '\\[just brackets] \\[x|javascript:alert(1)]',
    ],
    ['a broken mark', '*a _b', '\\*a \\_b'],
    ['an unclosed macro', '{code}\na', '{code}\na'],
    ['Windows line ends', 'h1. a\r\n\r\nb\r\n', '# a\n\nb'],
  ])('carry %s into GitHub', (_name, wiki, markdown) => {
    expect(markdownFromWiki(wiki, context)).toBe(markdown)
  })

  it('finds the address of an attachment', () => {
    const rewriteLink = (url: string) => `https://example.com/files/${url}`
    expect(markdownFromWiki('!shot.png|thumbnail!', { rewriteLink })).toBe('![](https://example.com/files/shot.png)')
  })
})
