import type { Viewer } from '../model/agent.ts';
import type { AttachmentKind, AttachmentShown, OutboundAttachment } from '../model/attachment.ts';
import type { AgentId, ConversationId, MessageId } from '../model/ids.ts';
import type { KeptFile } from './kept-bytes.ts';

/** A file with where its bytes are. */
export interface AttachmentFound {
  shown: AttachmentShown;
  conversationId: ConversationId;
  /** Null while it is not stored. */
  blobId: string | null;
  previewBlobId: string | null;
  /** As read from the bytes; null: nothing that is known by its first bytes. */
  detectedMime: string | null;
}

/** A file an agent has uploaded and not sent yet. */
export interface NewUpload {
  /** The client's, so that the same upload sent again is there once. */
  id: string;
  fileName: string;
  /** As what it would go out. */
  kind: AttachmentKind;
  file: KeptFile;
  /** Most uploads that wait in one conversation for one agent. */
  atMost: number;
}

/** `kept` and `asked`: it is so now, by this call or by an earlier one. `moved_on`: the file has a state
 * by now in which nobody fetches it. */
export type UploadOutcome =
  | { outcome: 'kept'; upload: AttachmentShown }
  | { outcome: 'gone' | 'signed_out' | 'id_taken' | 'too_many_files' };
export type AskOutcome =
  | { outcome: 'asked'; conversationId: ConversationId; changed: boolean }
  | { outcome: 'gone' | 'signed_out' | 'moved_on' };

/** Files of messages and uploads, through the eyes of one agent: what it may not see does not exist. */
export interface AttachmentStore {
  /** A file of a message that is shown to the viewer, or an upload of their own. */
  find(viewer: Viewer, id: string): Promise<AttachmentFound | null>;
  /** Writes down that the agent took the bytes. */
  downloaded(agent: AgentId, id: string, conversation: ConversationId): Promise<void>;
  /** Has a refused or failed file fetched anew. */
  fetchAgain(viewer: Viewer, id: string): Promise<AskOutcome>;
  /** The agent's uploads of a conversation that wait, oldest first. */
  uploads(agent: AgentId, conversation: ConversationId): Promise<AttachmentShown[]>;
  upload(conversation: ConversationId, agent: AgentId, upload: NewUpload): Promise<UploadOutcome>;
  /** `sent`: it is part of a message by now. */
  forget(agent: AgentId, id: string): Promise<'forgotten' | 'sent' | 'gone'>;
  /** The agent's uploads as they go out with a message, in this order; null when one is not there, or is in another message. */
  outgoing(
    agent: AgentId,
    conversation: ConversationId,
    message: MessageId,
    ids: readonly string[],
  ): Promise<OutboundAttachment[] | null>;
}
