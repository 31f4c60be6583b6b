import { describe, expect, it } from 'vitest'
import { LockstepError } from '../../src/core/errors.ts'
import { type ImportScope, findModelScope } from '../../src/people/models.ts'
import { type ArchiveRecord, parseRecord } from '../../src/people/records.ts'
import { email, user, userEmail } from './archives.ts'

const parse = (value: unknown, scope: ImportScope = 'organization'): ArchiveRecord =>
  parseRecord(value, { ordinal: 7, scope })

function failureOf(value: unknown): LockstepError {
  try {
    parse(value)
  } catch (error) {
    if (error instanceof LockstepError) return error
  }
  throw new Error('It was expected to fail with a LockstepError.')
}

const option = (key: string, value: unknown, fields: object = {}) => ({
  model: 'sentry.useroption',
  pk: 3,
  fields: { user: 1, key, value, ...fields },
})

describe('a row of an archive', () => {
  it('says who a person is and nothing of what they may do', () => {
    const row = user(3, 'mona-castell', {
      name: 'Mona Castell',
      password: 'not-a-password-3',
      session_nonce: 'not-a-nonce',
      is_staff: true,
      is_superuser: true,
      is_managed: true,
      is_unclaimed: false,
      is_active: false,
      is_sentry_app: true,
      flags: '0',
      date_joined: '2021-03-04T00:03:03.111Z',
    })
    expect(parse(row)).toStrictEqual({
      kind: 'person',
      model: 'sentry.user',
      pk: 3,
      username: 'mona-castell',
      name: 'Mona Castell',
      email: 'mona-castell@example.com',
      active: false,
      human: false,
      createdAt: '2021-03-04T00:03:03.111Z',
    })
  })

  it('says whether the archive takes an address for verified, and nothing of its hash', () => {
    expect(parse(userEmail(5, 3, ' Mona@Example.com '))).toStrictEqual({
      kind: 'person-address',
      model: 'sentry.useremail',
      pk: 5,
      user: 3,
      email: 'Mona@Example.com',
      verified: true,
    })
    for (const claim of [false, null, undefined]) {
      const row = userEmail(5, 3, 'mona@example.com')
      expect(parse({ ...row, fields: { ...row.fields, is_verified: claim } })).toMatchObject({ verified: false })
    }
  })

  it('is skipped where its address is empty, and a person without one has none', () => {
    expect(parse(email(1, ''))).toMatchObject({ kind: 'skipped', reason: 'empty-address' })
    expect(parse(userEmail(1, 2, '  '))).toMatchObject({ kind: 'skipped', reason: 'empty-address' })
    expect(parse(user(1, 'bot', { email: '' }))).toMatchObject({ kind: 'person', email: null })
    expect(parse(user(1, 'bot', { email: null }))).toMatchObject({ kind: 'person', email: null })
  })

  it('is read under older and newer names of its references', () => {
    const older = option('theme', 'dark', { user: 1, organization: 4, project: 5 })
    const newer = option('theme', 'dark', { user: undefined, user_id: 1, organization_id: 4, project_id: 5 })
    expect(parse(older)).toMatchObject({ user: 1, organization: 4, project: 5 })
    expect(parse(newer)).toStrictEqual(parse(older))
    expect(parse(option('theme', 'dark', { project_id: null }))).toMatchObject({ organization: null, project: null })
  })

  it('reads an option as a value or as JSON text', () => {
    const values = [
      ['Europe/Oslo', 'Europe/Oslo'],
      ['"Europe/Lisbon"', 'Europe/Lisbon'],
      [true, true],
      ['true', true],
      ['{"a": [1]}', { a: [1] }],
      ['dark', 'dark'],
      [null, null],
      ['123456789012345678901', '123456789012345678901'],
    ]
    for (const [given, read] of values) expect(parse(option('x', given))).toMatchObject({ value: read })
  })

  it('is bad where an option names an unknown time zone', () => {
    for (const zone of ['Europe/Oslo', '"Europe/Lisbon"', 'UTC', 'Asia/Calcutta']) {
      expect(parse(option('timezone', zone))).toMatchObject({ kind: 'option' })
    }
    for (const zone of ['MiddleEarth/Gondor', '+02:00', '', 5, null]) {
      expect(failureOf(option('timezone', zone))).toMatchObject({
        code: 'archive-record-bad',
        details: { model: 'sentry.useroption', pk: 3, field: 'value' },
      })
    }
  })

  const bad: [string, unknown, string][] = [
    ['has no username', { model: 'sentry.user', pk: 2, fields: { email: 'x@example.com' } }, 'username'],
    ['has a blank username', user(2, '  ', { email: '' }), 'username'],
    ['has a username of 129 characters', user(2, 'x'.repeat(129), { email: '' }), 'username'],
    ['has an address of 77 characters', user(2, 'x', { email: `${'x'.repeat(65)}@example.com` }), 'email'],
    ['has a secondary address of 76 characters', userEmail(2, 1, 'x'.repeat(76)), 'email'],
    ['points at a person by name', userEmail(2, 'mona' as unknown as number, 'x@example.com'), 'user'],
    ['points at nobody', { model: 'sentry.useremail', pk: 2, fields: { email: 'x@example.com' } }, 'user'],
    ['holds a zero character', user(2, 'mo\0na'), 'username'],
    ['holds half a character', user(2, 'mo\ud800na'), 'username'],
    ['has a date that is none', user(2, 'mona', { date_joined: 'yesterday' }), 'date_joined'],
  ]

  it.each(bad)('is bad when it %s, and says where', (_, row, field) => {
    const { model } = row as { model: string }
    const error = failureOf(row)
    expect(error).toMatchObject({ code: 'archive-record-bad', details: { model, pk: 2, field } })
    expect(error.message).toContain(`${model} 2 `)
    expect(error.message).toMatch(new RegExp(`[ ]${field}(: | is missing)`))
  })

  it('counts characters as the archive does, so that 128 of any kind are allowed', () => {
    expect(parse(user(2, '🦊'.repeat(128), { email: '' }))).toMatchObject({ kind: 'person' })
    expect(failureOf(user(2, '🦊'.repeat(129), { email: '' })).code).toBe('archive-record-bad')
  })

  it('is bad when it is no row at all, and is then named by its place', () => {
    for (const row of [
      null,
      5,
      [],
      {},
      { model: 'sentry.user', pk: '1', fields: {} },
      { model: 'sentry.user', pk: 1 },
      { model: 'sentry.user', pk: 1, fields: [] },
    ]) {
      expect(failureOf(row)).toMatchObject({ code: 'archive-record-bad', message: expect.stringContaining('Row 7 ') })
    }
  })

  it('does not mind fields it does not know', () => {
    expect(parse(user(1, 'mona', { favourite_colour: 'teal' }))).not.toHaveProperty('favourite_colour')
  })

  it('never says what stood in a field', () => {
    const error = failureOf({ model: 'sentry.user', pk: 2, fields: { username: { secret: 'not-a-password-2' } } })
    expect(JSON.stringify([error.message, error.details])).not.toContain('not-a-password')
  })
})

