import { createRandom } from '../../sandbox/kit/faults.ts'
import type { Link } from '../../src/core/link.ts'
import type { Clock } from '../../src/core/ports.ts'
import { openArchive } from '../../src/people/archive.ts'
import { importPeople } from '../../src/people/import.ts'
import { email, jsonBytes, user, userEmail } from '../people/archives.ts'
import { openScene } from './scene.ts'
import type { Scene } from './scene.ts'

const MINUTE_MS = 60_000
const mails = ['ada.byron@example.com', 'grace.murray@example.com'] as const

/** A clock that begins in the past and reaches the present when the story ends. */
function createStoryClock(minutes: number): Clock & { pass(): void } {
  let behind = minutes * MINUTE_MS
  return {
    now: () => new Date(Date.now() - behind),
    pass: () => {
      behind = Math.max(0, behind - MINUTE_MS)
    },
  }
}

/** The scene after more than an hour in which a small team worked on all sides. */
export async function openStory(minutes = 64): Promise<Scene> {
  const clock = createStoryClock(minutes)
  const scene = await openScene({ clock })
  const { github, azure, jira, wired, timings } = scene
  const random = createRandom(11)
  const links = wired.store.links
  const [boards, plat] = [await links.list({ connection: 'boards' }), await links.list({ connection: 'jira' })]
  const any = <Thing>(things: readonly Thing[]): Thing => things[Math.floor(random() * things.length)]!
  const numbers = plat.map(({ issue }) => issue.number)
  const idOf = ({ ticket }: Link) => Number(ticket.key)

  const acts: readonly (() => unknown)[] = [
    () => github.act.assign({ as: 'ada', number: any(numbers), assignees: [any(['ada', 'grace'])] }),
    () =>
      github.act.comment({ as: 'hedy', number: any(numbers), body: 'Seen again on the **test stand**, see the log.' }),
    () => github.act.label({ as: 'ada', number: any(numbers), labels: [any(['urgent', 'engine', 'planning'])] }),
    () => azure.acts.assign({ id: idOf(any(boards)), to: any(mails), as: mails[1] }),
    () => azure.acts.comment({ id: idOf(any(boards)), text: '<p>Customers ask for it.</p>', as: mails[1] }),
    () => azure.acts.addTag({ id: idOf(any(boards)), tag: any(['flight-2', 'pad-b', 'supplier']), as: mails[0] }),
    () => jira.acts.setStatus({ issue: any(plat).ticket.key, status: any(['In Progress', 'Done']) }),
    () => jira.acts.comment({ issue: any(plat).ticket.key, body: 'Planned for the *next* sprint.' }),
  ]

  for (let minute = 0; minute < minutes - 1; minute++) {
    clock.pass()
    // Work comes in waves.
    const busy = Math.max(0, Math.round(2 + 2 * Math.sin(minute / 7) + 3 * random() - 1))
    for (let act = 0; act < busy; act++) {
      any(acts)()
      timings.note(0.6 + random() * (act === 0 && minute % 13 === 5 ? 6 : 1.6))
    }
    if (busy > 0) await scene.sync()
  }
  await tellTheEnd(scene, boards, plat)
  clock.pass()
  return scene
}

/** What a customer sees first: conflicts, a refusal, a pair that moved on one side only, an import. */
async function tellTheEnd(scene: Scene, boards: readonly Link[], plat: readonly Link[]): Promise<void> {
  const { github, azure, jira, people } = scene
  const [first, second, third, fourth] = boards
  const number = first!.issue.number
  github.act.editIssue({ as: 'ada', number, title: 'Engine does not start below freezing' })
  azure.acts.edit({
    id: Number(first!.ticket.key),
    fields: { 'System.Title': 'Engine fails to start in the cold (stand 2)' },
    as: mails[1],
  })
  const checklist = plat.find(({ base }) => base?.issue['title'] === 'Write the pre-flight checklist')!
  github.act.editIssue({ as: 'ada', number: checklist.issue.number, title: 'Pre-flight checklist, with the crew' })
  jira.acts.edit({ issue: checklist.ticket.key, fields: { summary: 'Pre-flight checklist for flight 2' } })
  azure.faults.add({
    method: 'PATCH',
    path: `workitems/${second!.ticket.key}\\b`,
    status: 400,
    body: {
      $id: '1',
      innerException: null,
      message: 'TF401320: Rule Error for field Severity. Error code: Required, InvalidEmpty.',
      typeName:
        'Microsoft.TeamFoundation.WorkItemTracking.Server.RuleValidationException, Microsoft.TeamFoundation.WorkItemTracking.Server',
      typeKey: 'RuleValidationException',
      errorCode: 600171,
      eventId: 3200,
    },
  })
  github.act.editIssue({ as: 'grace', number: second!.issue.number, title: 'Valve 3 leaks under load' })
  await scene.sync()
  github.act.comment({ as: 'grace', number, body: 'Stand 2 is booked for Thursday.' })
  azure.acts.edit({
    id: Number(third!.ticket.key),
    fields: { 'System.Title': 'Telemetry drops every 30 s' },
    as: mails[0],
  })
  await scene.sync()
  azure.acts.edit({
    id: Number(fourth!.ticket.key),
    fields: { 'System.Title': `${fourth!.base!.ticket['title']}, also on the wall display` },
    as: mails[0],
  })

  azure.acts.addTag({ id: Number(first!.ticket.key), tag: 'stand-2', as: mails[1] })

  const rows = [
    ...[1, 2, 3, 4].map((pk) => user(pk, ['ada', 'grace', 'hedy', 'emmy'][pk - 1]!)),
    ...[1, 2, 3, 4].map((pk) => userEmail(pk, pk, `${['ada', 'grace', 'hedy', 'emmy'][pk - 1]}@example.com`)),
    email(1, ''),
    userEmail(9, 77, 'lost@example.com'),
  ]
  const archive = await openArchive(jsonBytes(rows))
  await importPeople({ archive, store: people, clock: { now: () => new Date() }, scope: 'user', actor: 'grace' })
}
