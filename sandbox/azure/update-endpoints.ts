import { printFieldChanges } from './changes.ts'
import { endpoint, list, ok } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuseMissingItem } from './errors.ts'
import { printRelationChanges, revisedBy } from './hooks.ts'
import { findItem, page } from './item-endpoints.ts'
import { FAR_FUTURE, itemUrl } from './represent.ts'
import type { Item, Update, World } from './world.ts'

function printUpdate(world: World, item: Item, update: Update, links: boolean): Record<string, unknown> {
  const url = `${itemUrl(world, item)}/updates/${update.id}`
  const linked = update.added.length + update.removed.length + update.changed.length > 0
  return {
    id: update.id,
    workItemId: item.id,
    rev: update.rev,
    revisedBy: revisedBy(world, update.by),
    revisedDate: item.revisions[update.rev]?.changedDate ?? FAR_FUTURE,
    ...(update.revised && { fields: printFieldChanges(world, item, update, 'refs') }),
    ...(linked && { relations: printRelationChanges(world, update) }),
    ...(links && {
      _links: {
        self: { href: url },
        workItemUpdates: { href: `${itemUrl(world, item)}/updates` },
        parent: { href: itemUrl(world, item) },
      },
    }),
    url,
  }
}

const READ = { scope: 'vso.work' } as const

function readUpdate(call: Call) {
  const item = findItem(call, call.params['id']!)
  const update = item.updates[Number(call.params['update']) - 1]
  if (update === undefined) refuseMissingItem(item.id)
  return ok(call, printUpdate(call.world, item, update, true))
}

export const updateEndpoints: readonly Endpoint[] = [
  endpoint('GET', 'wit/workitems/:id/updates', READ, (call) => {
    const item = findItem(call, call.params['id']!)
    return list(
      call,
      page(call, item.updates).map((update) => printUpdate(call.world, item, update, false)),
    )
  }),
  endpoint('GET', 'wit/workitems/:id/updates/:update', READ, readUpdate),
]
