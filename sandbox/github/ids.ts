/** Counters for the numbers of one world, each starting where today's github.com numbers look plausible. */
export interface Ids {
  next(kind: IdKind): number
}

const START = {
  person: 21_031_000,
  repo: 186_853_000,
  issue: 2_900_444_000,
  comment: 2_492_700_000,
  label: 6_862_934_000,
  milestone: 9_317_500,
  issueType: 14_200,
  event: 15_430_295_000,
  reaction: 250_300_000,
  hook: 409_600_000,
  hookDelivery: 118_905_330_000,
  installation: 7,
  app: 1,
  checkRun: 30_128_474_000,
  token: 1,
} as const

export type IdKind = keyof typeof START

export function createIds(): Ids {
  const counters = new Map<IdKind, number>()
  return {
    next(kind) {
      const id = counters.get(kind) ?? START[kind]
      counters.set(kind, id + 1)
      return id
    },
  }
}

/** Node ids are opaque, but really are a prefix and a MessagePack array of numbers: `I_kwDO…`. */
export function nodeId(prefix: string, ...numbers: readonly number[]): string {
  const bytes = Buffer.alloc(2 + numbers.length * 9)
  let end = bytes.writeUInt8(0x90 + numbers.length + 1)
  end = bytes.writeUInt8(0, end)
  for (const number of numbers) {
    const wide = number > 0xff_ff_ff_ff
    end = bytes.writeUInt8(wide ? 0xcf : 0xce, end)
    end = wide ? bytes.writeBigUInt64BE(BigInt(number), end) : bytes.writeUInt32BE(number, end)
  }
  return `${prefix}_${bytes.subarray(0, end).toString('base64url')}`
}
