import { describe, expect, it } from 'vitest'
import { htmlFromMarkdown, markdownFromHtml } from '../../src/text/html.ts'

const guid = '11111111-2222-3333-4444-555555555555'
const context = {
  issueUrl: 'https://github.com/acme/app/issues/1',
  mentionToTracker: (login: string) => (login === 'jane' ? { account: guid, name: 'Jane Doe' } : undefined),
  mentionToGitHub: (account: string) => (account === guid ? 'jane' : undefined),
}
const sha = '0123456789abcdef0123456789abcdef01234567'
const home = 'https://github.com/acme/app'

describe('GitHub Markdown and Azure DevOps HTML', () => {
  // Each row is exact in both directions.
  it.each([
    ['a heading', '## Two *words*', '<h2>Two <em>words</em></h2>'],
    ['marks', '**b** *i* ~~s~~ `c<d`', '<p><strong>b</strong> <em>i</em> <del>s</del> <code>c&lt;d</code></p>'],
    ['nested marks', '*__both__ one*', '<p><em><strong>both</strong> one</em></p>'],
    ['marks within a word', 'un**believ**able', '<p>un<strong>believ</strong>able</p>'],
    ['HTML marks', 'H<sub>2</sub>O <ins>new</ins> <kbd>F1</kbd>', '<p>H<sub>2</sub>O <ins>new</ins> <kbd>F1</kbd></p>'],
    ['a line end, which GitHub shows', 'one\ntwo', '<p>one<br>two</p>'],
    ['names with underscores', 'the snake_case_name', '<p>the snake_case_name</p>'],
    ['a tight list', '- a\n- b', '<ul><li>a</li><li>b</li></ul>'],
    ['a nested list', '- a\n  1. b\n  2. c', '<ul><li>a<ol><li>b</li><li>c</li></ol></li></ul>'],
    ['a list that starts later', '3. c\n4. d', '<ol start="3"><li>c</li><li>d</li></ol>'],
    ['a task list', '- [ ] open\n- [x] done', '<ul><li>☐ open</li><li>☑ done</li></ul>'],
    ['code in a list', '- a\n  ```\n  b\n  ```', '<ul><li>a<pre><code>b</code></pre></li></ul>'],
    ['a quote in a quote', '> a\n>\n> > b', '<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>'],
    [
      'code',
      '```ts\nif (a < b) {\n\n  c()\n}\n```',
      '<pre><code class="language-ts">if (a &lt; b) {\n\n  c()\n}</code></pre>',
    ],
    ['code with a fence', '````\n```\n````', '<pre><code>```</code></pre>'],
    ['a rule', '---', '<hr>'],
    [
      'a table with bars and marks',
      '| a | b |\n| - | -: |\n| x \\| y | **z** |',
      '<table><tr><th>a</th><th align="right">b</th></tr><tr><td>x | y</td><td align="right"><strong>z</strong></td></tr></table>',
    ],
    ['lines in a cell', '| a |\n| - |\n| x<br>y |', '<table><tr><th>a</th></tr><tr><td>x<br>y</td></tr></table>'],
    [
      'a fold',
      '<details>\n<summary>More</summary>\n\ntext\n\n</details>',
      '<details><summary>More</summary><p>text</p></details>',
    ],
    [
      'a link',
      '[a *b*](https://example.com/?a=1\\&b=2)',
      '<p><a href="https://example.com/?a=1&amp;b=2">a <em>b</em></a></p>',
    ],
    [
      'a bare address',
      '<https://example.com/a_b>',
      '<p><a href="https://example.com/a_b">https://example.com/a_b</a></p>',
    ],
    ['a picture', '![alt](https://example.com/i.png)', '<p><img src="https://example.com/i.png" alt="alt"></p>'],
    [
      'a linked picture',
      '[![i](https://example.com/i.png)](https://example.com)',
      '<p><a href="https://example.com"><img src="https://example.com/i.png" alt="i"></a></p>',
    ],
    ['a reference', 'see #12', `<p>see <a href="${home}/issues/12">#12</a></p>`],
    ['a reference elsewhere', 'acme/shop#3', '<p><a href="https://github.com/acme/shop/issues/3">acme/shop#3</a></p>'],
    ['a commit', sha, `<p><a href="${home}/commit/${sha}">0123456</a></p>`],
    ['a known person', 'ask @jane', `<p>ask <a href="#" data-vss-mention="version:2.0,{${guid}}">@Jane Doe</a></p>`],
    ['an unknown person', 'ask @stranger', '<p>ask <a href="https://github.com/stranger">@stranger</a></p>'],
    ['signs that mean something', '1\\. \\* \\_a\\_ \\<b>', '<p>1. * _a_ &lt;b></p>'],
    ['an emoji', '🎉', '<p>🎉</p>'],
  ])('say the same about %s', (_name, markdown, html) => {
    expect(htmlFromMarkdown(markdown, context)).toBe(html)
    expect(markdownFromHtml(html, context)).toBe(markdown)
  })

  it.each([
    ['a hidden comment', 'a <!-- secret --> b', '<p>a b</p>'],
    ['a shortcode', ':tada: :no_such_thing:', '<p>🎉 :no_such_thing:</p>'],
    ['a script', 'x <script>alert(1)</script>', '<p>x &lt;script>alert(1)&lt;/script></p>'],
    ['a dangerous address', '[x](javascript:alert(1))', '<p>x</p>'],
    ['a handler', '<b onclick="x()" style="color:red">b</b>', '<p><strong>b</strong></p>'],
    [
      'a forged mention',
      `<a href="#" data-vss-mention="version:2.0,{${guid}}">x</a>`,
      `<p><a href="${home}/issues/1#">x</a></p>`,
    ],
    ['a relative address', '[x](../blob/main/a.md)', `<p><a href="${home}/blob/main/a.md">x</a></p>`],
    ['a footnote', 'a[^n]\n\n[^n]: note', '<p>a<sup>[n]</sup></p><p><sup>[n]</sup> note</p>'],
    ['an address by name', '[x][1]\n\n[1]: https://example.com', '<p><a href="https://example.com">x</a></p>'],
    ['a mention in code', '`@jane #12`', '<p><code>@jane #12</code></p>'],
    ['a mail address', 'a@example.com', '<p><a href="mailto:a@example.com">a@example.com</a></p>'],
    ['text that was disarmed before', 'ask @\u2060jane about #\u206012', '<p>ask @jane about #12</p>'],
  ])('carry %s out of GitHub', (_name, markdown, html) => {
    expect(htmlFromMarkdown(markdown, context)).toBe(html)
  })

  it.each([
    ["an editor's lines", '<div>one&nbsp; two</div><div><br></div><div>three</div>', 'one two\n\nthree'],
    ['an empty line made of breaks', 'one<br><br>two<br>three', 'one\n\ntwo\nthree'],
    ['styles', '<span style="font-weight:bold">b</span> <span style="font-style:italic">i</span>', '**b** *i*'],
    ['blanks within marks', 'a<b> b </b>c', 'a **b** c'],
    ['a mark around blocks', '<b><p>a</p><p>c</p></b>', '**a**\n\n**c**'],
    [
      'a table without a header',
      '<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>',
      '| a | b |\n| - | - |\n| c | |',
    ],
    ['a list in a cell', '<table><tr><td><ul><li>a</li><li>b</li></ul></td></tr></table>', '| a<br>b |\n| - |'],
    ['a list beside its item', '<ul><li>a</li><ul><li>b</li></ul></ul>', '- a\n  - b'],
    [
      'an unknown person',
      `<a href="#" data-vss-mention="version:2.0,{${guid.replace('1', '9')}}">@Joe Roe</a>`,
      '@\u2060Joe Roe',
    ],
    ['text that looks like a mention', 'ask @octocat about #12', 'ask @\u2060octocat about #\u206012'],
    [
      'a work item',
      '<a href="https://dev.azure.com/o/p/_workitems/edit/5" data-vss-mention="version:1.0">#5</a>',
      '[#5](https://dev.azure.com/o/p/_workitems/edit/5)',
    ],
    ['text that looks like Markdown', '<p># no *heading* [x](y)</p>', '\\# no \\*heading\\* \\[x]\\(y)'],
    ['a foreign comment', '<p>a<!-- lockstep:comment x --></p>', 'a'],
    ['lines of code', '<pre>a<br>b</pre>', '```\na\nb\n```'],
  ])('carry %s into GitHub', (_name, html, markdown) => {
    expect(markdownFromHtml(html, context)).toBe(markdown)
  })

  it('rewrite the addresses of links and pictures', () => {
    const rewriteLink = (url: string, kind: string) => url.replace('example.com', `${kind}.example.org`)
    const markdown = '[x](https://example.com/a) ![i](https://example.com/i.png)'
    const html = '<p><a href="https://link.example.org/a">x</a> <img src="https://image.example.org/i.png" alt="i"></p>'
    expect(htmlFromMarkdown(markdown, { rewriteLink })).toBe(html)
  })
})
