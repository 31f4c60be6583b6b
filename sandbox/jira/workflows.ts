import { rootCauseField } from './field-catalog.ts'

export type WorkflowName = 'simple' | 'classic' | 'long'

export interface ScreenField {
  readonly id: string
  readonly required: boolean
}

export interface Transition {
  readonly id: string
  readonly name: string
  readonly from: 'any' | readonly string[]
  readonly to: string
  readonly screen: readonly ScreenField[] | null
  /** Sent as `issue_event_type_name`. */
  readonly event: string
  /** What the workflow itself does to the resolution; `undefined` leaves it to the screen. */
  readonly resolution?: string | null
  /** Open to the assignee only, where the switch says so. */
  readonly assigneeOnly?: boolean
}

export interface Workflow {
  readonly initial: string
  readonly statuses: readonly string[]
  readonly transitions: readonly Transition[]
}

const resolving: readonly ScreenField[] = [
  { id: 'resolution', required: true },
  { id: 'fixVersions', required: false },
  { id: 'assignee', required: false },
]
const generic = { screen: null, event: 'issue_generic' } as const

export const workflows: Readonly<Record<WorkflowName, Workflow>> = {
  simple: {
    initial: '10000',
    statuses: ['10000', '3', '10001'],
    transitions: [
      { id: '11', name: 'To Do', from: 'any', to: '10000', resolution: null, ...generic },
      { id: '21', name: 'In Progress', from: 'any', to: '3', resolution: null, ...generic },
      { id: '31', name: 'Done', from: 'any', to: '10001', resolution: '10000', ...generic },
    ],
  },
  classic: {
    initial: '1',
    statuses: ['1', '3', '4', '5', '6'],
    transitions: [
      {
        id: '4',
        name: 'Start Progress',
        from: ['1', '4'],
        to: '3',
        screen: null,
        event: 'issue_work_started',
        resolution: null,
        assigneeOnly: true,
      },
      {
        id: '301',
        name: 'Stop Progress',
        from: ['3'],
        to: '1',
        screen: null,
        event: 'issue_work_stopped',
        resolution: null,
      },
      { id: '5', name: 'Resolve Issue', from: ['1', '3', '4'], to: '5', screen: resolving, event: 'issue_resolved' },
      { id: '2', name: 'Close Issue', from: ['1', '3', '4'], to: '6', screen: resolving, event: 'issue_closed' },
      { id: '701', name: 'Close Issue', from: ['5'], to: '6', screen: [], event: 'issue_closed' },
      {
        id: '3',
        name: 'Reopen Issue',
        from: ['5', '6'],
        to: '4',
        screen: [{ id: 'assignee', required: false }],
        event: 'issue_reopened',
        resolution: null,
      },
    ],
  },
  long: {
    initial: '10100',
    statuses: ['10100', '10101', '10102', '10103', '10104'],
    transitions: [
      { id: '101', name: 'Select', from: ['10100'], to: '10101', ...generic },
      { id: '111', name: 'Start', from: ['10101'], to: '10102', ...generic },
      {
        id: '121',
        name: 'Hand Over',
        from: ['10102'],
        to: '10103',
        screen: [{ id: rootCauseField, required: true }],
        event: 'issue_generic',
      },
      { id: '131', name: 'Release', from: ['10103'], to: '10104', resolution: '10000', ...generic },
      { id: '141', name: 'Send Back', from: ['10103'], to: '10102', ...generic },
    ],
  },
}
