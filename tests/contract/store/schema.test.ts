import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';
import { type Database, openDatabase } from '../../../src/store/database.ts';
import { type StoreBackend, storeBackends } from '../../kit/pipeline/backends.ts';
import { quietLog } from '../../kit/quiet-log.ts';

/** Which columns each table has, and which of them may be null. */
type Shape = Record<string, Record<string, 'null' | 'not null'>>;

interface Node {
  type: string;
  [field: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function child(node: Node, field: string): Node {
  const value = node[field];
  if (!isNode(value)) throw new Error(`a ${node.type} without ${field}`);
  return value;
}

function children(node: Node, field: string): Node[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** Types of schema.ts that stand for a column which may be null. */
const NULLABLE = new Set(['Json', 'TimeOrNull']);

function mayBeNull(type: Node): boolean {
  if (type.type === 'TsKeywordType') return type['kind'] === 'null';
  if (type.type === 'TsUnionType') return children(type, 'types').some(mayBeNull);
  return type.type === 'TsTypeReference' && NULLABLE.has(String(child(type, 'typeName')['value']));
}

/** Reads the interfaces of schema.ts: `Schema` names the tables, one interface each names the columns. */
function declaredShape(source: string): Shape {
  const interfaces = new Map<string, Node[]>();
  for (const item of parseSync(source, { syntax: 'typescript' }).body) {
    if (!isNode(item) || item.type !== 'ExportDeclaration') continue;
    const declaration = child(item, 'declaration');
    if (declaration.type !== 'TsInterfaceDeclaration') continue;
    interfaces.set(String(child(declaration, 'id')['value']), children(child(declaration, 'body'), 'body'));
  }
  const typeOf = (property: Node): Node => child(child(property, 'typeAnnotation'), 'typeAnnotation');
  const nameOf = (property: Node): string => String(child(property, 'key')['value']);
  return Object.fromEntries(
    (interfaces.get('Schema') ?? []).map((table) => {
      const columns = interfaces.get(String(child(typeOf(table), 'typeName')['value'])) ?? [];
      return [
        nameOf(table),
        Object.fromEntries(columns.map((column) => [nameOf(column), mayBeNull(typeOf(column)) ? 'null' : 'not null'])),
      ];
    }),
  );
}

async function realShape({ pool }: Database): Promise<Shape> {
  const { rows } = await pool.query<{ table: string; column: string; nullable: boolean }>(
    `SELECT c.table_name AS table, c.column_name AS column, c.is_nullable = 'YES' AS nullable
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> 'schema_migration'`,
  );
  const shape: Shape = {};
  for (const { table, column, nullable } of rows) (shape[table] ??= {})[column] = nullable ? 'null' : 'not null';
  return shape;
}

const declared = declaredShape(
  ['schema.ts', 'schema-media.ts']
    .map((name) => readFileSync(join(import.meta.dirname, '../../../src/store', name), 'utf8'))
    .join('\n'),
);

describe('schema.ts and the database', () => {
  let backend: StoreBackend;
  let database: Database;
  beforeAll(async () => {
    const plain = storeBackends.find((one) => one.name === 'plain server');
    if (plain === undefined) throw new Error('there is no plain server');
    backend = await plain.start();
    database = openDatabase({ url: await backend.createDatabase(), log: quietLog(), max: 1 });
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await backend.close();
  });

  test('have the same tables and columns, and agree on which may be null', async () => {
    expect(Object.keys(declared).length).toBeGreaterThan(15);
    expect(declared).toEqual(await realShape(database));
  });

  test('a column on either side alone is found', async () => {
    await database.pool.query('ALTER TABLE team ADD COLUMN planted text');
    const real = await realShape(database);
    expect(real['team']).toEqual({ ...declared['team'], planted: 'null' });
    await database.pool.query('ALTER TABLE team DROP COLUMN planted');
    const source =
      'export interface TeamTable { id: string; other: string | null; when: TimeOrNull }\n' +
      'export interface Schema { team: TeamTable }';
    expect(declaredShape(source)).toEqual({ team: { id: 'not null', other: 'null', when: 'null' } });
  });
});
