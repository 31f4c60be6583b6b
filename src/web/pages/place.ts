import { LockstepError } from '../../core/errors.ts'
import { parseIssueRef, printRepo } from '../../core/issue.ts'
import type { RepoRef } from '../../core/issue.ts'
import type { Visitor } from '../context.ts'
import { html, raw } from './markup.ts'
import type { Markup } from './markup.ts'
import type { Scope } from './scope.ts'
import { demand } from './visitor.ts'

/** The repository that a page is about: the one asked for, else the first that there is. */
export function chooseRepo(visitor: Visitor, { repos }: Scope, wanted: string | undefined): RepoRef | undefined {
  if (wanted === undefined || wanted === '') return repos[0]
  const repo = parseRepo(wanted)
  if (repo === undefined) return repos[0]
  demand(visitor, repo, 'read')
  return repo
}

/** A repository that somebody wrote. */
export function readRepo(text: string): RepoRef {
  const repo = parseRepo(text.trim())
  if (repo !== undefined) return repo
  throw new LockstepError('usage', 'That names no repository.', { remedy: 'Write it as organization/name.' })
}

function parseRepo(text: string): RepoRef | undefined {
  const ref = parseIssueRef(`${text}#1`)
  return ref === undefined ? undefined : { owner: ref.owner, repo: ref.repo }
}

interface Choice {
  readonly name: string
  readonly label: string
  readonly values: readonly string[]
  readonly chosen: string | undefined
}

export const repoChoice = ({ repos }: Scope, chosen: RepoRef): Choice => ({
  name: 'repo',
  label: 'Repository',
  values: [...new Set([printRepo(chosen), ...repos.map(printRepo)])].sort(),
  chosen: printRepo(chosen),
})

export const select = ({ name, label, values, chosen }: Choice): Markup =>
  html`<div class="search">
    <label for="${name}">${label}</label>
    <select id="${name}" name="${name}">
      ${values.map((value) => html`<option value="${value}" ${value === chosen ? raw('selected') : ''}>${value}</option>`)}
    </select>
  </div>`

export const chooser = (path: string, choices: readonly Choice[], button: string): Markup =>
  html`<form class="filters few" method="get" action="${path}">
    ${choices.map(select)}
    <button class="button" type="submit">${button}</button>
  </form>`
