import type { AttachmentKind, FileFacts } from '../../../src/core/model/attachment.ts';
import type { SendOutcome } from '../../../src/core/model/outbound.ts';
import type {
  Bookmark,
  ChannelAccount,
  ChannelFactory,
  InboundSink,
  SendRequest,
  WebhookRequest,
} from '../../../src/core/ports/channel.ts';
import type { RecordingDeps } from './recording.ts';

/** Every way a send can end but well. */
export type FailureClass = Exclude<SendOutcome['kind'], 'sent'>;

/** What the contract suite needs to know about one channel. */
export interface ChannelHarness {
  factory: ChannelFactory;
  /** The channel's folder. */
  folder: string;
  /** How long a text is as the platform counts; exactly where the unit of the capabilities is `weighted`. */
  weightOf?(text: string): number;
  /** The parts of a long text without what the channel adds to tell them apart, such as numbers; throws where that is not there. */
  withoutMarks?(parts: readonly string[]): string[];
  /** A text as the platform keeps it, such as in one form of letters that have several; left out: as it was written. */
  asKept?(text: string): string;
  /** In normal running it reads some of what came before once more, and leaves it to the keys to tell. */
  readonly readsAgain?: true;
  start(): Promise<ChannelRig>;
}

/** What the contract needs to know about a channel's files. */
export interface FileRig {
  /** A small file the platform takes as this kind, with what is known of it; another for every number. */
  sample(kind: AttachmentKind, number: number): { bytes: Uint8Array } & Partial<Omit<FileFacts, 'kind' | 'sizeBytes'>>;
  /** Kinds that can go together as one album; empty where there are none. */
  readonly albumOf: readonly AttachmentKind[];
  /** The files the customer sees of us, in order; `sha256` of the bytes in hex, `album` the same for those shown together. */
  visible(): readonly {
    externalId: string;
    kind: AttachmentKind;
    text: string;
    sha256: string;
    album: string | null;
  }[];
  /** Makes the platform act on the next message with a file and then cut the answer. */
  loseAnswer(): void;
  /** Where uploading is a call of its own, which shows nobody anything: makes the platform act on the next one and then cut the answer. */
  loseUpload?(): void;
  /** The customer sends these bytes as a document, or as what the platform has instead. */
  write(bytes: Uint8Array): Promise<void>;
  /** The platform does not say how large customers' files are. */
  readonly hidesSizes?: true;
  /** Makes the connection break in the middle of the next download. */
  cutDownload(): void;
  /** Names a file the platform does not have. */
  readonly goneRemote: Readonly<Record<string, unknown>>;
}

/** What the contract needs to know about a channel's buttons. */
export interface ButtonRig {
  /** Labels of the buttons the customer sees below our last message, in rows. */
  visible(): readonly (readonly string[])[];
  /** The customer presses the button with this label below our last message. */
  press(label: string): Promise<void>;
  /** Whether the platform waits no more for an answer to the last press. */
  isAcknowledged(): boolean;
}

/** A place where many read, with the customer and somebody else in it. */
export interface PublicPlaceRig {
  /** Whether the way into private is a button whose press comes in, or a link of the platform's own that customers follow and write. */
  way: 'press' | 'link';
  /** The customer asks us there. */
  write(text: string): Promise<void>;
  /** The customer presses the button with this label below our last message there. */
  press(label: string): Promise<void>;
  /** What the customer reads of us in private places. */
  readInPrivate(): readonly string[];
  /** What the other one can read of us anywhere. */
  readByOthers(): readonly string[];
}

/** A running simulator with one customer in front of it; made anew for every test. */
export interface ChannelRig {
  /** A valid entry of `accounts:`, as written in YAML. */
  readonly entry: Readonly<Record<string, unknown>> & { id: string; channel: string };
  /** An entry whose credentials the platform refuses. */
  readonly badEntry: Readonly<Record<string, unknown>> & { id: string; channel: string };
  /** Strings that must never be logged, thrown or reported. */
  readonly secrets: readonly string[];
  /** Makes an account, with short waits where the channel has any. */
  createAccount(entry: Readonly<Record<string, unknown>>, deps: RecordingDeps): ChannelAccount;
  /** The customer's thread, as the account's events name it; where each message begins one of its own, that of the last one written. */
  readonly threadKey: string;
  /** The customer writes; answers the external id the message will have. */
  write(text: string): Promise<string>;
  /** Where messages of ours can be changed, if not in that thread: the customer writes there; answers what an answer to it names. */
  amendablePlace?(): Promise<Partial<SendRequest>>;
  /** How many of the customer's messages the platform counts as taken by us. */
  confirmed(): number;
  /** What the customer sees of us now, in order. */
  visible(): readonly { externalId: string; text: string }[];
  /** Makes the next send fail in this way; null where the platform knows no such failure. */
  readonly failures: Readonly<Record<FailureClass, (() => void) | null>>;
  /** Makes the platform act on the next send and then cut the answer. */
  loseAnswer(): void;
  /** A webhook request as the platform makes it, and ones it never makes; null where there is no webhook. */
  readonly webhook: {
    entry: Readonly<Record<string, unknown>>;
    genuine: WebhookRequest;
    forged: readonly WebhookRequest[];
  } | null;
  /** Null where the channel has no files. */
  readonly files: FileRig | null;
  /** Null where the channel has no buttons. */
  readonly buttons: ButtonRig | null;
  /** Null where the account opens no private places. */
  readonly publicPlace: PublicPlaceRig | null;
  stop(): Promise<void>;
}

/** A sink that keeps what it got, and can be told to refuse or to wait. */
export interface TestSink {
  sink: InboundSink;
  /** Payloads of batches that were stored, in order. */
  readonly stored: Buffer[];
  /** Payloads of all batches handed over, refused ones included. */
  readonly offered: Buffer[];
  /** The next `count` batches are refused. */
  refuse(count: number): void;
  /** Batches wait from now on until the returned function is called. */
  hold(): () => void;
}

/** @param kept told of what was stored, with its bookmark where it has one */
export function createTestSink(
  kept: (data: Buffer, bookmark: (Bookmark & { name: string }) | null) => void = () => undefined,
): TestSink {
  const stored: Buffer[] = [];
  const offered: Buffer[] = [];
  let refusals = 0;
  let gate: Promise<void> = Promise.resolve();
  return {
    stored,
    offered,
    async sink(payloads) {
      const bytes = payloads.map((one) => (Buffer.isBuffer(one) ? one : one.data));
      offered.push(...bytes);
      if (refusals > 0) {
        refusals -= 1;
        throw new Error('the store is away');
      }
      await gate;
      stored.push(...bytes);
      for (const one of payloads) {
        if (Buffer.isBuffer(one)) kept(one, null);
        else kept(one.data, one.bookmark ?? null);
      }
    },
    refuse(count) {
      refusals = count;
    },
    hold() {
      let open: () => void = () => undefined;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return () => open();
    },
  };
}
