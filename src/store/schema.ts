import type { ColumnType, Generated } from 'kysely';
import type {
  AccountAutomaticTable,
  AccountBookmarkTable,
  AccountMemoryTable,
  AttachmentTable,
  ContactAutomaticTable,
  PlaceEntryTable,
  PlaceTable,
  ThreadParticipantTable,
} from './schema-media.ts';

/** Row types for Kysely; the truth is `migrations/`, and a test holds the two against each other. */
export type Json = ColumnType<unknown, string | null | undefined, string | null>;
type JsonRequired = ColumnType<Record<string, unknown>, string | undefined, string>;
export type Time = ColumnType<Date, Date | string | undefined, Date | string>;
export type TimeOrNull = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;

export interface InstanceTable {
  id: string;
  lock_no: Generated<number>;
  roles: string[];
  host: string;
  pid: number;
  version: string;
  embedded: boolean;
  started_at: Time;
  heartbeat_at: Time;
  ended_at: TimeOrNull;
  ended_as: 'stopped' | 'dead' | null;
}

export interface AccountTable {
  id: string;
  channel: string;
  created_at: Time;
  pace: Json;
  pace_at: Time;
  blocked_until: Time;
  flood_at: TimeOrNull;
  flood_chat: string | null;
  owner_instance: string | null;
  owner_token: Generated<number>;
  state: Json;
  state_at: TimeOrNull;
}

export interface ChatTable {
  account_id: string;
  key: string;
  pace_at: Time;
  blocked_until: Time;
}

export interface TeamTable {
  id: string;
  name: string;
  languages: Generated<string[]>;
  from_file: Generated<boolean>;
  created_at: Time;
}

export interface AgentTable {
  id: string;
  email: string;
  name: string;
  role: 'agent' | 'lead' | 'admin';
  password_hash: string;
  created_at: Time;
  disabled_at: TimeOrNull;
}

export interface ContactTable {
  id: string;
  display_name: string;
  language: string | null;
  created_at: Time;
  erased_at: TimeOrNull;
  blocked_until: string | null;
  block_told_at: TimeOrNull;
}

export interface IdentityTable {
  id: string;
  channel: string;
  external_id: string;
  contact_id: string;
  display_name: string;
  handle: string | null;
  language_hint: string | null;
  unreachable_at: TimeOrNull;
  created_at: Time;
}

export interface ThreadTable {
  id: string;
  account_id: string;
  external_key: string;
  address: string;
  chat_key: string;
  kind: 'private' | 'group' | 'channel';
  title: string | null;
  identity_id: string;
  contact_id: string;
  shard: number;
  created_at: Time;
  last_seq: Generated<number>;
  last_out: Generated<number>;
  new_from: number | null;
  open_from: number | null;
  due_at: TimeOrNull;
  first_new_at: TimeOrNull;
  pause_until: TimeOrNull;
  hold_until: TimeOrNull;
  lease_owner: string | null;
  lease_token: Generated<number>;
  lease_alone: Generated<boolean>;
  suspicion: Generated<number>;
  alone_deaths: Generated<number>;
  minute_from: TimeOrNull;
  minute_count: Generated<number>;
  bot_said: Json;
  blocked_until: string | null;
  block_notice: Json;
}

export interface ConversationTable {
  id: string;
  number: Generated<number>;
  thread_id: string;
  account_id: string;
  contact_id: string;
  previous_id: string | null;
  continued_in: string | null;
  status: 'open' | 'pending' | 'snoozed' | 'resolved';
  priority: Generated<'low' | 'normal' | 'high' | 'urgent'>;
  topic: string | null;
  owner_kind: 'bot' | 'queue' | 'agent' | 'none';
  owner_team: string | null;
  owner_agent: string | null;
  owner_version: Generated<number>;
  version: Generated<number>;
  resolved_owner_kind: string | null;
  language: string | null;
  bot_memory: JsonRequired;
  secret_pending: Generated<boolean>;
  secret_told_at: TimeOrNull;
  unread: Generated<number>;
  last_message_at: Time;
  last_inbound_at: TimeOrNull;
  preview: Generated<string>;
  created_at: Time;
  resolved_at: TimeOrNull;
  subject: string | null;
  filed_as: string | null;
  suggestion: object | null;
}

export interface MessageTable {
  id: string;
  thread_id: string;
  conversation_id: string;
  seq: number;
  kind: 'inbound' | 'outbound' | 'note' | 'activity';
  author_kind: 'contact' | 'bot' | 'agent' | 'system';
  author_id: string | null;
  text: string;
  body: Json;
  class: 'repeatable' | 'single' | null;
  state: 'new' | 'answered' | 'routed' | 'parked' | 'filed' | null;
  state_reason: string | null;
  parked_at: TimeOrNull;
  cause_id: string | null;
  reply_to_external_id: string | null;
  entry: string | null;
  extras: Json;
  event_key: string | null;
  activity: Json;
  occurred_at: TimeOrNull;
  created_at: Time;
  edited_at: TimeOrNull;
  deleted_at: TimeOrNull;
  erased_at: TimeOrNull;
}

