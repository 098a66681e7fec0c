import { brandId } from '../../../src/core/model/ids.ts';
import type { InboundMessage } from '../../../src/core/model/inbound.ts';
import type { SendOutcome } from '../../../src/core/model/outbound.ts';
import type { ChannelAccount, SendRequest } from '../../../src/core/ports/channel.ts';

/** What arrived at the pretended platform, in order. */
export interface Arrived {
  threadKey: string;
  text: string;
  key: string;
}

/** An account without a platform, for tests of the store and the drain; the channels have real simulators. */
export interface MemoryChannel extends ChannelAccount {
  readonly arrived: Arrived[];
  /** Answers the next calls; afterwards every call is `sent`. A function decides by request. */
  script: ((request: SendRequest) => SendOutcome | Promise<SendOutcome> | undefined)[];
}

export function memoryChannel(id = 'mem', overrides: Partial<ChannelAccount> = {}): MemoryChannel {
  const arrived: Arrived[] = [];
  let counter = 0;
  const channel: MemoryChannel = {
    id: brandId(id),
    channel: 'memory',
    pace: null,
    arrived,
    script: [],
    capabilities: {
      text: { maxLength: 4096, unit: 'utf16', formatting: [] },
      media: null,
      buttons: null,
      editWindowMs: null,
      deleteWindowMs: null,
      reactions: 'none',
      typing: false,
      replies: true,
      threads: false,
      idempotentSend: false,
      reconcile: false,
      startsConversations: false,
    },
    render: ({ text }) => [{ text }],
    normalise: (payload) => [{ outcome: 'event', event: payload as InboundMessage }],
    async send(request) {
      const scripted = await channel.script.shift()?.(request);
      if (scripted !== undefined && scripted.kind !== 'sent') return scripted;
      const text = request.part['text'];
      arrived.push({
        threadKey: request.threadKey,
        text: typeof text === 'string' ? text : '',
        key: request.idempotencyKey,
      });
      counter += 1;
      return { kind: 'sent', externalId: `${request.threadKey}:out${counter}` };
    },
    probe: () => Promise.resolve({ ok: true, message: 'memory' }),
    close: () => Promise.resolve(),
    ...overrides,
  };
  return channel;
}

let lastUpdate = 0;

/** A customer's message as the memory channel's payload. */
export function customerMessage(chat: string, text: string, extra: Partial<InboundMessage> = {}): InboundMessage {
  lastUpdate += 1;
  return {
    type: 'message',
    eventKey: `u${lastUpdate}`,
    occurredAtMs: Date.now(),
    thread: { key: chat, kind: 'private' },
    author: { externalId: `user-${chat}`, displayName: `Customer ${chat}`, languageCode: 'en', isBot: false },
    externalId: `${chat}:in${lastUpdate}`,
    text,
    ...extra,
  };
}
