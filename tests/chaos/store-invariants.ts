import type { Query } from './servers.ts';

/** States in which a part may stay. */
export const DEFINITE_STATES: ReadonlySet<string> = new Set([
  'sent',
  'delivered',
  'read',
  'bounced',
  'failed',
  'needs_review',
  'superseded',
  'cancelled',
]);

/** What is violated of the invariants that the store alone can tell, whatever the channel, as sentences. */
export async function storeViolations(query: Query): Promise<string[]> {
  const found: string[] = [];
  await handled(query, found);
  await owners(query, found);
  await bounds(query, found);
  return found;
}

/** I4: every customer message is answered, with people, parked or filed. */
async function handled(query: Query, found: string[]): Promise<void> {
  const unhandled = await query<{ text: string }>(`SELECT text FROM message WHERE kind = 'inbound' AND state = 'new'`);
  for (const { text } of unhandled) found.push(`I4: message "${text}" was never handled`);
  // An approved text answers all that was new where everybody reads it, and names the last of it as its cause.
  const unanswered = await query<{ text: string }>(`
    SELECT m.text FROM message m WHERE m.kind = 'inbound' AND m.state = 'answered'
      AND NOT EXISTS (SELECT FROM message o WHERE o.cause_id = m.id AND o.kind = 'outbound')
      AND NOT EXISTS (
        SELECT FROM message c JOIN message o ON o.cause_id = c.id AND o.kind = 'outbound'
        WHERE m.state_reason = 'an approved text' AND c.state_reason = m.state_reason AND c.thread_id = m.thread_id
          AND c.seq > m.seq AND o.created_at > m.created_at)`);
  for (const row of unanswered) found.push(`I4: "${row.text}" counts as answered and has no answer`);
  const open = await query<{ id: string }>(`SELECT id FROM thread WHERE lease_owner IS NOT NULL OR due_at IS NOT NULL`);
  for (const row of open) found.push(`I4: thread ${row.id} still has work or a lease`);
}

/** I10, I15: one owner at every version, every change audited, the chain whole. */
async function owners(query: Query, found: string[]): Promise<void> {
  const rows = await query<{
    id: string;
    owner_version: string;
    changes: string;
    created: string;
    distinct_versions: string;
  }>(`
    SELECT c.id, c.owner_version, count(a.id) FILTER (WHERE a.action IN ('owner.changed', 'conversation.reopened')) AS changes,
      count(a.id) FILTER (WHERE a.action = 'conversation.created') AS created,
      count(DISTINCT a.detail->>'version') FILTER (WHERE a.action = 'owner.changed') AS distinct_versions
    FROM conversation c LEFT JOIN audit a ON a.subject_id = c.id::text AND a.subject_kind = 'conversation'
    GROUP BY c.id, c.owner_version`);
  for (const row of rows) {
    if (Number(row.owner_version) !== Number(row.changes) + 1) {
      found.push(
        `I15: conversation ${row.id} is at owner version ${row.owner_version} after ${row.changes} audited changes`,
      );
    }
    if (Number(row.created) !== 1) found.push(`I15: conversation ${row.id} has ${row.created} rows of its creation`);
  }
  const [chain] = await query<{ no: string | null }>('SELECT audit_first_break() AS no');
  if (chain?.no != null) found.push(`I15: the audit chain breaks at ${chain.no}`);
}

/** The lower bounds on a thread hold: no new message and no open part lies before them, where no worker would look. */
async function bounds(query: Query, found: string[]): Promise<void> {
  const rows = await query<{ id: string; what: string }>(`
    SELECT t.id, 'message ' || m.id AS what FROM thread t JOIN message m ON m.thread_id = t.id
    WHERE m.state = 'new' AND (t.new_from IS NULL OR m.seq < t.new_from)
    UNION ALL
    SELECT t.id, 'delivery ' || d.id FROM thread t JOIN delivery d ON d.thread_id = t.id
    WHERE d.state IN ('scheduled', 'pending', 'sending', 'retry', 'unknown') AND (t.open_from IS NULL OR d.out_seq < t.open_from)`);
  for (const row of rows) found.push(`thread ${row.id}: ${row.what} lies before the bound of what is open`);
}
