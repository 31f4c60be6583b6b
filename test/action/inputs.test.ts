import { describe, expect, it } from 'vitest'
import { inputNames, readInputs } from '../../src/action/inputs.ts'
import { readAction } from './stage.ts'

const defaults = Object.fromEntries(
  Object.entries(readAction().inputs).map(([name, { default: value = '' }]) => [`INPUT_${name.toUpperCase()}`, value]),
)

function read(given: Record<string, string> = {}) {
  const warnings: string[] = []
  return { inputs: readInputs({ ...defaults, ...given }, (text) => warnings.push(text)), warnings }
}

describe('the inputs', () => {
  it('are those of action.yml', () => {
    expect(inputNames.toSorted()).toEqual(Object.keys(readAction().inputs).toSorted())
  })

  it('are complete with the defaults of action.yml', () => {
    expect(read().inputs).toMatchObject({ command: null, state: 'ref', 'dry-run': false, deadline: 50 * 60_000 })
  })

  it('are put into the form that is worked with', () => {
    const { inputs } = read({
      INPUT_CONFIG: String.raw`.github\lockstep.yml`,
      INPUT_ISSUE: ' #12 ',
      INPUT_SINCE: '2026-01-31',
      'INPUT_DRY-RUN': 'TRUE',
      INPUT_DEADLINE: '0.5',
    })
    expect(inputs).toMatchObject({
      config: '.github/lockstep.yml',
      issue: 12,
      since: '2026-01-31T00:00:00.000Z',
      'dry-run': true,
      deadline: 30_000,
    })
  })

  it('that are a typo away from a known one stop the run, since what was meant must not be passed over', () => {
    expect(() => read({ INPUT_DRYRUN: 'true' })).toThrow('There is no input "dryrun". Did you mean "dry-run"?')
  })

  it('that nobody can have meant are only told', () => {
    expect(read({ INPUT_XYZZY: '1' }).warnings).toEqual(['There is no input "xyzzy"; it is passed over.'])
  })

  it('are judged all at once, and no value is repeated', () => {
    const wrong = { INPUT_COMMAND: 'snyc', INPUT_SINCE: 'yesterday', 'INPUT_FAIL-ON': 'red', INPUT_TOKEN: '' }
    expect(() => read(wrong)).toThrow(/"command".*\n.*"token".*\n.*"fail-on".*\n.*"since"/)
    expect(() => read(wrong)).not.toThrow(/snyc|yesterday/)
  })
})
