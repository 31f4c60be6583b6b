const NEEDED = 24

/** Runs on any Node: refuses old ones in one sentence. */
export function refuseOldNode() {
  const { node } = process.versions
  if (Number(node.split('.')[0]) >= NEEDED) return
  process.stderr.write(
    `Lockstep needs Node ${NEEDED} or newer, and this is Node ${node}: run it through "npm run" after "npm ci", or install Node ${NEEDED}.\n`,
  )
  process.exit(1)
}
