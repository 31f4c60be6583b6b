import { configShape } from '../../src/config/shape.ts'

/** The JSON Schema that editors complete and check `.github/lockstep.yml` with. */
export function printSchema(): string {
  const { $schema, ...rest } = configShape() as { readonly $schema?: string }
  const schema = { $schema, title: 'Lockstep', ...rest }
  return `${JSON.stringify(schema, null, 2)}\n`
}
