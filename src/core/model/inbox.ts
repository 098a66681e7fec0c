import type { AnswerRefusal } from '../rules/public-answers.ts';
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
  /** Where it goes on since the customer moved to another place; it is resolved then. */
  continuedIn: { id: string; number: number } | null;
  /** Of letters. */
  subject: string | null;
  /** Why nobody has to answer it, as a stable code: `spam`, `machine mail`, …; null: somebody does. */
  filedAs: string | null;
  /** What the bot would say here; a person sends it, changes it or puts it aside. */
  suggestion: { text: string; messageId: string } | null;
  /**
   * Nobody vouches that the contact is who they say; `knownAs`: the name of the contact who is known by the same address, null: nobody
   * is. Null: somebody vouches, or the channel itself does.
   */
  claimed: { knownAs: string | null } | null;
}

/** Somebody who takes part in a thread of letters. `proven`: they wrote from that address and its domain vouched for it. */
export interface ParticipantShown {
  address: string;
  /** As they call themselves; may be empty. */
  name: string;
  role: 'customer' | 'copied';
  proven: boolean;
}

/** A picture of a formatted letter that lies elsewhere. `tracking`: it looks like one that only tells that somebody reads. */
export interface RemoteImageShown {
  index: number;
  /** As it stands in the formatted text. */
  url: string;
  host: string;
  tracking: boolean;
}

/** The formatted text of a letter, sanitised when it was stored, with what it needs to be shown. */
export interface LetterShown {
  html: string;
  /** Pictures that came with the letter, by what the text names them. */
  images: { contentId: string; attachmentId: string }[];
  remote: RemoteImageShown[];
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
  /** Of a thread of letters: who takes part, the customer first. */
  participants: ParticipantShown[];
  /** What began elsewhere and goes on in conversations that begin on this page, oldest first. */
  origins: OriginShown[];
}

/** How an answer would stand there. */
export interface Answering {
  /** Everybody reads it, and whoever sends it has to say that this is meant. */
  publicly: boolean;
  /** Why the platform takes none; null: it does, as far as that is known before. */
  refusal: AnswerRefusal | null;
}

/** A page of a thread with how an answer would stand there. */
export type ThreadPage = MessageList & { answering: Answering };

/** A conversation that began in another place of the same customer and goes on here. */
export interface OriginShown {
  id: string;
  number: number;
  /** Where it goes on. */
  continuedIn: string;
  threadKind: ConversationShown['threadKind'];
  threadTitle: string | null;
  /** Its last entries, oldest first; `more`: there are older ones. */
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
