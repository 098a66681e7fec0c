import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BodyTooLarge } from '../../../src/core/errors.ts';
import type { ChannelAccount, InboundSink, ServedAnswer } from '../../../src/core/ports/channel.ts';
import { type ChatVisitor, createVisitor, type VisitorOptions } from './visitor.ts';

export type { ChatVisitor, SeenMessage, VisitorOptions } from './visitor.ts';

/** The place where visitors' browsers and an account meet: a real HTTP server, with visitors who follow a script. */
export interface ChatSimulator {
  /** Of the account's chat, with a slash at its end. */
  readonly url: string;
  /**
   * From now on this account answers there; until then, and after `release`, visitors get 503 and try again. What the sink took is
   * acknowledged a little later, as the gateway does after its commit.
   */
  mount(account: ChannelAccount, sink: InboundSink): { release(): void };
  visitor(options?: VisitorOptions): ChatVisitor;
  stop(): Promise<void>;
}

/** Between what the sink took and its acknowledgement: whoever wants to see what is between them has the time, ms. */
const ACKNOWLEDGE_AFTER_MS = 60;

/** The sink, and after it what the gateway does about those who wait for an acknowledgement. */
function acknowledging(account: ChannelAccount, sink: InboundSink): InboundSink {
  return async (payloads) => {
    await sink(payloads);
    const read = payloads.flatMap((one) =>
      account.normalise(JSON.parse((Buffer.isBuffer(one) ? one : one.data).toString('utf8'))),
    );
    for (const one of read) {
      const what = one.outcome === 'event' && one.event.type === 'message' ? one.event.acknowledge : undefined;
      if (what !== undefined) void acknowledgeLater(account, what);
    }
  };
}

/** Best effort, and never waited for. */
async function acknowledgeLater(account: ChannelAccount, what: Readonly<Record<string, unknown>>): Promise<void> {
  await sleep(ACKNOWLEDGE_AFTER_MS);
  await account.acknowledge?.(what, AbortSignal.timeout(1_000)).catch(() => undefined);
}

/** Starts the server on a free port of this machine. */
export async function startChatSimulator(accountId: string): Promise<ChatSimulator> {
  let mounted: { account: ChannelAccount; sink: InboundSink } | null = null;
  const visitors: ChatVisitor[] = [];
  const server = http.createServer((request, response) => {
    answer(mounted, accountId, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = server.address();
  const url = `http://127.0.0.1:${place !== null && typeof place === 'object' ? place.port : 0}/chat/${accountId}/`;
  return {
    url,
    mount(account, sink) {
      const here = { account, sink: acknowledging(account, sink) };
      mounted = here;
      return {
        release() {
          if (mounted === here) mounted = null;
        },
      };
    },
    visitor(options = {}) {
      const visitor = createVisitor(url, { seed: randomBytes(8).toString('hex'), ...options });
      visitors.push(visitor);
      return visitor;
    },
    async stop() {
      await Promise.all(visitors.map((visitor) => visitor.leave()));
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  mounted: { account: ChannelAccount; sink: InboundSink } | null,
  accountId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let given: ServedAnswer = { status: 503, headers: {}, body: '' };
  try {
    const served = await mounted?.account.serve?.(
      {
        method: request.method ?? 'GET',
        path: (request.url ?? '').slice(`/chat/${accountId}`.length),
        headers: request.headers,
        body: (maxBytes) => bodyUpTo(request, maxBytes),
        address: request.socket.remoteAddress ?? '',
        host: request.headers.host ?? '',
        signal: gone.signal,
      },
      mounted.sink,
    );
    given = served ?? given;
  } catch {
    // As the gateway answers where nothing was stored.
    given = { status: 503, headers: { 'retry-after': '1' }, body: '' };
  }
  response.writeHead(given.status, given.headers);
  if (typeof given.body === 'string' || Buffer.isBuffer(given.body)) response.end(given.body);
  else await pipeline(Readable.from(given.body), response);
}

async function bodyUpTo(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    if (!(piece instanceof Uint8Array)) continue;
    size += piece.byteLength;
    if (size > maxBytes) {
      request.resume();
      throw new BodyTooLarge(maxBytes);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}
