import type pg from 'pg';
import type { BackupTable } from './format.ts';

/** Filled by migrating, not from the backup. */
const LEDGER = 'schema_migration';

/** Of one server's life alone: sessions may be revoked later, and numbers of transactions are that server's. */
export const PASSING: readonly string[] = [
  'agent_session',
  'sign_in_attempt',
  'conversation_change',
  'conversation_change_floor',
];

interface ColumnRow {
  name: string;
  column: string;
  type: string;
}

/** One table with all the reading and writing needs. */
export interface TablePlan extends BackupTable {
  /** Columns that give the order of reading: a row's own reference to its table points to an earlier one. */
  orderBy: readonly string[];
  /** Columns with a number sequence. */
  identities: readonly string[];
}

/**
 * Every table of our schema, referenced ones first. Read from the catalogue, so that a table added by a later step cannot
 * be forgotten here.
 */
export async function readTables(client: pg.ClientBase): Promise<TablePlan[]> {
  const { rows: columns } = await client.query<ColumnRow>(
    `SELECT c.relname AS name, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> $1
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     ORDER BY c.relname, a.attnum`,
    [LEDGER],
  );
  const { rows: keys } = await client.query<{ name: string; columns: string[]; identities: string[] }>(
    `SELECT c.relname AS name,
       coalesce((SELECT array_agg(a.attname::text ORDER BY array_position(i.indkey::int2[], a.attnum)) FROM pg_index i
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary), '{}') AS columns,
       coalesce((SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attidentity <> ''), '{}') AS identities
     FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'`,
  );
  const { rows: references } = await client.query<{ name: string; target: string }>(
    `SELECT c.conrelid::regclass::text AS name, c.confrelid::regclass::text AS target FROM pg_constraint c
     WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace`,
  );
  const plans = new Map<string, TablePlan>();
  for (const { name, column, type } of columns) {
    const key = keys.find((one) => one.name === name);
    const identities = key?.identities ?? [];
    const plan = plans.get(name) ?? {
      name,
      columns: [],
      orderBy: identities.length > 0 ? identities : (key?.columns ?? []),
      identities,
    };
    plans.set(name, { ...plan, columns: [...plan.columns, { name: column, type }] });
  }
  return inOrder(plans, references);
}

function inOrder(
  plans: ReadonlyMap<string, TablePlan>,
  references: readonly { name: string; target: string }[],
): TablePlan[] {
  const done = new Map<string, TablePlan>();
  const visit = (plan: TablePlan, path: readonly string[]): void => {
    if (done.has(plan.name) || path.includes(plan.name)) return;
    for (const { name, target } of references) {
      const needed = plans.get(target);
      if (name === plan.name && needed !== undefined) visit(needed, [...path, plan.name]);
    }
    done.set(plan.name, plan);
  };
  for (const plan of plans.values()) visit(plan, []);
  return [...done.values()];
}

/** A name as SQL writes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
