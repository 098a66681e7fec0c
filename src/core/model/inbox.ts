import type { Role } from './agent.ts';
import type { AttachmentShown } from './attachment.ts';
import type { ConversationStatus, Priority } from './conversation.ts';
import type { MessageExtras } from './extras.ts';
import type { DeliveryAction, DeliveryState } from './outbound.ts';
import type { View } from './view.ts';

/** What the inbox shows. Moments are RFC 3339 in UTC, as the API hands them out. */

export interface AgentName {
  id: string;
  name: string;
}

export interface OwnerShown {
  kind: 'bot' | 'queue' | 'agent' | 'none';
  teamId: string | null;
  agent: AgentName | null;
}

/** A row of the list, and the head of a thread. */
export interface ConversationShown {
  id: string;
  number: number;
  version: number;
  status: ConversationStatus;
  priority: Priority;
  owner: OwnerShown;
  ownerVersion: number;
  contact: { id: string; name: string; handle: string | null; language: string | null };
  /** The contact is blocked; `until` null: for good. */
  block: { until: string | null } | null;
  channel: string;
  accountId: string;
  threadKind: 'private' | 'group' | 'channel';
  threadTitle: string | null;
  language: string | null;
  unread: number;
  preview: string;
  attention: boolean;
  lastMessageAt: string;
  createdAt: string;
  resolvedAt: string | null;
  previousId: string | null;
}

export interface ConversationList {
  items: ConversationShown[];
  next: string | null;
}

export interface ViewCount {
  view: View;
  count: number;
  /** There are more than the count says. */
  more: boolean;
}

export interface DeliveryShown {
  id: string;
  ordinal: number;
  /** `send`: a part of the message; the others are what was done to it later. */
  action: DeliveryAction;
  state: DeliveryState;
  attempt: number;
  errorKind: string | null;
  error: string | null;
  dueAt: string | null;
  finishedAt: string | null;
  resent: boolean;
  dismissed: boolean;
}

export interface MessageShown {
  id: string;
  conversationId: string;
  seq: number;
  kind: 'inbound' | 'outbound' | 'note' | 'activity';
  author: { kind: 'contact' | 'bot' | 'agent' | 'system'; id: string | null; name: string };
  text: string;
  body: unknown;
  at: string;
  editedAt: string | null;
  deletedAt: string | null;
  edits: { at: string; text: string }[];
  reactions: string[];
  extras: MessageExtras | null;
  attachments: AttachmentShown[];
  /** The message this one answers, where we have it. */
  replyTo: { id: string; author: string; text: string } | null;
  /** Entry context such as the payload of a deep link. */
  entry: string | null;
  masks: { rule: string; certain: boolean; start: number; length: number }[];
  state: 'new' | 'answered' | 'routed' | 'parked' | 'filed' | null;
  stateReason: string | null;
  activity: Record<string, unknown> | null;
  deliveries: DeliveryShown[];
}

export interface MessageList {
  conversation: ConversationShown;
  items: MessageShown[];
  more: boolean;
}

/** Changes for API clients; `next` never skips one that was committed late. */
export interface ChangeList {
  items: { conversationId: string; version: number }[];
  next: string;
}

/** Who is signed in, by one browser. */
export interface SignedIn {
  sessionId: string;
  csrfToken: string;
  expiresAt: string;
  agent: { id: string; name: string; email: string; role: Role; teamIds: string[] };
}

/** One signed-in browser of an agent. */
export interface SessionShown {
  id: string;
  createdAt: string;
  lastSeenAt: string;
  address: string;
  userAgent: string;
}
