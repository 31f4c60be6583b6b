// jira-client brings no types; only what the tour calls.
declare module 'jira-client' {
  // oxlint-disable-next-line typescript/no-explicit-any
  type Answer = any

  class JiraApi {
    constructor(options: Readonly<Record<string, unknown>>)
    listProjects(): Promise<Answer>
    getCurrentUser(): Promise<Answer>
    addNewIssue(issue: object): Promise<Answer>
    updateIssue(key: string, change: object): Promise<Answer>
    updateAssignee(key: string, name: string): Promise<Answer>
    addComment(key: string, body: string): Promise<Answer>
    searchJira(jql: string, options?: object): Promise<Answer>
    listTransitions(key: string): Promise<Answer>
    transitionIssue(key: string, transition: object): Promise<Answer>
    findIssue(key: string): Promise<Answer>
    createRemoteLink(key: string, link: object): Promise<Answer>
    getRemoteLinks(key: string): Promise<Answer>
    deleteIssue(key: string): Promise<Answer>
  }
  export { JiraApi as default }
}
