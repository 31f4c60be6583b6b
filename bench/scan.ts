import { openStage, repo } from '../test/flows/stage.ts'
import { scan } from '../src/sync/scan.ts'

/** What a scan costs with many pairs: `npm run bench -- scan [PAIRS]`. */
export async function benchScan([given]: readonly string[]): Promise<void> {
  const pairs = Number(given ?? 10_000)
  const stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }], quick: true })
  for (let n = 1; n <= pairs; n++) {
    stage.github.act.openIssue({ as: 'ada', title: `Issue ${n}`, assignees: ['ada'] })
    stage.passTime(1000)
  }

  async function measure(what: string): Promise<void> {
    stage.clear()
    const started = performance.now()
    let outcomes = 0
    for await (const _ of scan(stage.wired.deps, repo)) outcomes++
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    const [github, boards] = [stage.github.journal.count().total, stage.azure.journal.count().total]
    console.log(`${what}: ${outcomes} outcomes, ${github} requests to GitHub, ${boards} to the tracker, ${seconds} s`)
  }

  await measure(`backfill of ${pairs}`)
  await measure('the own writes coming back')
  await measure('nothing new')
  stage.github.act.editIssue({ as: 'ada', number: Math.ceil(pairs / 2), title: 'Another' })
  await measure('one title changed')
  await stage.close()
}
