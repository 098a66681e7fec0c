import type { Insertable, Kysely } from 'kysely';
import type { AuditTable, Schema } from './schema.ts';

/** What somebody of ours did, as the audit names it. */
export interface AuditEntry {
  agentId: string;
  /** `operator`: at the command line, `agentId` is the system's user. Default: an agent. */
  actor?: 'agent' | 'operator';
  action: string;
  subjectKind: string;
  subjectId: string;
  detail?: Record<string, unknown>;
}

/** Writes one audit row in the caller's transaction. */
export async function audit(db: Kysely<Schema>, entry: AuditEntry): Promise<void> {
  const row: Insertable<AuditTable> = {
    actor_kind: entry.actor ?? 'agent',
    actor_id: entry.agentId,
    action: entry.action,
    subject_kind: entry.subjectKind,
    subject_id: entry.subjectId,
    detail: JSON.stringify(entry.detail ?? {}),
    seal_no: null,
    hash: null,
  };
  await db.insertInto('audit').values(row).execute();
}
