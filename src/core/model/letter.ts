/** A person on a letter's envelope, as written there. */
export interface Correspondent {
  address: string;
  /** One harmless line; may be empty. */
  name: string;
}

/** What stands on a letter's envelope and above its text. Names and addresses are shown, never trusted. */
export interface LetterFacts {
  subject: string;
  /** Of a customer's letter. */
  from?: Correspondent;
  to: readonly Correspondent[];
  cc: readonly Correspondent[];
  /** Of ours alone. */
  bcc?: readonly Correspondent[];
  /** Where answers are to go, where that is not who wrote it. */
  replyTo?: readonly Correspondent[];
  /** Without brackets (RFC 5322, 3.6.4). */
  messageId?: string;
  references?: readonly string[];
  /** `proven`: the sender's domain vouches for it (RFC 7489); `claimed`: anybody may have written it. */
  proof?: 'proven' | 'claimed';
  /** Why proven or not, in words for agents. */
  proofReason?: string;
  /** What an agent is warned of, as stable codes. */
  warnings?: readonly string[];
  /** Signed or encrypted as a whole: shown as such. */
  sealed?: 'signed' | 'encrypted';
  /** The whole text where `text` is only what was newly written; absent: they are the same. */
  fullText?: string;
  /** There is formatted text, as a file of role `html`. */
  formatted?: true;
}

/** What an answer needs that is not in it: who gets it, under which subject, and what it answers. */
export interface Correspondence {
  to: readonly Correspondent[];
  cc: readonly Correspondent[];
  bcc: readonly Correspondent[];
  subject: string;
  /** Ids of the letters before, oldest first, the answered one last; without brackets. */
  references: readonly string[];
  /** The letter that is answered, to be quoted below; null: the first of a thread. */
  quoted: { author: Correspondent; atMs: number; text: string } | null;
  /** A person wrote it, by name; null: the bot or a rule. */
  agentName: string | null;
  /** Of the conversation's team, below what is said; null: none. */
  signature: string | null;
  threadId: string;
  /** When it was written, ms: the same on every attempt. */
  writtenAtMs: number;
}
