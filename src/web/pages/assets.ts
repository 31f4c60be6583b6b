import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import type { WebEnv } from '../context.ts'
import { liveScript } from './live-script.ts'
import { frameStyle } from './style-frame.ts'
import { partsStyle } from './style-parts.ts'

const MARK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><g fill="none" stroke="#4f7fe8" stroke-width="3.4" stroke-linecap="round"><path d="M5 19 11 5M13 19 19 5"/></g></svg>`

interface Asset {
  readonly path: string
  readonly type: string
  readonly text: string
}

// The print in the name lets browsers keep a file for ever.
function createAsset(name: string, ending: string, type: string, text: string): Asset {
  const print = createHash('sha256').update(text).digest('base64url').slice(0, 10)
  return { path: `/assets/${name}.${print}.${ending}`, type, text }
}

export const style = createAsset('style', 'css', 'text/css; charset=utf-8', frameStyle + partsStyle)
export const script = createAsset('live', 'js', 'text/javascript; charset=utf-8', liveScript)
export const mark = createAsset('mark', 'svg', 'image/svg+xml', MARK)

/** The same for everybody, signed in or not. */
export function createAssets(): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  for (const { path, type, text } of [style, script, mark]) {
    app.get(path, (context) =>
      context.body(text, 200, { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' }),
    )
  }
  return app
}
