import { endGroup, error, info, notice, setOutput, setSecret, startGroup, summary, warning } from '@actions/core'
import { CANCELLED, runAction } from './action/run.ts'

// GitHub is reached through fetch, which knows the proxy of a self-hosted runner only if told.
if (['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => process.env[name])) {
  process.getBuiltinModule('node:http').setGlobalProxyFromEnv()
}

const annotations = { error, warning, notice }

const code = await runAction({
  env: process.env,
  info,
  startGroup,
  endGroup,
  annotate(level, text, { title = 'Lockstep', file, line, column } = {}) {
    const place = {
      title,
      ...(file && { file }),
      ...(line && { startLine: line }),
      ...(column && { startColumn: column }),
    }
    annotations[level](text, place)
  },
  mask: setSecret,
  setOutput,
  async writeSummary(markdown) {
    if (process.env['GITHUB_STEP_SUMMARY'] !== undefined) await summary.addRaw(markdown, true).write()
  },
})
process.exitCode = code
// A cancelled run may have left a request behind that would keep the process alive.
if (code === CANCELLED) process.exit()
