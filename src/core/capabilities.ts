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
  };
  /** Milliseconds after sending during which we may edit; 0: never, null: no limit. */
  editWindowMs: number | null;
  deleteWindowMs: number | null;
  reactions: 'none' | 'one' | 'many';
  typing: boolean;
  replies: boolean;
  threads: boolean;
  /** Whether the platform drops a second send with the same key; decides what an unknown outcome becomes. */
  idempotentSend: boolean;
  /** Whether the platform can be asked if an unknown send arrived. */
  reconcile: boolean;
  /** Whether we may write first. */
  startsConversations: boolean;
  /** How long the platform keeps what it could not hand to us, ms; absent: for good, or nobody knows. */
  keepsUndeliveredMs?: number;
}