export interface MessageExternalTable {
  account_id: string;
  external_id: string;
  message_id: string;
}

export interface MessageEditTable {
  message_id: string;
  at: Time;
  text: string;
  body: Json;
  event_key: string;
}

export interface MessageReactionTable {
  message_id: string;
  author_id: string;
  emoji: string[];
  at: Time;
}

export interface InboundEventTable {
  account_id: string;
  event_key: string;
  kind: string;
  state: 'stored' | 'duplicate' | 'waiting' | 'filed' | 'parked';
  reason: string | null;
  target_external_id: string | null;
  change: Json;
  raw: Buffer | null;
  raw_blob: string | null;
  received_at: Time;
}

export interface SecretFindingTable {
  id: string;
  account_id: string;
  event_key: string;
  message_id: string | null;
  rule: string;
  certain: boolean;
  path: string;
  start: number;
  length: number;
  sealed: Buffer | null;
  created_at: Time;
}

export interface TurnTable {
  id: string;
  thread_id: string;
  conversation_id: string;
  upto_seq: number;
  owner_version: number;
  instance: string;
  state: 'running' | 'done' | 'used' | 'superseded' | 'expired';
  output: Json;
  started_at: Time;
  deadline_at: Time;
  finished_at: TimeOrNull;
}

export interface DeliveryTable {
  id: string;
  message_id: string;
  thread_id: string;
  conversation_id: string;
  account_id: string;
  out_seq: number;
  ordinal: number;
  action: Generated<'send' | 'edit' | 'delete' | 'react'>;
  class: 'repeatable' | 'single';
  part: JsonRequired;
  target_external_id: string | null;
  reply_to_external_id: string | null;
  owner_version: number | null;
  state:
    | 'scheduled'
    | 'pending'
    | 'sending'
    | 'retry'
    | 'sent'
    | 'delivered'
    | 'read'
    | 'bounced'
    | 'failed'
    | 'unknown'
    | 'needs_review'
    | 'superseded'
    | 'cancelled';
  attempt: Generated<number>;
  ambiguous: Generated<number>;
  due_at: Time;
  reserved: Generated<boolean>;
  sending_token: number | null;
  external_id: string | null;
  error_kind: string | null;
  error: string | null;
  resend_of: string | null;
  created_at: Time;
  sending_at: TimeOrNull;
  finished_at: TimeOrNull;
  attention_at: TimeOrNull;
}

export interface AuditTable {
  id: Generated<number>;
  at: Time;
  actor_kind: 'customer' | 'bot' | 'agent' | 'system' | 'operator';
  actor_id: string | null;
  action: string;
  subject_kind: string;
  subject_id: string;
  detail: JsonRequired;
  seal_no: number | null;
  hash: Buffer | null;
}

export interface AuditAnchorTable {
  seal_no: number;
  hash: Buffer;
  at: Time;
}

export interface TeamMemberTable {
  agent_id: string;
  team_id: string;
}

export interface AgentSessionTable {
  id: string;
  agent_id: string;
  digest: Buffer;
  csrf: string;
  created_at: Time;
  last_seen_at: Time;
  expires_at: Time;
  address: string;
  user_agent: string;
  revoked_at: TimeOrNull;
}

export interface SignInAttemptTable {
  key: string;
  attempts: number;
  until_at: Time;
}

export interface ConversationChangeTable {
  xid: Generated<string>;
  conversation_id: string;
  version: number;
  at: Time;
}

export interface ConversationChangeFloorTable {
  only_row: Generated<boolean>;
  xid: string;
}

export interface ContactBlockTable {
  id: string;
  contact_id: string;
  conversation_id: string;
  agent_id: string;
  reason: string;
  blocked_at: Time;
  until_at: string;
  undone_at: TimeOrNull;
  undone_by: string | null;
}

export interface ContactGreetingTable {
  contact_id: string;
  greeted_at: Time;
}

export interface Schema {
  instance: InstanceTable;
  account: AccountTable;
  chat: ChatTable;
  team: TeamTable;
  agent: AgentTable;
  contact: ContactTable;
  identity: IdentityTable;
  thread: ThreadTable;
  conversation: ConversationTable;
  message: MessageTable;
  message_external: MessageExternalTable;
  message_edit: MessageEditTable;
  message_reaction: MessageReactionTable;
  inbound_event: InboundEventTable;
  secret_finding: SecretFindingTable;
  turn: TurnTable;
  delivery: DeliveryTable;
  audit: AuditTable;
  audit_anchor: AuditAnchorTable;
  team_member: TeamMemberTable;
  agent_session: AgentSessionTable;
  sign_in_attempt: SignInAttemptTable;
  conversation_change: ConversationChangeTable;
  conversation_change_floor: ConversationChangeFloorTable;
  contact_block: ContactBlockTable;
  contact_greeting: ContactGreetingTable;
  attachment: AttachmentTable;
  thread_participant: ThreadParticipantTable;
  account_bookmark: AccountBookmarkTable;
  account_memory: AccountMemoryTable;
  contact_automatic: ContactAutomaticTable;
  account_automatic: AccountAutomaticTable;
  place: PlaceTable;
  place_entry: PlaceEntryTable;
}
