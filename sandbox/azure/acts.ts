import { addComment, changeComment } from './comment-endpoints.ts'
import { draftOf } from './draft.ts'
import type { Draft } from './draft.ts'
import { createPerson, findPerson } from './identities.ts'
import type { NewPerson } from './identities.ts'
import { applyPatch, formatsFirst } from './patch.ts'
import type { Operation } from './patch.ts'
import { findState } from './processes.ts'
import type { Category } from './processes.ts'
import { PARENT } from './relations.ts'
import { readField } from './represent.ts'
import { settleDraft } from './rules.ts'
import { saveDraft, setDeleted } from './save.ts'
import { createProject, writeNewItem } from './seeds.ts'
import type { SeedItem, SeedProject } from './seeds.ts'
import { currentRevision, isPerson } from './world.ts'
import type { Comment, Item, Person, Project, World } from './world.ts'

/** What people and administrators do in the browser. `as` names who does it; the first person when left out. */
export interface Acts {
  createWorkItem(input: Omit<SeedItem, 'by'> & { as?: string }): Item
  edit(input: { id: number; fields: Record<string, unknown>; as?: string }): Item
  assign(input: { id: number; to: string; as?: string }): Item
  unassign(input: { id: number; as?: string }): Item
  setState(input: { id: number; state: string; as?: string }): Item
  comment(input: { id: number; text: string; format?: 'html' | 'markdown'; as?: string }): Comment
  editComment(input: { id: number; commentId: number; text: string; as?: string }): Comment
  deleteComment(input: { id: number; commentId: number; as?: string }): Comment
  addTag(input: { id: number; tag: string; as?: string }): Item
  removeTag(input: { id: number; tag: string; as?: string }): Item
  setParent(input: { id: number; parent: number | null; as?: string }): Item
  deleteWorkItem(input: { id: number; as?: string }): Item
  restore(input: { id: number; as?: string }): Item
  moveToProject(input: { id: number; project: string; type?: string; as?: string }): Item
  /** Takes an item out of everybody's sight, as a permission on its area would. */
  setReadable(input: { id: number; readable: boolean }): Item
  addPerson(input: NewPerson): Person
  changePerson(
    input: { person: string } & Partial<Pick<Person, 'displayName' | 'mail' | 'principalName' | 'active' | 'member'>>,
  ): Person
  addProject(input: SeedProject): Project
  addToken(input: { token: string; person?: string; scopes?: readonly string[]; expires?: string }): void
  addState(input: { project: string; type: string; name: string; category: Category; color?: string }): void
  forbidMove(input: { project: string; type: string; from: string; to: string }): void
  addField(input: { referenceName: string; name: string; type?: 'string' | 'html' | 'integer' | 'identity' }): void
  setRule(input: {
    project: string
    type: string
    field: string
    required?: boolean
    allowedValues?: readonly string[]
    defaultValue?: string | null
  }): void
  set(input: { switches: Partial<World['switches']> }): World['switches']
}

