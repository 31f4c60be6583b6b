/** The queue's tables; times are ISO text. */
export interface QueueTables {
  queue: QueueTable
  deliveries: DeliveryTable
}

export interface QueueTable {
  key: string
  lane: string
  kind: string
  facts: string
  comments: number
  /** Grows with every task that joins. */
  version: number
  state: 'waiting' | 'running' | 'blocked' | 'dead'
  /** Nobody takes it before; while it is worked on, the end of the lease. */
  due_at: string
  /** When the first of what is not dealt with yet was added. */
  added_at: string
  attempts: number
  taken_by: string | null
  code: string | null
  message: string | null
  remedy: string | null
  failed_at: string | null
}

export interface DeliveryTable {
  id: string
  at: string
}
