/** The configuration in its repository, which is changed by pull requests alone. */
export interface ConfigFile {
  read(): Promise<ConfigText>
  propose(change: ConfigChange): Promise<Proposal>
}

export interface ConfigText {
  readonly text: string
  readonly path: string
  /** Of the file as it was read: a change rests on it. */
  readonly version: string
}

export interface ConfigChange {
  readonly text: string
  readonly version: string
  readonly title: string
  readonly body: string
}

export interface Proposal {
  readonly number: number
  readonly url: string
}
