import * as fc from 'fast-check'

const word = fc.oneof(
  fc.stringMatching(/^[a-zäöß0-9]{1,8}$/),
  fc.constantFrom(
    'snake_case',
    '1.',
    '#',
    '*',
    '_',
    '-',
    '+',
    'h1.',
    '{code}',
    '{html}',
    '[x]',
    '|',
    '||',
    '!a.png!',
    '@jane',
  ),
  fc.constantFrom(
    '#12',
    'acme/shop#3',
    'a@example.com',
    'https://example.com/a_b',
    '\\',
    '\\\\',
    '&amp;',
    '<b>',
    '(y)',
    ':)',
    '--',
    '~~',
    '`',
    'C:\\dir',
    '&#42;',
    '😀',
    '^',
    '??x??',
    ':tada:',
  ),
)
const words = (maxLength = 6) => fc.array(word, { minLength: 1, maxLength }).map((list) => list.join(' '))

const mark = fc.constantFrom('**', '*', '~~', '`')
const inline: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: words() },
  { weight: 1, arbitrary: fc.tuple(mark, fc.stringMatching(/^[a-z]{1,6}( [a-z.]{1,6})?$/)).map(([m, t]) => m + t + m) },
  { weight: 1, arbitrary: words(3).map((t) => `[${t.replaceAll(/[[\]`<]/g, '')}](https://example.com/x?a=1&b=2)`) },
  { weight: 1, arbitrary: fc.constant('![alt text](https://example.com/i.png)') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('H<sub>2</sub>O', 'x<sup>2</sup>', '<kbd>Ctrl</kbd>', '<ins>new</ins>', 'a**b**c'),
  },
)
const line = fc.array(inline, { minLength: 1, maxLength: 3 }).map((list) => list.join(' '))
const paragraph = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'))
const heading = fc.tuple(fc.integer({ min: 1, max: 6 }), line).map(([depth, t]) => `${'#'.repeat(depth)} ${t}`)
const code = fc
  .tuple(
    fc.constantFrom('', 'ts', 'java'),
    fc.array(fc.oneof(words(), fc.constantFrom('', '  a', '{code}', '{noformat}')), { maxLength: 4 }),
  )
  .map(([lang, lines]) => `~~~~${lang}\n${lines.join('\n').replaceAll('~~~~', '')}\n~~~~`)
const table = fc
  .array(fc.tuple(words(2), words(2)), { minLength: 2, maxLength: 4 })
  .map((rows) => rows.map(([a, b]) => `| ${a.replaceAll('|', '\\|')} | ${b.replaceAll('|', '\\|')} |`))
  .map(([first, ...rest]) => [first, '| --- | :-: |', ...rest].join('\n'))

const indent = (text: string, by: string) => text.replaceAll(/^(?=.)/gm, by)

const { block } = fc.letrec<{ block: string; list: string; quote: string; details: string }>((tie) => ({
  list: fc
    .tuple(
      fc.constantFrom('- ', '1. ', '- [ ] ', '- [x] '),
      fc.array(fc.tuple(line, fc.option(tie('block'))), { minLength: 1, maxLength: 3 }),
    )
    .map(([sign, items]) =>
      items
        .map(
          ([t, inner]) =>
            sign + t + (inner === null ? '' : `\n\n${indent(inner, sign.startsWith('1') ? '   ' : '  ')}`),
        )
        .join('\n'),
    ),
  quote: tie('block').map((t) => indent(t.replaceAll(/^$/gm, ' '), '> ')),
  details: tie('block').map((t) => `<details>\n<summary>More</summary>\n\n${t}\n\n</details>`),
  block: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    paragraph,
    heading,
    code,
    table,
    fc.constant('---'),
    tie('list'),
    tie('quote'),
    tie('details'),
  ),
}))

export const anyBlock = block

/** Documents as people write them, full of signs that mean something elsewhere. */
export const anyDocument = fc.array(block, { minLength: 1, maxLength: 5 }).map((blocks) => blocks.join('\n\n'))

const fragments = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<iframe src="//x">',
  '<div>',
  '</div>',
  '<svg onload=alert(1)>',
  '<style>*{}</style>',
  '<b style="x:expression(1)">',
  '<table><tr><td>',
  '<li>',
  '<!--',
  '-->',
  '<p>',
  '<pre>',
  '<math><mtext><script>',
  '<a href="java&#10;script:alert(1)">',
  '<input type=checkbox>',
  '<details>',
  '<br>',
  '&nbsp;',
  '<textarea>',
  '<h1>',
  '<ul>',
  '<b>',
  '<object data="x">',
  '<form action="javascript:x">',
  '<a href="data:text/html,x">',
  '<template>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
]
export const anyHtml = fc
  .array(fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: 'binary', maxLength: 8 }), words(2)), {
    maxLength: 15,
  })
  .map((p) => p.join(''))

const wikiFragments = [
  '{code}',
  '{code:java}',
  '{noformat}',
  '{quote}',
  '{panel:title=x}',
  '{panel}',
  '{color:red}',
  '{color}',
  '{html}',
  '{jira:X}',
  '{include:y}',
  '*',
  '_',
  '-',
  '[',
  ']',
  '|',
  '||',
  '!',
  '\\',
  '\\\\',
  '\n',
  '\n\n',
  '* ',
  '# ',
  'h1. ',
  'bq. ',
  '----',
  '{{',
  '}}',
  '[~',
  '{*}',
  '^',
  '~',
  '+',
  '&#123;',
  '&#0;',
  'a',
  ' ',
  '(y)',
  ':)',
  '[a|javascript:alert(1)]',
  '!x.png|onerror=1!',
]
export const anyWiki = fc
  .array(fc.oneof(fc.constantFrom(...wikiFragments), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 25 })
  .map((p) => p.join(''))

export const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), anyHtml, anyWiki, anyDocument)
