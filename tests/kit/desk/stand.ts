import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashPassword } from '../../../src/access/passwords.ts';
import { createHttp, type HttpServer } from '../../../src/api/http.ts';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import type { Role } from '../../../src/core/model/agent.ts';
import type { Bot } from '../../../src/core/ports/brain.ts';
import type { ChannelAccount } from '../../../src/core/ports/channel.ts';
import type { WakeQueue } from '../../../src/core/ports/queue.ts';
import type { RemotePictures } from '../../../src/core/ports/remote-pictures.ts';
import { type Changes, createDesk, openChanges } from '../../../src/desk.ts';
import { type BlobStore, createFileBlobStore } from '../../../src/files/blob-store.ts';
import { createKeyRing } from '../../../src/files/crypto.ts';
import { createAccessStore } from '../../../src/store/access-store.ts';
import { storeBackends } from '../pipeline/backends.ts';
import { directQueue, type Gateway, type GatewayOptions, startGateway } from '../pipeline/harness.ts';
import { customerMessage, type MemoryChannel, memoryChannel } from '../pipeline/memory-channel.ts';
import { quietLog } from '../quiet-log.ts';
import { DeskClient } from './client.ts';

export const PASSWORD = 'correct horse battery';
export const HOST = 'desk.test';

/** Echoes, and hands over whoever asks for a person. */
export const handingBot: Bot = {
  waits: false,
  deadlineMs: 10_000,
  echoOnly: true,
  decide: (input) => {
    const handoff = input.messages.some((message) => message.text.includes('person'));
    return Promise.resolve({
      replies: handoff
        ? []
        : input.messages.map((message) => ({ content: { text: message.text }, class: 'repeatable' as const })),
      handoff,
      why: handoff ? 'asked for a person' : 'echo',
      memory: {},
    });
  },
};

export interface StandOptions {
  bot?: Bot;
  withoutWorker?: boolean;
  publicUrl?: string | null;
  /** Real rules in place of the harness's. */
  pipeline?: Pick<GatewayOptions, 'teamFor' | 'languageOf' | 'guardPayload'>;
  queue?: WakeQueue;
  /** What the pretended platform can do besides text. */
  channel?: Partial<ChannelAccount>;
  /** In place of the internet's pictures. */
  pictures?: RemotePictures;
  /** Pushes go over this Redis instead of the store. */
  redisUrl?: string;
}

/** A desk over the whole pipeline: real database, real routes, a pretended platform. */
export interface DeskStand {
  readonly gateway: Gateway;
  readonly channel: MemoryChannel;
  readonly http: HttpServer;
  /** Where the desk's files are kept. */
  readonly blobs: BlobStore;
  readonly log: ReturnType<typeof quietLog>;
  /** Adds somebody of ours, straight into the store. */
  addAgent(role: Role, teamIds?: readonly string[], name?: string): Promise<{ id: string; email: string }>;
  /** The same, signed in. */
  signedIn(role: Role, teamIds?: readonly string[], name?: string): Promise<DeskClient>;
  client(): DeskClient;
  readonly port: number;
  /** A customer writes; the id of the conversation it belongs to. */
  write(chat: string, text: string): Promise<string>;
  stop(): Promise<void>;
}

let hashed: Promise<string> | undefined;

/** Starts a desk with the teams `support` (where the bot hands over to), `payments` and `kyc`. */
export async function startDeskStand(options: StandOptions = {}): Promise<DeskStand> {
  const plain = storeBackends.find((one) => one.name === 'plain server');
  if (plain === undefined) throw new Error('there is no plain server');
  const backend = await plain.start();
  const channel = memoryChannel('mem', options.channel);
  const blobFolder = mkdtempSync(join(tmpdir(), 'parley-desk-'));
  const queue = options.queue ?? directQueue();
  const log = quietLog();
  let opened: Changes | undefined;
  const gateway = await startGateway({
    changes: (store) => {
      opened = openChanges(options.redisUrl ?? 'store', store, log);
      return opened.publisher;
    },
    url: await backend.createDatabase(),
    account: channel,
    queue,
    ...(options.bot === undefined ? {} : { bot: options.bot }),
    ...options.pipeline,
    withoutWorker: options.withoutWorker === true,
  });
  const { database } = gateway;
  const ids = createUuidV7(systemClock);
  await createAccessStore(database).syncTeams([
    { id: 'support', name: 'Support', languages: [] },
    { id: 'payments', name: 'Payments', languages: ['en'] },
    { id: 'kyc', name: 'Identity', languages: ['zh'] },
  ]);
  const changes = opened;
  if (changes === undefined) throw new Error('nobody tells of changes');
  const desk = createDesk({ http: { publicUrl: options.publicUrl ?? null }, accounts: [] }, null);
  const http = await createHttp({
    log,
    trustedProxies: ['127.0.0.1'],
    webhooks: { webhook: () => undefined, onWebhook: () => undefined },
    deskSide: desk.http,
    ready: () => Promise.resolve({ ready: true, message: 'test' }),
    metrics: () => Promise.resolve({ contentType: 'text/plain', text: '' }),
  });
  await http.app.listen({ host: '127.0.0.1', port: 0 });
  const blobs = await createFileBlobStore({
    folder: blobFolder,
    keys: createKeyRing([{ version: 1, bytes: Buffer.alloc(32, 7) }]),
    clock: systemClock,
  });
  await desk.open({
    database,
    ids,
    log,
    queue,
    shards: 2,
    account: (id) => (id === channel.id ? channel : undefined),
    changes,
    blobs,
    ...(options.pictures === undefined ? {} : { pictures: options.pictures }),
    server: http.app.server,
  });
  const place = http.app.server.address();
  const port = typeof place === 'object' && place !== null ? place.port : 0;

  const stand: DeskStand = {
    gateway,
    channel,
    http,
    blobs,
    log,
    async addAgent(role, teamIds = [], name = `${role} ${randomUUID().slice(0, 4)}`) {
      const id = ids.uuid();
      const email = `${id}@example.com`;
      hashed ??= hashPassword(PASSWORD);
      await database.db
        .insertInto('agent')
        .values({ id, email, name, role, password_hash: await hashed })
        .execute();
      for (const team of teamIds) {
        await database.db.insertInto('team_member').values({ agent_id: id, team_id: team }).execute();
      }
      return { id, email };
    },
    async signedIn(role, teamIds, name) {
      const { id, email } = await stand.addAgent(role, teamIds, name);
      const client = stand.client();
      await client.signIn(email, PASSWORD);
      return Object.assign(client, { agentId: id });
    },
    port,
    client: () => new DeskClient(port, HOST),
    async write(chat, text) {
      await gateway.receive([customerMessage(chat, text)]);
      const row = await database.db
        .selectFrom('conversation as c')
        .innerJoin('thread as t', 't.id', 'c.thread_id')
        .select('c.id')
        .where('t.external_key', '=', chat)
        .orderBy('c.number', 'desc')
        .executeTakeFirstOrThrow();
      return row.id;
    },
    async stop() {
      await desk.stop();
      await http.app.close();
      await changes.close();
      await gateway.stop();
      await backend.close();
      rmSync(blobFolder, { recursive: true, force: true });
    },
  };
  return stand;
}
