import type { Generated } from 'kysely';
import type { AttachmentKind, AttachmentRole, AttachmentState } from '../core/model/attachment.ts';
import type { Json, Time, TimeOrNull } from './schema.ts';

/** A file of a message; migration 8. */
export interface AttachmentTable {
  id: string;
  message_id: string | null;
  thread_id: string;
  conversation_id: string;
  account_id: string;
  external_id: string | null;
  ordinal: Generated<number>;
  kind: AttachmentKind;
  file_name: string | null;
  mime: string | null;
  size_bytes: number | null;
  width: number | null;
  height: number | null;
  duration_ms: number | null;
  caption: string | null;
  unique_ref: string | null;
  remote: Json;
  state: AttachmentState;
  reason: string | null;
  blob_id: string | null;
  detected_mime: string | null;
  preview_blob_id: string | null;
  preview_width: number | null;
  preview_height: number | null;
  attempt: Generated<number>;
  due_at: TimeOrNull;
  lease_owner: string | null;
  uploaded_by: string | null;
  created_at: Time;
  stored_at: TimeOrNull;
  replaced_at: TimeOrNull;
  role: Generated<AttachmentRole>;
  content_id: string | null;
  edited_at: TimeOrNull;
}

/** Somebody in a thread of several people; migration 9. */
export interface ThreadParticipantTable {
  thread_id: string;
  external_id: string;
  display_name: string;
  role: 'customer' | 'copied';
  proven: boolean;
  created_at: Time;
}

/** How far a connection has read; migration 9. */
export interface AccountBookmarkTable {
  account_id: string;
  name: string;
  epoch: string;
  position: number;
  base: number;
  moved_at: Time;
}

/** What a channel keeps for itself; migration 9. */
export interface AccountMemoryTable {
  account_id: string;
  name: string;
  sealed: Buffer | null;
  changed_at: Time;
}

/** What the bot said to a contact by itself on one day; migration 9. */
export interface ContactAutomaticTable {
  contact_id: string;
  since: Time;
  answers: number;
  stopped_at: TimeOrNull;
}

/** What an account said by itself in the hours that are counted; migration 12. */
export interface AccountAutomaticTable {
  account_id: string;
  since: Time;
  answers: number;
}

/** Where customers see what we keep for them; migration 10. */
export interface PlaceTable {
  account_id: string;
  key: string;
  last_seq: Generated<number>;
  marks: Generated<Record<string, number>>;
}

/** What they see there; migration 10. */
export interface PlaceEntryTable {
  account_id: string;
  place: string;
  seq: number;
  key: string;
  payload: Record<string, unknown>;
  at: Time;
}
