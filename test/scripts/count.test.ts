import { expect, it } from 'vitest'
import { countTests } from '../../scripts/test/count.ts'

const report = (failed: number, files: unknown[] = []) => ({
  numPassedTests: 5,
  numFailedTests: failed,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults: files,
})

it('counts what passed, failed and was skipped', () => {
  const file = { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] }
  expect(countTests(report(1, [file]), 1)).toEqual({ passed: 5, failed: 1, skipped: 3 })
})

it('counts a file that could not be loaded as a failure', () => {
  expect(countTests(report(0, [{ status: 'failed', assertionResults: [] }]), 1).failed).toBe(1)
})

it('counts an error outside of any test as a failure', () => {
  expect(countTests(report(0), 1).failed).toBe(1)
  expect(countTests(report(0), 0).failed).toBe(0)
})

it('counts a run without a report as a failure', () => {
  expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})
