const CHUNK = 64 * 1024

/** The text of an archive: a list with a row on each line. */
export async function* printRows(rows: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<Uint8Array> {
  let text = ''
  let separator = '['
  for await (const row of rows) {
    text += `${separator}\n${JSON.stringify(row)}`
    separator = ','
    if (text.length < CHUNK) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(`${text}${separator === '[' ? '[' : ''}\n]\n`)
}
