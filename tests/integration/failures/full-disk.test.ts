import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { eventually } from '../../kit/eventually.ts';
import { ask } from '../cli/cli-kit.ts';
import { CRASH, doctorWrongs, linesOf, openEchoDesk } from './failure-kit.ts';
import { mayMount, mountSmallDisk, type SmallDisk } from './small-disk.ts';

/** Without root nothing can be mounted. Said aloud, and counted by jest: never a silent pass. */
const onRealDisk = mayMount() ? test : test.skip;
if (!mayMount()) process.stderr.write('full-disk.test.ts: NOT RUN, it needs Linux and root to mount a small disk\n');

const CHATS = 20;
let disk: SmallDisk;
let simulator: TelegramSimulator;
let desk: ReturnType<typeof openEchoDesk>;

beforeEach(async () => {
  disk = mountSmallDisk(150);
  simulator = createTelegramSimulator();
  await simulator.start();
  desk = openEchoDesk();
  desk.configureEcho({
    data: join(disk.folder, 'data'),
    accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
  });
}, 30_000);
afterEach(async () => {
  disk.free();
  await desk.remove();
  await simulator.stop();
  disk.close();
}, 30_000);

function embeddedUrl(): string {
  const state = JSON.parse(readFileSync(join(disk.folder, 'data/postgres.json'), 'utf8')) as Record<string, string>;
  const { port, password, user, database } = state;
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
}

/** Messages that no compression makes small, over a few chats. */
function write(count: number): void {
  for (let n = 0; n < count; n += 1) {
    simulator.customer(1 + (n % CHATS)).write(`${n} ${randomBytes(1_500).toString('base64')}`);
  }
}

function echoes(chat?: number): string[] {
  return simulator.log.messages.filter((one) => chat === undefined || one.chatId === chat).map((one) => one.text);
}

/** Every text that was written, per chat, against what the bot echoed: all, in order. */
function expectAllEchoed(counted: (texts: string[]) => string[] = (texts) => texts): void {
  for (let chat = 1; chat <= CHATS; chat += 1) {
    const written = simulator.log.updates.filter((update) => update.chatId === chat).map((update) => update.text);
    expect(counted(echoes(chat))).toEqual(written);
  }
}

async function storedTexts(): Promise<Set<string>> {
  const rows = await ask<{ text: string }>(embeddedUrl(), `SELECT text FROM message WHERE kind = 'inbound'`);
  return new Set(rows.map((row) => row.text));
}

onRealDisk(
  'tables cannot grow: nothing is acknowledged unstored, one clear line, and it goes on by itself',
  async () => {
    const serving = await desk.serve();
    write(1);
    await eventually(() => expect(simulator.log.messages).toHaveLength(1));
    disk.fill();
    write(400);
    await eventually(() => expect(serving.output()).toContain('store_disk_full'), 15_000);
    await sleep(3_000);
    // I1: what Telegram may forget is in the store.
    const stored = await storedTexts();
    const acked = simulator.log.updates.filter((update) => update.ackedAtMs !== null);
    expect(acked.filter((update) => !stored.has(update.text ?? ''))).toEqual([]);
    expect(simulator.log.updates.length - acked.length).toBeGreaterThan(300);
    const said = linesOf(serving).filter((line) => line.code === 'store_disk_full');
    expect(said).toEqual([
      expect.objectContaining({ level: 'error', message: expect.stringContaining('free some space') }),
    ]);
    expect((await fetch(`${serving.address}/healthz`)).status).toBe(200);
    expect(await doctorWrongs(desk)).toContainEqual(
      expect.stringMatching(/^✗ data folder: .*MB free\n {4}→ free some space/u),
    );

    disk.free();
    await eventually(() => expect(simulator.log.messages).toHaveLength(401), 30_000);
    expectAllEchoed();
    expect(linesOf(serving).filter((line) => line.message === 'the store works again')).toHaveLength(1);
    expect(serving.output()).not.toMatch(CRASH);
    expect((await serving.stop()).code).toBe(0);
  },
  90_000,
);

onRealDisk(
  'the log of the database cannot grow, so its server ends: it comes back when there is space',
  async () => {
    const serving = await desk.serve();
    write(1);
    await eventually(() => expect(simulator.log.messages).toHaveLength(1));
    // To the last megabyte of a segment that has no next one yet; each message is flushed, or the position would lag.
    for (;;) {
      const [log] = await ask<{ used: number; ahead: number }>(
        embeddedUrl(),
        `SELECT ((pg_current_wal_lsn() - '0/0') % (16 * 1024 * 1024))::int AS used,
          (SELECT count(*) FROM pg_ls_waldir() WHERE name > pg_walfile_name(pg_current_wal_lsn()) AND name ~ '^[0-9A-F]{24}$')::int AS ahead`,
      );
      if (log !== undefined && log.used > 15 * 1024 * 1024 && log.ahead === 0) break;
      await ask(embeddedUrl(), `SELECT pg_logical_emit_message(true, 'ballast', repeat('x', 128 * 1024))`);
    }
    disk.fill(4 * 1024 * 1024);
    write(400);
    await eventually(() => expect(serving.output()).toContain('the embedded store broke the connection'), 20_000);
    await sleep(6_000);
    expect((await fetch(`${serving.address}/healthz`)).status).toBe(200);
    expect((await fetch(`${serving.address}/readyz`)).status).toBe(503);
    expect(linesOf(serving).filter((line) => line.code?.startsWith('store_'))).toHaveLength(1);
    // Said by the store itself, or by who tries to bring it back when only the server's own processes saw it.
    expect(serving.output()).toMatch(/(?:the disk of the store .* is full|There is no space left).*[Ff]ree some space/);
    expect(await doctorWrongs(desk)).toEqual([
      expect.stringContaining('✗ data folder: '),
      expect.stringMatching(/^✗ store: There is no space left on the disk that holds .* Free some space/u),
    ]);

    disk.free();
    await eventually(() => expect(new Set(echoes()).size).toBe(401), 60_000);
    // The server ended in mid-work, perhaps more than once: a part that was just being sent may stand twice (I7), none
    // three times, and none is missing or out of order.
    expectAllEchoed((texts) => [...new Set(texts)]);
    for (const text of new Set(echoes())) expect(echoes().filter((one) => one === text).length).toBeLessThanOrEqual(2);
    expect(serving.output()).not.toMatch(CRASH);
    expect((await serving.stop()).code).toBe(0);
  },
  120_000,
);
