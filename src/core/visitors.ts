/** Who came back from GitHub's sign-in page. */
export interface SignedInAccount {
  readonly login: string
  readonly name: string
  readonly token: string
  /** When the token ends, in ISO time. */
  readonly expiresAt: string | null
}

/** What GitHub lets a person do, as far as the App is installed. */
export interface AccountRights {
  /** Where the App is installed and the person has access. */
  readonly organizations: readonly { readonly login: string; readonly admin: boolean }[]
  readonly repositories: readonly {
    readonly owner: string
    readonly repo: string
    readonly right: 'read' | 'write' | 'admin'
  }[]
}

/** GitHub's sign-in of people. */
export interface AccountHost {
  /** The page to send the browser to. */
  printAuthorizeUrl(request: { readonly state: string; readonly challenge: string; readonly callback: string }): string
  exchange(answer: {
    readonly code: string
    readonly verifier: string
    readonly callback: string
  }): Promise<SignedInAccount>
  readRights(token: string): Promise<AccountRights>
}
