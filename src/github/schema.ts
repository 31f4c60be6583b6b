import { z } from 'zod'

// Only what Lockstep reads; GitHub adds to these whenever it likes.

const User = z.object({ login: z.string(), type: z.string().optional() }).nullish()

export const IssueJson = z.object({
  id: z.number(),
  number: z.number(),
  html_url: z.string(),
  repository_url: z.string().optional(),
  title: z.string(),
  body: z.string().nullish(),
  // Only in the "full" form.
  body_html: z.string().nullish(),
  state: z.string(),
  state_reason: z.string().nullish(),
  user: User,
  assignees: z.array(z.object({ login: z.string() }).nullable()).nullish(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  milestone: z.object({ title: z.string() }).nullish(),
  type: z.object({ name: z.string() }).nullish(),
  // Absent on servers that know no sub-issues.
  parent_issue_url: z.string().nullish(),
  comments: z.number(),
  pull_request: z.unknown().optional(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type IssueJson = z.infer<typeof IssueJson>

export const CommentJson = z.object({
  id: z.number(),
  html_url: z.string(),
  issue_url: z.string().optional(),
  body: z.string().nullish(),
  body_html: z.string().nullish(),
  user: User,
  created_at: z.string(),
  updated_at: z.string(),
})
export type CommentJson = z.infer<typeof CommentJson>

export const MilestoneJson = z.object({ number: z.number(), title: z.string() })