export function createActs(world: World): Acts {
  const who = (name: string | undefined): Person => {
    if (name === undefined) return world.owner
    const person = findPerson(world, name)
    if (person === undefined) throw new Error(`nobody is called ${name}`)
    return person
  }
  const item = (id: number): Item => {
    const found = world.items.get(Number(id))
    if (found === undefined) throw new Error(`no work item ${id}`)
    return found
  }
  const comment = (id: number, commentId: number): Comment => {
    const found = item(id).comments.find((each) => each.id === Number(commentId))
    if (found === undefined) throw new Error(`no comment ${commentId} on work item ${id}`)
    return found
  }
  const typeOf = (project: string, type: string) => {
    const found = [...world.projects.values()]
      .find((each) => each.name.toLowerCase() === project.toLowerCase())
      ?.types.get(type.toLowerCase())
    if (found === undefined) throw new Error(`no type ${type} in a project ${project}`)
    return found
  }
  const save = (draft: Draft, as: string | undefined): Item => {
    settleDraft(world, draft, who(as), { bypassRules: false })
    return saveDraft(world, draft, { who: who(as) })
  }
  const patch = (id: number, operations: readonly Operation[], as: string | undefined): Item => {
    const draft = draftOf(item(id))
    applyPatch(world, draft, formatsFirst(operations), { bypassRules: false })
    return save(draft, as)
  }
  const edit = (id: number, fields: Readonly<Record<string, unknown>>, as: string | undefined): Item =>
    patch(
      id,
      Object.entries(fields).map(([name, value]) => ({ op: 'replace', path: `/fields/${name}`, from: null, value })),
      as,
    )
  const tags = (id: number): string[] => {
    const value = currentRevision(item(id)).fields['System.Tags']
    return typeof value === 'string' ? value.split('; ') : []
  }

  return {
    createWorkItem: ({ as, ...input }) => writeNewItem(world, who(as), input),
    edit: ({ id, fields, as }) => edit(id, fields, as),
    assign: ({ id, to, as }) => edit(id, { 'System.AssignedTo': to }, as),
    unassign: ({ id, as }) => edit(id, { 'System.AssignedTo': null }, as),
    setState: ({ id, state, as }) => edit(id, { 'System.State': state }, as),
    comment: ({ id, text, format, as }) => addComment(world, item(id), who(as), text, format ?? 'html'),
    editComment({ id, commentId, text, as }) {
      const found = comment(id, commentId)
      changeComment(world, item(id), found, who(as), { text })
      return found
    },
    deleteComment({ id, commentId, as }) {
      const found = comment(id, commentId)
      changeComment(world, item(id), found, who(as), { deleted: true })
      return found
    },
    addTag: ({ id, tag, as }) => edit(id, { 'System.Tags': [...tags(id), tag].join('; ') }, as),
    removeTag: ({ id, tag, as }) =>
      edit(
        id,
        {
          'System.Tags': tags(id)
            .filter((each) => each.toLowerCase() !== tag.toLowerCase())
            .join('; '),
        },
        as,
      ),
    setParent({ id, parent, as }) {
      const index = item(id).relations.findIndex(({ rel }) => rel === PARENT)
      if (index !== -1) patch(id, [{ op: 'remove', path: `/relations/${index}`, from: null, value: null }], as)
      if (parent === null) return item(id)
      const value = { rel: PARENT, url: `workItems/${parent}` }
      return patch(id, [{ op: 'add', path: '/relations/-', from: null, value }], as)
    },
    deleteWorkItem({ id, as }) {
      setDeleted(world, item(id), true, { who: who(as) })
      return item(id)
    },
    restore({ id, as }) {
      setDeleted(world, item(id), false, { who: who(as) })
      return item(id)
    },
    moveToProject({ id, project, type, as }) {
      const target = [...world.projects.values()].find((each) => each.name.toLowerCase() === project.toLowerCase())
      if (target === undefined) throw new Error(`no project ${project}`)
      const typeName = type ?? String(currentRevision(item(id)).fields['System.WorkItemType'])
      const targetType = target.types.get(typeName.toLowerCase())
      if (targetType === undefined) throw new Error(`no type ${typeName} in the project ${project}`)
      const state =
        findState(targetType, String(currentRevision(item(id)).fields['System.State'])) ?? targetType.states[0]!
      return edit(
        id,
        {
          'System.TeamProject': target.name,
          'System.AreaPath': target.name,
          'System.IterationPath': target.name,
          'System.WorkItemType': targetType.name,
          'System.State': state.name,
        },
        as,
      )
    },
    setReadable({ id, readable }) {
      const found = item(id)
      found.hidden = !readable
      return found
    },
    addPerson: (input) => createPerson(world, input),
    changePerson: ({ person, ...changes }) => Object.assign(who(person), changes),
    addProject: (input) => createProject(world, input),
    addToken({ token, person, scopes, expires }) {
      world.tokens.set(token, {
        person: who(person),
        scopes: scopes ?? ['all'],
        expires: expires === undefined ? null : new Date(expires),
      })
    },
    addState({ project, type, name, category, color }) {
      const { states } = typeOf(project, type)
      states.splice(states.findLastIndex((state) => state.category === category) + 1 || states.length, 0, {
        name,
        category,
        color: color ?? '5688E0',
        reason: `Moved to state ${name}`,
      })
    },
    forbidMove({ project, type, from, to }) {
      typeOf(project, type).forbidden.add(`${from}>${to}`)
    },
    addField({ referenceName, name, type }) {
      world.fields.add({ referenceName, name, type: type ?? 'string' })
    },
    setRule({ project, type, field, ...rule }) {
      const { fields } = typeOf(project, type)
      const name = world.fields.find(field)?.referenceName ?? field
      fields.set(name, { ...(fields.get(name) ?? { required: false, allowedValues: [], defaultValue: null }), ...rule })
    },
    set: ({ switches }) => Object.assign(world.switches, switches),
  }
}

/** An item small enough to be shown to whoever played the act over HTTP. */
export function summarize(result: unknown): unknown {
  if (typeof result !== 'object' || result === null) return result ?? {}
  if ('revisions' in result) {
    const found = result as Item
    const { fields, rev } = currentRevision(found)
    const assignee = readField(found, currentRevision(found), 'System.AssignedTo')
    return {
      id: found.id,
      rev,
      type: fields['System.WorkItemType'],
      title: fields['System.Title'],
      state: fields['System.State'],
      assignedTo: isPerson(assignee) ? assignee.principalName : null,
      project: found.project.name,
      deleted: found.deleted !== null,
    }
  }
  if ('versions' in result) return { commentId: (result as Comment).id, itemId: (result as Comment).itemId }
  if ('types' in result) return { id: (result as Project).id, name: (result as Project).name }
  return result
}
