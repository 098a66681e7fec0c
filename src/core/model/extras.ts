import type { LetterFacts } from './letter.ts';

/** Something a customer sent that is neither text nor a file. Lengths in metres, angles in degrees (WGS 84). */
export type SpecialContent =
  | { type: 'location'; latitude: number; longitude: number; accuracyM?: number; live?: boolean }
  | { type: 'venue'; latitude: number; longitude: number; title: string; address: string }
  | { type: 'contact'; name: string; phone: string }
  | { type: 'poll'; question: string; options: string[] }
  | { type: 'pollAnswer'; options: number[] }
  | { type: 'dice'; emoji: string; value: number }
  /** A press on a button of ours; `data` is what we gave the button. */
  | { type: 'button'; label: string; data: string | null }
  /** `kind` as the platform calls it; the payload is kept raw. */
  | { type: 'unsupported'; kind: string };

/** Where a forwarded message comes from. Names are shown, never trusted: anybody may forward anything. */
export interface ForwardedFrom {
  kind: 'person' | 'hidden' | 'group' | 'channel';
  name: string;
  /** When the original was written, ms since the epoch. */
  atMs: number | null;
}

/** A button below an outgoing message: a press comes back as `data`, or a link is opened. */
export type Button = { label: string; data: string } | { label: string; url: string };

/** What a press on the button says that leads from a public place into a private one; see `ChannelAccount.opensPrivately`. */
export const GO_PRIVATE = 'go-private';

/** What a message carries besides text and files; stored as it is. */
export interface MessageExtras {
  /**
   * `text` is ours and says what was sent ("[photo]"), for lists, search and bot; nobody wrote it. `file`: one or more files
   * without words; `gesture`: a sticker or a dice, which asks for nothing; `sealed`: words that only the customer's own devices can read;
   * `thing`: anything else.
   */
  standIn?: 'file' | 'gesture' | 'sealed' | 'thing';
  content?: SpecialContent;
  forwardedFrom?: ForwardedFrom;
  /** The words this message answers, as the platform quoted them; for answers to what we do not have, or to a part of it. */
  quote?: { text: string; author: string | null };
  /** Of a letter: what stands on its envelope and above its text. */
  letter?: LetterFacts;
  /** The customer came here from a public place by our button; the text is the button's label, and nothing was asked with it. */
  arrives?: true;
  /** Rows of buttons below an outgoing message. */
  buttons?: Button[][];
}
