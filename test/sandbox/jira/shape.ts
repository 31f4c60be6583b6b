type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value)

/** All objects of a list as one, so that an optional key counts wherever it occurs. */
const merged = (list: readonly unknown[]): unknown =>
  list.every(isObject) ? list.reduce<Json>((all, one) => ({ ...one, ...withoutNulls(all) }), {}) : list[0]

const withoutNulls = (object: Json): Json =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))

// Maps keyed by what the installation holds, and fields each installation makes for itself.
const isLocalName = (key: string): boolean => key.startsWith('customfield_')

/** Where two answers differ in keys and kinds of value; null goes with anything. `-` is missing from ours, `+` is ours alone. */
export function differences(recorded: unknown, ours: unknown, path = ''): string[] {
  if (recorded === null || ours === null || ours === undefined) return []
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    if (recorded.length === 0 || ours.length === 0) return []
    return differences(merged(recorded), merged(ours), `${path}[]`)
  }
  if (!isObject(recorded) || !isObject(ours)) {
    const [left, right] = [kindOf(recorded), kindOf(ours)]
    return left === right ? [] : [`${path}: ${left} is ${right}`]
  }
  const below = (key: string) => (path === '' ? key : `${path}.${key}`)
  const found: string[] = []
  for (const key of Object.keys(recorded)) {
    if (isLocalName(key)) continue
    if (Object.hasOwn(ours, key)) found.push(...differences(recorded[key], ours[key], below(key)))
    else found.push(`-${below(key)}`)
  }
  for (const key of Object.keys(ours)) {
    if (!isLocalName(key) && !Object.hasOwn(recorded, key)) found.push(`+${below(key)}`)
  }
  return found
}
