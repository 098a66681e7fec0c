import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { stringify } from 'yaml';
import { z } from 'zod';
import { channelFactories } from '../../../channels/registry.ts';
import {
  type ChatEntry,
  type Customer,
  createTelegramSimulator,
  type TelegramSimulator,
} from '../../../channels/telegram/simulator/index.ts';
import { loadConfig } from '../../../config/load.ts';
import { hashPassword } from '../../../src/access/passwords.ts';
import { attachment } from '../../../src/api/contract/attachment.ts';
import { message } from '../../../src/api/contract/conversation.ts';
import { startGateway } from '../../../src/app.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import type { Role } from '../../../src/core/model/agent.ts';
import { createLog } from '../../../src/observability/log.ts';
import { type Answer, at, DeskClient } from '../../kit/desk/client.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres } from '../../kit/servers/postgres.ts';
import { ask } from '../cli/cli-kit.ts';

const PASSWORD = 'correct horse battery';
/** Numbers of chats above this are given out by the stand; tests take theirs below. */
const NEW_CHATS = 10_000;

export type Attachment = z.output<typeof attachment>;
export type Message = z.output<typeof message>;

/** A whole gateway with its desk over a real store, and Telegram beside it. */
export interface MediaStand {
  readonly simulator: TelegramSimulator;
  readonly port: number;
  readonly lines: readonly string[];
  /** Somebody of ours, signed in. */
  signedIn(role: Role, teamIds?: readonly string[]): Promise<DeskClient & { agentId: string }>;
  /** The conversation of a customer, once there is one. */
  conversationOf(chat: number): Promise<string>;
  /** Somebody new writes, and the bot has answered. */
  begin(text?: string): Promise<{ chat: number; customer: Customer; conversation: string; messageId: number }>;
  /** What the bot's side has in a chat, as the customer sees it. */
  byUs(chat: number): ChatEntry[];
  /** Makes it a team's. */
  giveTo(conversation: string, team: string): Promise<void>;
  query<Row extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Uploads that have not ended. */
  partials(): string[];
  stop(): Promise<void>;
}

export async function startMediaStand(): Promise<MediaStand> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-media-'));
  const postgres = await startPlainPostgres();
  const simulator = createTelegramSimulator();
  await simulator.start();
  const url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  const file = join(folder, 'parley.yaml');
  const accounts = [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }];
  const teams = [
    { id: 'support', name: 'Support', languages: [] },
    { id: 'kyc', name: 'Identity', languages: [] },
  ];
  const http = { port: 0 };
  const bot = { brains: ['echo'] };
  writeFileSync(
    file,
    stringify({ data: folder, store: { url }, http, masterKey: '5a'.repeat(32), accounts, teams, bot }),
  );
  const channels = new Map(channelFactories.map((factory) => [factory.channel, factory.configSchema]));
  const { config } = loadConfig({ file, channels, env: {} });
  const lines: string[] = [];
  const gateway = await startGateway({
    config,
    storeUrl: url,
    embedded: false,
    roles: ['ingress', 'worker', 'web', 'connector'],
    log: createLog({ level: 'debug', write: (line) => lines.push(line) }),
  });
  const port = Number(new URL(gateway.address ?? '').port);
  const hash = await hashPassword(PASSWORD);
  let newest = NEW_CHATS;
  const stand: MediaStand = {
    simulator,
    port,
    lines,
    query: (text, values = []) => ask(url, text, values),
    async signedIn(role, teamIds = []) {
      const id = randomUUID();
      const email = `${id}@example.com`;
      await ask(url, 'INSERT INTO agent (id, email, name, role, password_hash) VALUES ($1, $2, $3, $4, $5)', [
        id,
        email,
        role,
        role,
        hash,
      ]);
      for (const team of teamIds)
        await ask(url, 'INSERT INTO team_member (agent_id, team_id) VALUES ($1, $2)', [id, team]);
      const client = new DeskClient(port, `127.0.0.1:${port}`);
      const { status } = await client.signIn(email, PASSWORD);
      if (status !== 200) throw new Error(`signing in: ${status}`);
      return Object.assign(client, { agentId: id });
    },
    conversationOf: (chat) =>
      eventually(async () => {
        const [row] = await ask<{ id: string }>(
          url,
          'SELECT c.id FROM conversation c JOIN thread t ON t.id = c.thread_id WHERE t.external_key = $1 ORDER BY c.number DESC',
          [String(chat)],
        );
        if (row === undefined) throw new Error(`nobody wrote in chat ${chat}`);
        return row.id;
      }),
    async begin(text = 'hello') {
      newest += 1;
      const chat = newest;
      const customer = simulator.customer(chat);
      const { messageId } = customer.write(text);
      const conversation = await stand.conversationOf(chat);
      await eventually(() => {
        if (stand.byUs(chat).length !== 1) throw new Error(`the bot has not answered in chat ${chat}`);
      });
      return { chat, customer, conversation, messageId };
    },
    byUs: (chat) => simulator.view(chat).entries.filter(({ by }) => by === 'bot'),
    async giveTo(conversation, team) {
      await ask(
        url,
        `UPDATE conversation SET owner_kind = 'queue', owner_team = $2, owner_version = owner_version + 1, version = version + 1
        WHERE id = $1`,
        [conversation, team],
      );
    },
    partials: () =>
      readdirSync(join(folder, 'blobs'), { recursive: true })
        .map(String)
        .filter((name) => /^partial\/./u.test(name)),
    async stop() {
      await gateway.stop();
      await simulator.stop();
      await postgres.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return stand;
}

/** A picture of one colour as JPEG. */
export function picture(width = 40, height = 30, background = 'red'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

/** The entries of a conversation, oldest first. */
export async function messagesOf(client: DeskClient, conversation: string): Promise<Message[]> {
  const { status, body } = await client.get(`conversations/${conversation}/messages`);
  if (status !== 200) throw new Error(`messages: ${status}`);
  return z.array(message).parse(at(body, 'items'));
}

/** The files of a customer's only message that has some, once none is being fetched. */
export function filesOf(client: DeskClient, conversation: string, count = 1): Promise<Attachment[]> {
  return eventually(async () => {
    const files = (await messagesOf(client, conversation)).flatMap(({ attachments }) => attachments);
    if (files.length !== count || files.some(({ state }) => state === 'waiting')) {
      throw new Error(`files: ${files.map(({ state }) => state).join()}`);
    }
    return files;
  }, 15_000);
}

/** Uploads as the page does. */
export async function upload(
  client: DeskClient,
  conversation: string,
  name: string,
  bytes: Buffer,
  id: string = randomUUID(),
): Promise<Answer> {
  const query = new URLSearchParams({ id, name }).toString();
  return client.ask('POST', `conversations/${conversation}/attachments?${query}`, { bytes });
}

/** The same, for files that are taken. */
export async function uploaded(
  client: DeskClient,
  conversation: string,
  name: string,
  bytes: Buffer,
): Promise<Attachment> {
  const answer = await upload(client, conversation, name, bytes);
  if (answer.status !== 201) throw new Error(`upload: ${answer.status} ${answer.raw}`);
  return attachment.parse(answer.body);
}

/** The code of a refusal. */
export function codeOf(answer: Answer): [number, unknown] {
  return [answer.status, at(answer.body, 'error.code')];
}