describe('the model of a row', () => {
  const rowOf = (model: string) => ({ model, pk: 11, fields: { anything: true } })

  it('is skipped where it is known but not imported, whatever stands in it', () => {
    for (const model of ['sentry.authenticator', 'sentry.actor', 'sentry.project', 'sentry.environmentproject']) {
      expect(parse(rowOf(model))).toStrictEqual({ kind: 'skipped', model, pk: 11, reason: 'out-of-scope' })
    }
  })

  it('is an error where nobody knows it', () => {
    for (const model of ['sentry.paperclip', 'Sentry.User', 'user', '__proto__']) {
      expect(failureOf(rowOf(model))).toMatchObject({ code: 'archive-model-unknown', details: { model, pk: 11 } })
    }
  })

  it('belongs to organizations where people alone are imported', () => {
    const row = { model: 'sentry.environment', pk: 1, fields: { organization_id: 1, name: 'production' } }
    expect(parse(row, 'user')).toMatchObject({ kind: 'skipped', reason: 'out-of-scope' })
    expect(parse(row)).toMatchObject({ kind: 'environment', organization: 1, name: 'production' })
  })

  it('has the scope its writer gives it', () => {
    expect(findModelScope('sentry.useremail')).toBe('user')
    expect(findModelScope('sentry.environment')).toBe('organization')
    expect(findModelScope('workflow_engine.detector')).toBe('organization')
    expect(findModelScope('sentry.relay')).toBe('config')
    expect(findModelScope('sentry.userip')).toBe('global')
    expect(findModelScope('sentry.release')).toBe('excluded')
    expect(findModelScope('social_auth.usersocialauth')).toBe('excluded')
    expect(findModelScope('sentry.paperclip')).toBeUndefined()
  })
})
