import { createHash, createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { xConfig } from '../../../channels/x/config.ts';
import { directAddressOf, firstIdAt, messageKeyOf, threadKeyOf } from '../../../channels/x/ids.ts';
import { createXAccount, x } from '../../../channels/x/index.ts';
import { createXSimulator, type Seen, type XCustomer, type XSimulator } from '../../../channels/x/simulator/index.ts';
import { asPosted, weightOf } from '../../../channels/x/text/weight.ts';
import { bookmarkName } from '../../../channels/x/transport/polling/bookmarks.ts';
import { MEMORY_NAME } from '../../../channels/x/transport/self.ts';
import type { AttachmentKind } from '../../../src/core/model/attachment.ts';
import type { WebhookRequest } from '../../../src/core/ports/channel.ts';
import { channelContract } from '../../kit/channels/channel-contract.ts';
import type { ChannelRig, FileRig, PublicPlaceRig } from '../../kit/channels/channel-harness.ts';
import type { RecordingDeps } from '../../kit/channels/recording.ts';

const TIMES = { quickMs: 50, quietMs: 100, settleMs: 50 };
const SEND = 'POST /2/dm_conversations/with/:id/messages';
const UPLOAD = 'POST /2/media/upload/:id/finalize';
const DOWNLOAD = 'GET /2/dm_conversations/media/:dm/:media/:resource';
const BAD_SECRET = 'an-access-secret-of-this-test-that-x-refuses';
const MIME: Readonly<Partial<Record<AttachmentKind, string>>> = {
  photo: 'image/png',
  animation: 'image/gif',
  video: 'video/mp4',
};
const KIND = { photo: 'photo', animated_gif: 'animation', video: 'video' } as const;

channelContract('x', {
  factory: x,
  folder: fileURLToPath(new URL('../../../channels/x/', import.meta.url)),
  weightOf,
  withoutMarks,
  asKept: asPosted,
  readsAgain: true,
  start,
});

/** Posts of one text are numbered: anybody may come upon the second one first. */
function withoutMarks(parts: readonly string[]): string[] {
  if (parts.length < 2) return [...parts];
  return parts.map((part, index) => {
    const mark = ` ${index + 1}/${parts.length}`;
    if (!part.endsWith(mark)) throw new Error(`a post that is not numbered: "${part}"`);
    return part.slice(0, -mark.length);
  });
}

async function start(): Promise<ChannelRig> {
  const simulator = createXSimulator({ times: { processingMs: 150 } });
  await simulator.start();
  const { appKey, appSecret, accessToken, accessSecret, bearerToken } = simulator.credentials;
  const ana = simulator.customer(undefined, { handle: 'ana', name: 'Ana' });
  const entry = {
    id: 'x',
    channel: 'x',
    apiRoot: simulator.apiRoot,
    mode: 'polling',
    appKey,
    appSecret,
    accessToken,
    accessSecret,
    bearerToken,
  };
  const written: string[] = [];
  let made: RecordingDeps | null = null;
  const fault = (rule: Parameters<typeof simulator.faults.add>[0]) => (): void => {
    simulator.faults.add({ route: SEND, times: 1, ...rule });
  };
  const ours = (): Seen[] => [
    ...ana.seesDirects().filter(({ fromUs }) => fromUs),
    ...publicPlace.seenByAll().filter(({ fromUs }) => fromUs),
  ];
  const publicPlace = publicPlaceOf(simulator, ana);
  return {
    entry,
    badEntry: { ...entry, accessSecret: BAD_SECRET },
    secrets: [appSecret, accessToken, accessSecret, bearerToken, BAD_SECRET],
    createAccount(given, deps) {
      made = deps;
      const config = xConfig.parse(given);
      if (config.mode === 'webhook') knowing(deps, simulator);
      return createXAccount(config, deps, TIMES);
    },
    threadKey: threadKeyOf(directAddressOf(ana.id, simulator.selfId)),
    write(text) {
      const { id } = ana.direct(text);
      written.push(id);
      return Promise.resolve(messageKeyOf({ kind: 'direct', id }));
    },
    amendablePlace() {
      const { id, conversationId } = publicPlace.ask('where is my money?');
      return Promise.resolve({
        threadKey: threadKeyOf({ kind: 'public', conversationId, authorId: ana.id }),
        replyToExternalId: messageKeyOf({ kind: 'post', id }),
        entry: 'x:mention',
      });
    },
    confirmed() {
      // A bookmark is the moment at which the newest that is stored was made.
      const end = firstIdAt((made?.records.bookmarks.get(bookmarkName('directEvents'))?.position ?? 0) + 1);
      return written.filter((id) => BigInt(id) < BigInt(end)).length;
    },
    visible: () =>
      ours()
        .map(({ id, text, replyToId }) => {
          const kind = replyToId === null ? 'direct' : 'post';
          return { externalId: messageKeyOf({ kind, id }), text };
        })
        .filter(({ text }) => text !== ''),
    failures: {
      rate_limited: fault({ kind: 'rate_limited', resetAfterMs: 3_000 }),
      transient: fault({ kind: 'shield' }),
      auth: fault({ kind: 'auth' }),
      forbidden: () => ana.block(),
      invalid: fault({ kind: 'refuse', status: 400 }),
      moved: null,
      unknown: fault({ kind: 'error_before', status: 503 }),
    },
    loseAnswer: fault({ kind: 'drop_after' }),
    webhook: webhookOf(simulator, { ...entry, mode: 'webhook' }),
    files: filesOf(simulator, ana),
    buttons: null,
    publicPlace,
    stop: () => simulator.stop(),
  };
}

/** Another process of the gateway has asked X who the account is: one that only takes deliveries finds it in the store. */
function knowing({ records }: RecordingDeps, { selfId, handle, credentials }: XSimulator): void {
  const by = records.sign(`x.me ${credentials.accessToken}`);
  const self = JSON.stringify({ v: 1, by, id: selfId, handle });
  void records.memory.exclusively(MEMORY_NAME, (_kept, write) => write(self));
}

/** Deliveries of X, and what others might send instead. */
function webhookOf(
  { selfId, credentials }: XSimulator,
  entry: Readonly<Record<string, unknown>>,
): NonNullable<ChannelRig['webhook']> {
  const body = JSON.stringify({ for_user_id: selfId, direct_message_events: [] });
  const sign = (secret: string, content = body): string =>
    `sha256=${createHmac('sha256', secret).update(content).digest('base64')}`;
  const request = (signature: string | undefined, content = body): WebhookRequest => ({
    method: 'POST',
    query: {},
    headers: signature === undefined ? {} : { 'x-twitter-webhooks-signature': signature },
    body: Buffer.from(content),
    address: '127.0.0.1',
  });
  const genuine = sign(credentials.appSecret);
  return {
    entry,
    genuine: request(genuine),
    forged: [
      request(undefined),
      request(''),
      request(sign('the-secret-of-somebody-else')),
      request(sign(credentials.accessSecret)),
      request(genuine, `${body} `),
      request(sign(credentials.appSecret, '')),
    ],
  };
}

/** The files one customer sees and sends. */
function filesOf(simulator: XSimulator, ana: XCustomer): FileRig {
  return {
    sample: (kind, number) => ({
      bytes: Buffer.from(`${kind} number ${number} `.repeat(2_000)),
      mime: MIME[kind] ?? 'application/pdf',
      fileName: `${kind}-${number}.bin`,
    }),
    // A direct message has one file.
    albumOf: [],
    visible: () =>
      ana
        .seesDirects()
        .filter(({ fromUs }) => fromUs)
        .flatMap(({ id, text, files }) =>
          files.map(({ type, bytes }) => ({
            externalId: messageKeyOf({ kind: 'direct', id }),
            kind: KIND[type],
            text,
            sha256: createHash('sha256').update(bytes).digest('hex'),
            album: null,
          })),
        ),
    loseAnswer: () => void simulator.faults.add({ kind: 'drop_after', route: SEND, times: 1 }),
    loseUpload: () => void simulator.faults.add({ kind: 'drop_after', route: UPLOAD, times: 1 }),
    write(bytes) {
      ana.direct('proof', { file: { mime: 'image/png', bytes } });
      return Promise.resolve();
    },
    hidesSizes: true,
    cutDownload: () => void simulator.faults.add({ kind: 'cut_download', route: DOWNLOAD, times: 1 }),
    goneRemote: { messageId: '1500000000000000999', mediaId: '1500000000000000998', resourceId: 'gone.png' },
  };
}

/** Posts, which everybody reads. */
function publicPlaceOf(
  simulator: XSimulator,
  ana: XCustomer,
): PublicPlaceRig & { ask(text: string): { id: string; conversationId: string }; seenByAll(): Seen[] } {
  const eve = simulator.customer(undefined, { handle: 'eve' });
  const places: string[] = [];
  const ask = (text: string): { id: string; conversationId: string } => {
    const made = ana.mention(text);
    places.push(made.conversationId);
    return made;
  };
  const seenByAll = (): Seen[] => places.flatMap((place) => eve.seesPosts(place));
  const wordsOf = (seen: readonly Seen[]): string[] => seen.filter(({ fromUs }) => fromUs).map(({ text }) => text);
  return {
    way: 'link',
    ask,
    seenByAll,
    write(text) {
      ask(text);
      return Promise.resolve();
    },
    press() {
      const link = seenByAll().at(-1)?.directLink ?? null;
      if (link === null || new URL(link).searchParams.get('recipient_id') !== simulator.selfId) {
        throw new Error(`nothing below our last post leads to us: ${link}`);
      }
      ana.direct('here I am');
      return Promise.resolve();
    },
    readInPrivate: () => wordsOf(ana.seesDirects()),
    readByOthers: () => wordsOf([...seenByAll(), ...eve.seesDirects()]),
  };
}
