/**
 * One gateway process of a crash test: the built gateway with a crash hook. Plain JavaScript over dist/, so that a restart
 * costs what a real one costs. `node gateway-process.js '<json>'`, where the JSON is {configFile, storeUrl, embedded, roles,
 * crashAt, crashAfter, waits}. It says {ready, pid} when it is up and takes {op: 'reply' | 'amend' | 'own'} from its parent.
 */
import { join } from 'node:path';
import { renderForDiscord } from '../../dist/channels/discord/render.js';
import { channelFactories } from '../../dist/channels/registry.js';
import { renderForTelegram } from '../../dist/channels/telegram/render.js';
import { renderForWeb } from '../../dist/channels/web/render.js';
import { loadConfig } from '../../dist/config/load.js';
import { startGateway } from '../../dist/src/app.js';
import { onCrashPoint } from '../../dist/src/core/crash-point.js';
import { createUuidV7, systemClock } from '../../dist/src/core/ids-and-time.js';
import { createFileBlobStore } from '../../dist/src/files/blob-store.js';
import { createKeyRing } from '../../dist/src/files/crypto.js';
import { loadMasterKeys } from '../../dist/src/files/master-key.js';
import { createAmends } from '../../dist/src/inbox/amend.js';
import { keepHeapSmall } from '../../dist/src/observability/heap.js';
import { createLog } from '../../dist/src/observability/log.js';
import { migrateQueue } from '../../dist/src/queue/index.js';
import { openDatabase } from '../../dist/src/store/database.js';
import { createDeskStore } from '../../dist/src/store/desk-store.js';
import { holdGatewayLock, startEmbedded } from '../../dist/src/store/embedded/index.js';
import { createInboxStore } from '../../dist/src/store/inbox-store.js';
import { migrate } from '../../dist/src/store/migrate.js';
import { migrations } from '../../dist/src/store/migrations/index.js';

keepHeapSmall();
const options = JSON.parse(process.argv[2] ?? '{}');
const log = createLog({ level: 'warn', write: (line) => process.stderr.write(line) });

let passed = 0;
onCrashPoint((name) => {
  if (name !== options.crashAt) return;
  passed += 1;
  if (passed <= (options.crashAfter ?? 0)) return;
  process.kill(process.pid, 'SIGKILL');
});

/** Repeats the text; "human" hands over; "single" is answered with class single, "menu" with a button; "poison" ends the process. */
const chaosBrain = {
  name: 'chaos',
  deadlineMs: 8_000,
  waits: options.waits === true,
  decide(input) {
    // What no process survives: the kind of message that would end every worker that touches it.
    if (input.messages.some((message) => message.text.startsWith('poison'))) process.kill(process.pid, 'SIGKILL');
    if (input.messages.some((message) => message.text.startsWith('human'))) return { kind: 'handoff', why: 'asked' };
    // A file whose words are still to come is told by its place, so that every answer is one of its kind.
    const replies = input.messages.map((message) => ({
      content: {
        text: typeof message.standIn === 'string' ? `echo file ${message.seq}` : `echo ${message.text}`,
        ...(message.text.startsWith('menu') ? { buttons: [[{ label: `pick ${message.text}`, data: 'pick' }]] } : {}),
      },
      class: message.text.startsWith('single') ? 'single' : 'repeatable',
    }));
    const output = { kind: 'reply', replies, why: 'chaos' };
    return options.waits === true ? new Promise((done) => setTimeout(() => done(output), 30)) : output;
  },
};

const channels = new Map(channelFactories.map((factory) => [factory.channel, factory.configSchema]));
const { config } = loadConfig({ file: options.configFile, channels, env: {} });

let storeUrl = options.storeUrl;
if (options.embedded) {
  const server = await startEmbedded({ dataDir: config.dataFolder, log, clock: systemClock });
  storeUrl = server.url;
  const lock = await holdGatewayLock(storeUrl, (error) => {
    log.error({ err: error.message }, 'gateway lock lost');
    process.exit(3);
  });
  if (!lock.held) throw new Error(`another gateway holds the folder: ${lock.pid}`);
  const database = openDatabase({ url: storeUrl, log, max: 2 });
  await migrate(database.pool, migrations, { alsoBullmq: migrateQueue });
  await database.close();
}

