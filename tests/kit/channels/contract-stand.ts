import type { InboundMessage } from '../../../src/core/model/inbound.ts';
import type { OutboundContent, SendOutcome } from '../../../src/core/model/outbound.ts';
import type { ChannelAccount, SendRequest } from '../../../src/core/ports/channel.ts';
import type { ChannelHarness, ChannelRig } from './channel-harness.ts';
import type { RecordingDeps } from './recording.ts';

/** What a section of the contract works with, made anew for every test. */
export interface ContractStand {
  readonly harness: ChannelHarness;
  readonly rig: ChannelRig;
  readonly account: ChannelAccount;
  readonly deps: RecordingDeps;
  /** What the account may read for sending, by blob id. */
  readonly blobs: Map<string, Uint8Array>;
  readonly signal: AbortSignal;
  /** Begins to receive and waits until the connection stands; answers the messages that have come so far. */
  received(): Promise<() => InboundMessage[]>;
  /** A row of the outbox for the customer's thread: "hello", under a key of its own, but for `change`. */
  request(change?: Partial<SendRequest>): SendRequest;
  /** Sends {@link ContractStand.request}; aborted at the test's end, or by `signal`. */
  send(change?: Partial<SendRequest>, signal?: AbortSignal): Promise<SendOutcome>;
  /** Renders, stores as JSON and sends: one outcome a part. */
  say(content: OutboundContent): Promise<SendOutcome[]>;
}
