export interface WebTables {
  sessions: SessionTable
  hooks: HookTable
}

export interface SessionTable {
  id_hash: string
  login: string
  name: string
  /** 0 or 1. */
  local: number
  sealed_token: string | null
  created_at: string
  expires_at: string
}

export interface HookTable {
  connection: string
  project: string
  event: string
  hook_id: string
  url: string
  generation: number
  checked_at: string
}
