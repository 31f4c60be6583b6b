const PLACE = '[secret]'
const KEPT = 50

/** Takes what was sent as sign-in out of texts of servers, which sometimes repeat it. */
export function createRedact() {
  const secrets = new Set<string>()

  function add(text: string): void {
    // Shorter words would blank out harmless parts of messages.
    if (text.length < 6) return
    secrets.add(text)
    // Signatures and short-lived tokens would pile up in a process that runs for weeks.
    const [oldest] = secrets
    if (secrets.size > KEPT && oldest !== undefined) secrets.delete(oldest)
  }

  return {
    /** Header values of a sign-in, such as `Basic …` or `Bearer …`. */
    learn(values: readonly string[]): void {
      for (const value of values) {
        const [, scheme = '', rest = value] = /^(\w+) (.+)$/.exec(value) ?? []
        if (secrets.has(rest)) continue
        add(rest)
        if (scheme !== 'Basic') continue
        const [, ...password] = Buffer.from(rest, 'base64').toString('utf8').split(':')
        add(password.join(':'))
      }
    },
    redact(text: string): string {
      let clean = text
      for (const secret of secrets) clean = clean.replaceAll(secret, PLACE)
      return clean
    },
  }
}
