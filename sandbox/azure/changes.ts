import { printValue } from './identities.ts'
import { FAR_FUTURE, valueEquals } from './represent.ts'
import type { Change, Item, Update, World } from './world.ts'

const SILENT = new Set(['System.ChangedDate'])

/** What an update changed in fields: nothing when it was a mere link between work items. */
export function fieldChanges(item: Item, update: Update): Record<string, Change> {
  if (!update.revised) return {}
  const before = item.revisions[update.rev - 2]
  const after = item.revisions[update.rev - 1]!
  const names = new Set([...Object.keys(before?.fields ?? {}), ...Object.keys(after.fields)])
  const fields: Record<string, Change> = {}
  const note = (name: string, oldValue: Change['oldValue'], newValue: Change['newValue']) => {
    fields[name] = { ...(oldValue !== undefined && { oldValue }), ...(newValue !== undefined && { newValue }) }
  }
  note('System.Rev', before?.rev, after.rev)
  note('System.AuthorizedDate', before?.changedDate, after.changedDate)
  note('System.RevisedDate', before && after.changedDate, FAR_FUTURE)
  note('System.ChangedDate', before?.changedDate, after.changedDate)
  note('System.Watermark', before?.watermark, after.watermark)
  if (before === undefined) note('System.Id', undefined, item.id)
  if (before?.commentCount !== after.commentCount) note('System.CommentCount', before?.commentCount, after.commentCount)
  if ((before?.deleted ?? false) !== after.deleted) note('System.IsDeleted', before?.deleted, after.deleted)
  for (const name of names) {
    const [oldValue, newValue] = [before?.fields[name], after.fields[name]]
    // The discussion of the revision before is no part of what changed.
    if (name === 'System.History' && newValue === undefined) continue
    if (!SILENT.has(name) && !valueEquals(oldValue, newValue)) note(name, oldValue, newValue)
  }
  return fields
}

/** The same, ready to travel. */
export function printFieldChanges(
  world: World,
  item: Item,
  update: Update,
  identities: 'refs' | 'text',
): Record<string, unknown> {
  const printed = Object.entries(fieldChanges(item, update)).map(([name, change]) => [
    name,
    Object.fromEntries(Object.entries(change).map(([side, value]) => [side, printValue(world, value, identities)])),
  ])
  return Object.fromEntries(printed)
}
