export { createHttp } from './http.ts'
export type { Headings, Http, HttpOptions, HttpRequest, RequestFacts } from './http.ts'
export { replyOf } from './reply.ts'
export type { HttpReply } from './reply.ts'
