import { stableGuid } from './identities.ts'
import type { ClassificationNode, World } from './world.ts'

export function createNode(
  world: World,
  name: string,
  children: readonly ClassificationNode[] = [],
): ClassificationNode {
  const id = ++world.nextNodeId
  return { id, identifier: stableGuid(`node ${id} ${name}`), name, children: [...children], attributes: null }
}

export interface FoundNode {
  readonly node: ClassificationNode
  readonly path: string
}

/** A node by its id or by its path, which starts with the name of the project. */
export function findNode(root: ClassificationNode, wanted: string | number): FoundNode | undefined {
  for (const found of walkNodes(root)) {
    if (found.node.id === wanted) return found
    if (typeof wanted === 'string' && found.path.toLowerCase() === wanted.toLowerCase()) return found
  }
  return undefined
}

export function* walkNodes(node: ClassificationNode, above = ''): Generator<FoundNode> {
  const path = above === '' ? node.name : `${above}\\${node.name}`
  yield { node, path }
  for (const child of node.children) yield* walkNodes(child, path)
}

/** Makes the way down to a path such as `Website\\Checkout`. */
export function ensureNode(world: World, root: ClassificationNode, path: string): ClassificationNode {
  let node = root
  for (const name of path.split('\\').filter((part) => part !== '')) {
    let next = node.children.find((child) => child.name.toLowerCase() === name.toLowerCase())
    if (next === undefined) {
      next = createNode(world, name)
      node.children.push(next)
    }
    node = next
  }
  return node
}
