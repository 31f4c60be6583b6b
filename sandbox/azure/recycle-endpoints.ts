import { endpoint, flagOf, list, noContent, ok, queryOf } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuseArgument, refuseMissingItem } from './errors.ts'
import { printPerson } from './identities.ts'
import { findItem, splitList } from './item-endpoints.ts'
import { printItem, PLAIN } from './represent.ts'
import { setDeleted } from './save.ts'
import { collectionUrl, currentRevision } from './world.ts'
import type { Item, World } from './world.ts'

function deletedReference(world: World, item: Item) {
  const { fields } = currentRevision(item)
  return {
    id: item.id,
    type: fields['System.WorkItemType'],
    name: fields['System.Title'],
    project: item.project.name,
    deletedDate: item.deleted?.at,
    deletedBy: item.deleted === null ? undefined : printPerson(world, item.deleted.by),
    code: 200,
    url: `${collectionUrl(world)}/${item.project.id}/_apis/wit/recyclebin/${item.id}`,
  }
}

const deletedItem = (world: World, item: Item) => ({
  ...deletedReference(world, item),
  resource: {
    ...printItem(world, item, PLAIN),
    url: `${collectionUrl(world)}/${item.project.id}/_apis/wit/recyclebin/${item.id}`,
  },
})

function findDeleted(call: Call): Item {
  const item = call.world.items.get(Number(call.params['id']))
  if (item === undefined || item.deleted === null) refuseMissingItem(call.params['id']!)
  return item
}

function destroy(world: World, item: Item): void {
  world.items.delete(item.id)
  for (const other of world.items.values()) other.relations = other.relations.filter(({ target }) => target !== item.id)
}

function deleteItem(call: Call) {
  const item = findItem(call, call.params['id']!)
  setDeleted(call.world, item, true, { who: call.who })
  const body = deletedItem(call.world, item)
  if (flagOf(call, 'destroy')) destroy(call.world, item)
  return ok(call, body)
}

function restoreItem(call: Call) {
  const item = findDeleted(call)
  if (call.body()['isDeleted'] !== false) refuseArgument('The IsDeleted flag must be false to restore a work item.')
  setDeleted(call.world, item, false, { who: call.who })
  return ok(call, deletedItem(call.world, item))
}

function recycleBin(call: Call) {
  const ids = splitList(queryOf(call, 'ids'))
  const deleted = [...call.world.items.values()].filter(
    (item) => item.deleted !== null && (call.project === null || item.project === call.project),
  )
  if (ids !== null)
    return list(
      call,
      deleted.filter((item) => ids.includes(String(item.id))).map((item) => deletedReference(call.world, item)),
    )
  return list(
    call,
    deleted.map((item) => ({ id: item.id, url: deletedReference(call.world, item).url })),
  )
}

const READ = { scope: 'vso.work' } as const
const WRITE = { scope: 'vso.work_write' } as const

export const recycleEndpoints: readonly Endpoint[] = [
  endpoint('DELETE', 'wit/workitems/:id', WRITE, deleteItem),
  endpoint('GET', 'wit/recyclebin', READ, recycleBin),
  endpoint('GET', 'wit/recyclebin/:id', READ, (call) => ok(call, deletedItem(call.world, findDeleted(call)))),
  endpoint('PATCH', 'wit/recyclebin/:id', WRITE, restoreItem),
  endpoint('DELETE', 'wit/recyclebin/:id', WRITE, (call) => {
    destroy(call.world, findDeleted(call))
    return noContent()
  }),
]
