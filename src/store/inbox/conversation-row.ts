import { type RawBuilder, sql } from 'kysely';
import { atLeast, type Viewer } from '../../core/model/agent.ts';
import type { ConversationShown } from '../../core/model/inbox.ts';

/** A conversation with what its row in the list shows, as {@link shownColumns} reads it. */
export interface ShownRow {
  id: string;
  number: number;
  version: number;
  status: ConversationShown['status'];
  priority: ConversationShown['priority'];
  owner_kind: ConversationShown['owner']['kind'];
  owner_team: string | null;
  owner_agent: string | null;
  owner_name: string | null;
  owner_version: number;
  contact_id: string;
  contact_name: string;
  handle: string | null;
  contact_language: string | null;
  blocked: boolean;
  blocked_until: Date | null;
  channel: string;
  account_id: string;
  thread_id: string;
  thread_kind: ConversationShown['threadKind'];
  thread_title: string | null;
  language: string | null;
  unread: number;
  preview: string;
  attention: boolean;
  last_message_at: Date;
  /** Microseconds, as text: a Date has only milliseconds, and two rows may differ by less. */
  last_us: string;
  created_at: Date;
  resolved_at: Date | null;
  previous_id: string | null;
  continued_in: string | null;
  continued_number: number | null;
  /** The thread's key at the platform. */
  address: string;
  subject: string | null;
  filed_as: string | null;
  claimed: boolean;
  known_as: string | null;
  suggestion: ConversationShown['suggestion'];
}

export const shownColumns = sql`
  c.id, c.number, c.version, c.status, c.priority, c.owner_kind, c.owner_team, c.owner_agent,
  CASE c.owner_kind WHEN 'agent' THEN o.name END AS owner_name, c.owner_version, c.contact_id, p.display_name AS contact_name, i.handle,
  p.language AS contact_language, coalesce(p.blocked_until > now(), false) AS blocked,
  CASE WHEN isfinite(p.blocked_until) THEN p.blocked_until END AS blocked_until, a.channel, c.account_id, c.thread_id, t.kind AS thread_kind, t.title AS thread_title, c.language,
  c.unread, c.preview, c.last_message_at, (extract(epoch FROM c.last_message_at) * 1000000)::bigint::text AS last_us, c.created_at,
  c.resolved_at, c.previous_id, c.continued_in, t.address, c.suggestion,
  (SELECT n.number FROM conversation n WHERE n.id = c.continued_in) AS continued_number, c.subject, c.filed_as, starts_with(i.external_id, 'claimed:') AS claimed,
  CASE WHEN starts_with(i.external_id, 'claimed:') THEN (
    SELECT k.display_name FROM identity k WHERE k.channel = i.channel AND k.external_id = substr(i.external_id, 9)
  ) END AS known_as,
  EXISTS (
    SELECT FROM delivery d WHERE d.conversation_id = c.id AND d.attention_at IS NOT NULL
      AND (d.state = 'needs_review' OR NOT EXISTS (SELECT FROM delivery r WHERE r.resend_of = d.id))
  ) AS attention`;

export const shownJoins = sql`
  JOIN thread t ON t.id = c.thread_id
  JOIN contact p ON p.id = c.contact_id
  JOIN identity i ON i.id = t.identity_id
  JOIN account a ON a.id = c.account_id
  LEFT JOIN agent o ON o.id = c.owner_agent`;

/** Whether the viewer may see `c`; the same rule as desk_sees_v1, spelt out so that indexes serve it. */
export function sees(viewer: Viewer): RawBuilder<unknown> {
  if (atLeast(viewer.role, 'lead')) return sql`true`;
  return sql`(c.owner_team IS NULL OR c.owner_team = ANY (${[...viewer.teamIds]}::text[])
    OR (c.owner_agent = ${viewer.id} AND (c.owner_kind = 'agent' OR (c.owner_kind = 'none' AND c.resolved_owner_kind = 'agent'))))`;
}

export function toShown(row: ShownRow): ConversationShown {
  const agent =
    row.owner_kind === 'agent' && row.owner_agent !== null
      ? { id: row.owner_agent, name: row.owner_name ?? 'somebody who left' }
      : null;
  return {
    id: row.id,
    number: row.number,
    version: row.version,
    status: row.status,
    priority: row.priority,
    owner: { kind: row.owner_kind, teamId: row.owner_team, agent },
    ownerVersion: row.owner_version,
    contact: { id: row.contact_id, name: row.contact_name, handle: row.handle, language: row.contact_language },
    block: row.blocked ? { until: row.blocked_until?.toISOString() ?? null } : null,
    channel: row.channel,
    accountId: row.account_id,
    threadKind: row.thread_kind,
    threadTitle: row.thread_title,
    language: row.language,
    unread: row.unread,
    preview: row.preview,
    attention: row.attention,
    lastMessageAt: row.last_message_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    previousId: row.previous_id,
    continuedIn:
      row.continued_in === null || row.continued_number === null
        ? null
        : { id: row.continued_in, number: row.continued_number },
    suggestion: row.suggestion,
    subject: row.subject,
    filedAs: row.filed_as,
    claimed: row.claimed ? { knownAs: row.known_as } : null,
  };
}
