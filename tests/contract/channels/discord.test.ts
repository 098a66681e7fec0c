import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { discordConfig } from '../../../channels/discord/config.ts';
import { createDiscordAccount, discord } from '../../../channels/discord/index.ts';
import {
  createDiscordSimulator,
  type DiscordCustomer,
  type DiscordSimulator,
  type Interaction,
} from '../../../channels/discord/simulator/index.ts';
import { bookmarkName, positionOf } from '../../../channels/discord/transport/positions.ts';
import type { AttachmentKind } from '../../../src/core/model/attachment.ts';
import { channelContract } from '../../kit/channels/channel-contract.ts';
import type { ButtonRig, ChannelRig, FileRig, PublicPlaceRig } from '../../kit/channels/channel-harness.ts';
import type { RecordingDeps } from '../../kit/channels/recording.ts';

const TIMES = {
  firstRetryMs: 20,
  maxRetryMs: 100,
  storeRetryMs: 20,
  identifyGapMs: 20,
  refusedRetryMs: 1_000,
  backfillPerSecond: 200,
};
const SEND = 'POST /channels/:id/messages';
const MIME: Readonly<Partial<Record<AttachmentKind, string>>> = {
  photo: 'image/png',
  video: 'video/mp4',
  animation: 'image/gif',
  audio: 'audio/mpeg',
};

channelContract('discord', {
  factory: discord,
  folder: fileURLToPath(new URL('../../../channels/discord/', import.meta.url)),
  start,
});

async function start(): Promise<ChannelRig> {
  const simulator = createDiscordSimulator();
  await simulator.start();
  const ana = simulator.customer(undefined, { username: 'ana', globalName: 'Ana' });
  const entry = { id: 'dc', channel: 'discord', token: simulator.token, apiRoot: simulator.apiRoot };
  const badToken = 'MTAwMDAwMDAwMDAwMDAwMDAx.refused.token-of-the-test';
  const written: string[] = [];
  let made: RecordingDeps | null = null;
  const fault = (rule: Parameters<typeof simulator.faults.add>[0]) => (): void => {
    simulator.faults.add({ route: SEND, times: 1, ...rule });
  };
  return {
    entry,
    badEntry: { ...entry, token: badToken },
    secrets: [simulator.token, badToken, 'bot-token-of-the-simulator'],
    createAccount(given, deps) {
      made = deps;
      // The account is known from its beginning: what was there before us is none of ours otherwise.
      deps.records.bookmarks.set(bookmarkName(ana.dm, true), { epoch: 'snowflake/1024', position: 1, base: 0 });
      return createDiscordAccount(discordConfig.parse(given), deps, TIMES);
    },
    threadKey: ana.dm,
    write(text) {
      const { id, channelId } = ana.write(text);
      written.push(id);
      return Promise.resolve(`${channelId}:${id}`);
    },
    confirmed() {
      const position = made?.records.bookmarks.get(bookmarkName(ana.dm, true))?.position ?? 0;
      return written.filter((id) => positionOf(id) <= position).length;
    },
    visible: () =>
      ana
        .sees()
        .filter(({ fromBot }) => fromBot)
        .map(({ id, channelId, content }) => ({ externalId: `${channelId}:${id}`, text: content }))
        .filter(({ text }) => text !== ''),
    failures: {
      rate_limited: fault({ kind: 'rate_limited', retryAfterSeconds: 3 }),
      transient: fault({ kind: 'refuse', status: 403 }),
      auth: fault({ kind: 'refuse', status: 401, code: 40_001 }),
      forbidden: () => ana.block(),
      invalid: fault({ kind: 'refuse', status: 400, code: 50_035 }),
      moved: null,
      unknown: fault({ kind: 'error_before', status: 502 }),
    },
    loseAnswer: fault({ kind: 'drop_after' }),
    webhook: null,
    files: filesOf(simulator, ana),
    buttons: buttonsOf(simulator, ana),
    publicPlace: publicPlaceOf(simulator, ana),
    stop: () => simulator.stop(),
  };
}

function kindOf(contentType: string): AttachmentKind {
  const found = Object.entries(MIME).find(([, mime]) => mime === contentType);
  return (found?.[0] ?? 'document') as AttachmentKind;
}

/** The files one customer sees and sends. */
function filesOf(simulator: ReturnType<typeof createDiscordSimulator>, ana: DiscordCustomer): FileRig {
  return {
    sample: (kind, number) => ({
      bytes: Buffer.from(`${kind} number ${number} `.repeat(2_000)),
      mime: MIME[kind] ?? 'application/pdf',
      fileName: `${kind}-${number}.bin`,
    }),
    // Files of one message have its id alone.
    albumOf: [],
    visible: () =>
      ana
        .sees()
        .filter(({ fromBot }) => fromBot)
        .flatMap(({ id, channelId, content, files }) =>
          files.map(({ contentType, bytes }) => ({
            externalId: `${channelId}:${id}`,
            kind: kindOf(contentType),
            text: content,
            sha256: createHash('sha256').update(bytes).digest('hex'),
            album: null,
          })),
        ),
    loseAnswer: () => void simulator.faults.add({ kind: 'drop_after', route: SEND, times: 1 }),
    write(bytes) {
      ana.write('proof', { files: [{ filename: 'proof.pdf', contentType: 'application/pdf', bytes }] });
      return Promise.resolve();
    },
    cutDownload: () => void simulator.faults.add({ kind: 'cut_download', times: 1 }),
    goneRemote: { channelId: ana.dm, messageId: '100000000000000999', attachmentId: '100000000000000998' },
  };
}

/** The buttons one customer sees. */
function buttonsOf(simulator: ReturnType<typeof createDiscordSimulator>, ana: DiscordCustomer): ButtonRig {
  let last: Interaction | null = null;
  return {
    visible: () => (ana.sees().at(-1)?.buttons ?? []).map((row) => row.map(({ label }) => label)),
    press(label) {
      last = ana.press(label);
      return Promise.resolve();
    },
    isAcknowledged: () => simulator.interactions.find(({ id }) => id === last?.id)?.answer !== null,
  };
}

/** A channel of a server in which the bot is named. */
function publicPlaceOf(simulator: DiscordSimulator, ana: DiscordCustomer): PublicPlaceRig {
  const lounge = simulator.guild().addChannel('lounge');
  const eve = simulator.customer(undefined, { username: 'eve' });
  const readBy = (customer: DiscordCustomer, kinds: readonly string[]): string[] =>
    customer
      .places()
      .filter(({ kind }) => kinds.includes(kind))
      .flatMap(({ id }) => customer.sees(id))
      .filter(({ fromBot }) => fromBot)
      .map(({ content }) => content);
  return {
    way: 'press',
    write(text) {
      ana.write(`<@${simulator.botId}> ${text}`, { channelId: lounge });
      return Promise.resolve();
    },
    press(label) {
      ana.press(label, { channelId: lounge });
      return Promise.resolve();
    },
    readInPrivate: () => readBy(ana, ['private thread']),
    readByOthers: () => readBy(eve, ['direct', 'channel', 'forum', 'thread', 'private thread']),
  };
}
