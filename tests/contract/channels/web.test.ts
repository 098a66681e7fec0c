import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { webConfig } from '../../../channels/web/config.ts';
import { entryIdOf, messageIdOf } from '../../../channels/web/ids.ts';
import { createWebAccount, web } from '../../../channels/web/index.ts';
import { readEntry } from '../../../channels/web/part.ts';
import { createSessions, newStranger } from '../../../channels/web/session.ts';
import { type ChatVisitor, startChatSimulator } from '../../../channels/web/simulator/index.ts';
import { channelContract } from '../../kit/channels/channel-contract.ts';
import type { ChannelRig } from '../../kit/channels/channel-harness.ts';
import type { RecordingDeps } from '../../kit/channels/recording.ts';

const SECRET = 'a secret of the site, long enough for HS256';
const LIMITS = { messagesPerMinute: 1_000, messagesPerMinuteAndAddress: 10_000, filesPerMinute: 100 };

channelContract('web', {
  factory: web,
  folder: fileURLToPath(new URL('../../../channels/web/', import.meta.url)),
  start,
});

/**
 * The platform is us: what it "has" is what stands in the places, and it is away when the store is. Visitors speak real HTTP with the
 * account, in front of which stands a server as the gateway's.
 */
async function start(): Promise<ChannelRig> {
  const simulator = await startChatSimulator('chat');
  const stranger = newStranger();
  let visitor: ChatVisitor | null = null;
  let made: RecordingDeps | null = null;
  let pressed: string | null = null;
  /** Of each file as it was read, in hex. */
  const digests = new Map<string, string>();
  const entry = { id: 'chat', channel: 'web', origins: ['https://shop.example'], secret: SECRET, limits: LIMITS };
  const deps = (): RecordingDeps => {
    if (made === null) throw new Error('no account was made');
    return made;
  };
  const person = (): ChatVisitor => {
    if (visitor === null) throw new Error('no account was made');
    return visitor;
  };
  const places = () => deps().records.places;

  /** Entries of ours as they stand after edits and deletions. */
  const ours = () => {
    const shown = new Map<number, Shown>();
    for (const one of places().entries) {
      const content = readEntry(one.payload);
      if (content?.kind === 'ours')
        shown.set(one.seq, {
          seq: one.seq,
          text: content.text,
          files: content.files ?? [],
          buttons: content.buttons ?? [],
        });
      if (content?.kind === 'delete') shown.delete(content.target);
      const target = content?.kind === 'edit' ? shown.get(content.target) : undefined;
      if (content?.kind === 'edit' && target !== undefined) target.text = content.text;
    }
    return [...shown.values()];
  };
  const idOf = ({ seq }: { seq: number }): string => entryIdOf(stranger.id, seq);

  return {
    entry,
    // There are no credentials at a platform: what only a person can mend is a chat that no site may show.
    badEntry: { ...entry, origins: [] },
    secrets: [SECRET],
    createAccount(given, recording) {
      made ??= recording;
      visitor ??= simulator.visitor({
        session: createSessions('chat', recording.records.sign, () => Date.now()).issue(stranger).token,
        retryMs: 20,
      });
      const { put } = recording.files;
      const files = { put, open: (id: string) => digested(recording.files.open(id), (sum) => digests.set(id, sum)) };
      const account = createWebAccount(webConfig.parse(given), { ...recording, files }, { lookMs: 20, echoMs: 1_500 });
      return {
        ...account,
        // What the gateway's HTTP side does while it takes what comes in.
        async receive(sink, signal) {
          const { release } = simulator.mount(account, sink);
          try {
            await account.receive?.(sink, signal);
          } finally {
            release();
          }
        },
      };
    },
    threadKey: stranger.id,
    write: (text) => Promise.resolve(messageIdOf(stranger.id, person().write(text))),
    confirmed: () => person().taken(),
    visible: () => ours().map((one) => ({ externalId: idOf(one), text: one.text })),
    failures: {
      rate_limited: null,
      transient: () => places().fail('refused'),
      auth: null,
      forbidden: null,
      invalid: null,
      moved: null,
      unknown: () => places().fail('lost before'),
    },
    loseAnswer: () => places().fail('lost after'),
    webhook: null,
    files: {
      sample: (kind, number) => ({
        bytes: Buffer.from(`${kind} ${number}`),
        fileName: 'a.bin',
        mime: kind === 'photo' ? 'image/png' : 'application/pdf',
      }),
      albumOf: [],
      visible: () =>
        ours().flatMap((one) =>
          one.files.map(({ kind, blobId }) => ({
            externalId: idOf(one),
            kind: kind === 'photo' ? ('photo' as const) : ('document' as const),
            text: one.text,
            sha256: digests.get(blobId) ?? '',
            album: null,
          })),
        ),
      loseAnswer: () => places().fail('lost after'),
      write: (bytes) =>
        Promise.resolve(void person().write('see', [{ name: 'a.bin', mime: 'application/pdf', bytes }])),
      cutDownload: () => undefined,
      goneRemote: {},
    },
    publicPlace: null,
    buttons: {
      visible: () =>
        ours()
          .at(-1)
          ?.buttons.map((row) => row.map(({ label }) => label)) ?? [],
      press(label) {
        const last = ours().at(-1);
        const row = last?.buttons.findIndex((one) => one.some((button) => button.label === label)) ?? -1;
        const column = last?.buttons[row]?.findIndex((button) => button.label === label) ?? -1;
        pressed = messageIdOf(stranger.id, person().press(last?.seq ?? 0, row, column));
        return Promise.resolve();
      },
      // The words stand in the visitor's place.
      isAcknowledged: () =>
        places().entries.some(({ payload }) => {
          const content = readEntry(payload);
          return content?.kind === 'theirs' && content.id === pressed;
        }),
    },
    async stop() {
      made?.records.places.fail('away');
      await simulator.stop();
    },
  };
}

interface Shown {
  seq: number;
  text: string;
  files: readonly { kind: string; blobId: string }[];
  buttons: readonly (readonly { label: string }[])[];
}

async function* digested(
  content: AsyncIterable<Uint8Array>,
  told: (sha256: string) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of content) {
    hash.update(piece);
    yield piece;
  }
  told(hash.digest('hex'));
}
