import type { Generated } from 'kysely';
import type { AttachmentKind, AttachmentState } from '../core/model/attachment.ts';
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
  edited_at: TimeOrNull;
}