const gateway = await startGateway({
  config,
  storeUrl,
  embedded: options.embedded === true,
  roles: options.roles,
  log,
  brains: [chaosBrain],
  limits: 'off',
});

const agentsFiles = createFileBlobStore({
  folder: join(config.dataFolder, 'blobs'),
  keys: createKeyRing(loadMasterKeys(config)),
  clock: systemClock,
});

/** The beginning of a PNG of 4 × 3 pixels: as much as the platform looks at before it takes a photo. */
const PICTURE = Buffer.from('89504e470d0a1a0a0000000d4948445200000004000000030800000000', 'hex');

/** Does one act of an agent's on a connection of its own; the agent is there and may do everything. */
async function asAgent(agentId, act) {
  const database = openDatabase({ url: storeUrl, log, max: 1 });
  try {
    await database.pool.query(
      `INSERT INTO agent (id, email, name, role, password_hash) VALUES ($1::uuid, $1::uuid || '@example.com', 'Chaos', 'lead', '')
       ON CONFLICT DO NOTHING`,
      [agentId],
    );
    return await act(database);
  } finally {
    await database.close();
  }
}

/** What an agent attaches, as the page's uploads leave it: bytes first, then a row of its own. The same ids again change nothing. */
async function withFiles({ files = [], ...reply }) {
  if (files.length === 0) return reply;
  const blobs = await agentsFiles;
  return asAgent(reply.agentId, async (database) => {
    const attachments = [];
    for (const fileId of files) {
      const { id: blobId, sizeBytes } = await blobs.put(
        Buffer.concat([PICTURE, Buffer.from(`the file ${fileId} of an agent`)]),
      );
      await database.pool.query(
        `INSERT INTO attachment (id, thread_id, conversation_id, account_id, kind, size_bytes, state, blob_id, uploaded_by, stored_at)
         SELECT $1, c.thread_id, c.id, c.account_id, 'photo', $2, 'stored', $3, $4, now() FROM conversation c WHERE c.id = $5
         ON CONFLICT (id) DO NOTHING`,
        [fileId, sizeBytes, blobId, reply.agentId, reply.conversationId],
      );
      const facts = { kind: 'photo', fileName: null, mime: 'image/png', width: null, height: null, durationMs: null };
      attachments.push({ id: fileId, blobId, sizeBytes, ...facts });
    }
    return { ...reply, attachments };
  });
}

const RENDERS = { telegram: renderForTelegram, discord: renderForDiscord, web: renderForWeb };

/** Edits or deletes a sent message as the page's API does, but wakes nobody: as if it died right after the commit. */
function amendAs({ messageId, agentId, action, text, op, channel }) {
  const { capabilities } = channelFactories.find((factory) => factory.channel === channel);
  return asAgent(agentId, async (database) => {
    const ids = createUuidV7(systemClock);
    const amends = createAmends({
      store: createInboxStore(database),
      desk: createDeskStore(database, ids),
      account: () => ({ channel, capabilities, render: RENDERS[channel] }),
      queue: { wake: () => undefined },
      ids,
      clock: systemClock,
      shards: 1,
      ours: [],
      onChange: () => undefined,
    });
    const viewer = { id: agentId, role: 'lead', teamIds: [] };
    await (action === 'edit' ? amends.edit(viewer, messageId, op, text) : amends.remove(viewer, messageId, op));
  });
}

process.on('message', (message) => {
  const { op, id } = message;
  const done = (outcome) => process.send?.({ id, outcome });
  if (op === 'reply') {
    const sent = withFiles(message.reply).then((reply) => gateway.reply(reply));
    sent.then(
      () => done('ok'),
      (error) => done(error.code ?? error.message),
    );
  } else if (op === 'amend') {
    amendAs(message.amend).then(
      () => done('ok'),
      (error) => done(error.code ?? error.message),
    );
  } else if (op === 'own') {
    gateway.people.own(message.conversationId, message.expected, message.next, message.actor, message.why).then(
      (result) => done(result.outcome),
      (error) => done(error.code ?? error.message),
    );
  } else if (op === 'stop') {
    gateway.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  }
});
process.send?.({ ready: true, pid: process.pid, address: gateway.address, storeUrl });
