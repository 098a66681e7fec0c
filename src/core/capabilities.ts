import type { AttachmentKind } from './model/attachment.ts';

/**
 * What a channel can do, as data. Core, composer and tests read it; a test holds it against the channel's methods.
 */
export interface Capabilities {
  text: {
    /** Longest text of one part, counted in `unit` after formatting is taken out. */
    maxLength: number;
    unit: 'utf16' | 'codepoint' | 'weighted';
    formatting: readonly (
      | 'strong'
      | 'emphasis'
      | 'underline'
      | 'strikethrough'
      | 'spoiler'
      | 'inlineCode'
      | 'codeBlock'
      | 'link'
      | 'blockquote'
      | 'mention'
      | 'customEmoji'
    )[];
    /** Where only the customer reads it, if that differs. */
    inPrivate?: { maxLength: number; unit: 'utf16' | 'codepoint' | 'weighted' };
  };
  /** Files on messages; null: none. */
  media: {
    /** Largest file of each kind, bytes; kinds that are left out go as documents, if these are there. */
    maxBytes: Readonly<Partial<Record<AttachmentKind, number>>>;
    /** Largest picture that goes as a photo: width plus height, and the longer side over the shorter; null: any. */
    photo: { maxSidesSum: number; maxRatio: number } | null;
    /** Longest text below a file, in the unit of `text`; 0: text goes as a message of its own. */
    captionLength: number;
    /** Most files of one message; the channel makes as many parts of it as it needs. */
    maxFiles: number;
  } | null;
  /** Buttons below a message: bytes of what a press sends back, characters of a label; null: none. */
  buttons: { maxDataBytes: number; maxLabelLength: number; maxRows: number; maxPerRow: number } | null;
  /** Milliseconds after sending during which we may edit; 0: never, null: no limit. */
  editWindowMs: number | null;
  deleteWindowMs: number | null;
  /** The same where only the customer reads it, if that differs. */
  deleteWindowInPrivateMs?: number | null;
  reactions: 'none' | 'one' | 'many';
  /** The emoji that can be reactions; absent: any. */
  reactionEmoji?: readonly string[];
  typing: boolean;
  replies: boolean;
  threads: boolean;
  /** Whether the platform drops a second send with the same key; decides what an unknown outcome becomes. */
  idempotentSend: boolean;
  /** Whether the platform can be asked if an unknown send arrived. */
  reconcile: boolean;
  /** Whether we may write first. */
  startsConversations: boolean;
  /**
   * What is written there is a letter: with a subject, several recipients and formatted text; answers quote what they answer.
   */
  letters?: true;
  /**
   * A send nobody knows the outcome of may be repeated once, whatever its class: both copies carry one id by which the
   * recipient's side can tell that they are the same.
   */
  repeatsUnknownOnce?: true;
  /**
   * How long a part that the next server will not take now is tried: the longest pause between two attempts, and their number;
   * absent: five minutes, and about a day of them.
   */
  patience?: { maxPauseMs: number; maxAttempts: number };
  /** How long after `resolved` a message reopens the conversation instead of beginning a new one, ms; absent: 72 hours. */
  reopenWindowMs?: number;
  /** How long the platform keeps what it could not hand to us, ms; absent: for good, or nobody knows. */
  keepsUndeliveredMs?: number;
}
