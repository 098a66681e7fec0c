import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Bot } from '../../../src/core/ports/brain.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import type { Gateway, GatewayOptions } from '../../kit/pipeline/harness.ts';
import { customerMessage, type MemoryChannel, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { useGateways } from './gateways.ts';

/** Answers each turn once, with the last text in capitals; "same" always gets the same answer, "thanks!" a courtesy. */
const talkingBot: Bot = {
  waits: false,
  deadlineMs: 10_000,
  echoOnly: false,
  decide: (input) => {
    const text = input.messages.at(-1)?.text ?? '';
    const reply = text.startsWith('same') ? 'the same' : text === 'thanks!' ? 'welcome' : text.toUpperCase();
    return Promise.resolve({
      replies: [{ content: { text: reply }, class: 'repeatable' as const }],
      handoff: false,
      why: 'talks',
      memory: {},
      courtesy: text === 'thanks!',
    });
  },
};

describe.each(storeBackends)('limits on contacts, on $name', ({ start }) => {
  const gateways = useGateways(start);

  async function gateway(options: Partial<GatewayOptions> = {}): Promise<Gateway & { account: MemoryChannel }> {
    const account = memoryChannel();
    const made = await gateways.start({ bot: talkingBot, ingest: { floodLimit: 20 }, ...options, account });
    return { ...made, account };
  }

  const arrived = (on: { account: MemoryChannel }): string[] => on.account.arrived.map((one) => one.text);
  const inbound = (on: Gateway) =>
    on.database.db
      .selectFrom('message')
      .select(['text', 'state', 'state_reason', 'seq'])
      .where('kind', '=', 'inbound')
      .orderBy('seq')
      .execute();
  const conversation = (on: Gateway) => on.database.db.selectFrom('conversation').selectAll().executeTakeFirstOrThrow();
  const thread = (on: Gateway) => on.database.db.selectFrom('thread').selectAll().executeTakeFirstOrThrow();
  const settled = (on: Gateway) =>
    eventually(async () => {
      expect(await thread(on)).toMatchObject({ lease_owner: null, due_at: null });
    });
  const minutePasses = (on: Gateway) =>
    sql`UPDATE thread SET minute_from = minute_from - interval '1 minute',
      bot_said = jsonb_set(bot_said, '{at}', '[]'), pause_until = NULL, due_at = CASE WHEN due_at IS NULL THEN NULL ELSE now() END`.execute(
      on.database.db,
    );

  describe('flood', () => {
    test('what is over the limit is stored in order and filed, and wakes nobody', async () => {
      const on = await gateway({ withoutWorker: true });
      for (let index = 0; index < 3; index += 1) {
        await on.receive(Array.from({ length: 9 }, (_, place) => customerMessage('1', `m${index * 9 + place}`)));
      }
      const rows = await inbound(on);
      expect(rows.map((row) => row.text)).toEqual(Array.from({ length: 27 }, (_, index) => `m${index}`));
      expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 27 }, (_, index) => index + 1));
      expect(rows.slice(0, 20).every((row) => row.state === 'new')).toBe(true);
      expect(rows.slice(20).every((row) => row.state === 'filed' && row.state_reason === 'flood')).toBe(true);
      expect((await conversation(on)).unread).toBe(20);
      const { last_message_at: before } = await conversation(on);
      await sql`UPDATE thread SET due_at = NULL`.execute(on.database.db);
      await on.receive([customerMessage('1', 'more')]);
      expect(await thread(on)).toMatchObject({ due_at: null, minute_count: 28, last_seq: 28 });
      const after = await conversation(on);
      expect(after).toMatchObject({ unread: 20, last_message_at: before });
    });

    test('the next minute counts anew; another contact is not touched; without a limit nothing is counted', async () => {
      const on = await gateway({ withoutWorker: true });
      for (let index = 0; index < 22; index += 1) await on.receive([customerMessage('1', `a${index}`)]);
      await on.receive([customerMessage('2', 'other')]);
      await minutePasses(on);
      await on.receive([customerMessage('1', 'next')]);
      const rows = await inbound(on);
      const state = (text: string) => rows.find((row) => row.text === text)?.state;
      expect([state('a19'), state('a20'), state('other'), state('next')]).toEqual(['new', 'filed', 'new', 'new']);

      const unlimited = await gateways.start({ url: on.database.url, account: memoryChannel(), withoutWorker: true });
      for (let index = 0; index < 30; index += 1) await unlimited.receive([customerMessage('3', `e${index}`)]);
      expect((await inbound(on)).filter((row) => row.text.startsWith('e') && row.state === 'new')).toHaveLength(30);
    });

    test('a flood does not reopen what is resolved', async () => {
      const on = await gateway({ withoutWorker: true });
      for (let index = 0; index < 20; index += 1) await on.receive([customerMessage('1', `m${index}`)]);
      await sql`UPDATE conversation SET status = 'resolved', owner_kind = 'none', resolved_owner_kind = 'bot', resolved_at = now()`.execute(
        on.database.db,
      );
      await on.receive([customerMessage('1', 'over')]);
      expect(await conversation(on)).toMatchObject({ status: 'resolved', owner_kind: 'none' });
      await minutePasses(on);
      await on.receive([customerMessage('1', 'again')]);
      expect(await conversation(on)).toMatchObject({ status: 'open', owner_kind: 'bot' });
    });

    test('two writers at once let no more than the limit through', async () => {
      const on = await gateway({ withoutWorker: true });
      const second = await gateways.start({
        url: on.database.url,
        account: memoryChannel(),
        withoutWorker: true,
        ingest: { floodLimit: 20 },
      });
      await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          (index % 2 === 0 ? on : second).receive([customerMessage('1', `m${index}`)]),
        ),
      );
      const rows = await inbound(on);
      expect(rows).toHaveLength(60);
      expect(rows.filter((row) => row.state === 'new')).toHaveLength(20);
    });
  });

  describe('answers', () => {
    test('after three in a minute the messages wait together, and are answered when the minute allows', async () => {
      const on = await gateway();
      for (const text of ['a', 'b', 'c']) {
        await on.receive([customerMessage('1', text)]);
        await eventually(() => expect(arrived(on)).toContain(text.toUpperCase()));
      }
      await on.receive([customerMessage('1', 'd')]);
      await on.receive([customerMessage('1', 'e')]);
      await eventually(async () => {
        const { lease_owner, due_at } = await thread(on);
        expect(lease_owner).toBeNull();
        const waitMs = (due_at?.getTime() ?? 0) - Date.now();
        expect(waitMs).toBeGreaterThan(30_000);
        expect(waitMs).toBeLessThanOrEqual(60_000);
      });
      expect(arrived(on)).toEqual(['A', 'B', 'C']);
      expect((await inbound(on)).map((row) => row.state)).toEqual(['answered', 'answered', 'answered', 'new', 'new']);
      await minutePasses(on);
      await eventually(() => expect(arrived(on)).toEqual(['A', 'B', 'C', 'E']));
      await settled(on);
      expect((await inbound(on)).every((row) => row.state === 'answered')).toBe(true);
    });

    test('the same is not said twice in a row: people take over', async () => {
      const on = await gateway();
      await on.receive([customerMessage('1', 'same')]);
      await eventually(() => expect(arrived(on)).toEqual(['the same']));
      await on.receive([customerMessage('1', 'same again')]);
      await eventually(() => expect(arrived(on)).toEqual(['the same', 'a person will answer']));
      expect(await conversation(on)).toMatchObject({ owner_kind: 'queue' });
    });

    test('a courtesy is not said twice in a row, and nobody is called for it', async () => {
      const on = await gateway();
      await on.receive([customerMessage('1', 'thanks!')]);
      await eventually(() => expect(arrived(on)).toEqual(['welcome']));
      await on.receive([customerMessage('1', 'thanks!')]);
      await eventually(async () =>
        expect((await inbound(on)).map((row) => row.state)).toEqual(['answered', 'answered']),
      );
      await settled(on);
      expect(arrived(on)).toEqual(['welcome']);
      expect(await conversation(on)).toMatchObject({ owner_kind: 'bot' });
    });
  });

  describe('greeting', () => {
    test("stands before the bot's first answer, once", async () => {
      const on = await gateway({ greeting: 'I am a bot' });
      await on.receive([customerMessage('1', 'a')]);
      await eventually(() => expect(arrived(on)).toEqual(['I am a bot', 'A']));
      await on.receive([customerMessage('1', 'b')]);
      await eventually(() => expect(arrived(on)).toEqual(['I am a bot', 'A', 'B']));
    });

    test('is left out where the contact was greeted in another place, and comes again after 30 days', async () => {
      const on = await gateway({ greeting: 'I am a bot' });
      await on.receive([customerMessage('1', 'a')]);
      await eventually(() => expect(arrived(on)).toEqual(['I am a bot', 'A']));
      await settled(on);
      await sql`UPDATE thread SET bot_said = NULL`.execute(on.database.db);
      await on.receive([customerMessage('1', 'b')]);
      await eventually(() => expect(arrived(on)).toEqual(['I am a bot', 'A', 'B']));
      await settled(on);
      expect((await thread(on)).last_out).toBe(3);
      await sql`UPDATE thread SET bot_said = NULL`.execute(on.database.db);
      await sql`UPDATE contact_greeting SET greeted_at = now() - interval '31 days'`.execute(on.database.db);
      await on.receive([customerMessage('1', 'c')]);
      await eventually(() => expect(arrived(on)).toEqual(['I am a bot', 'A', 'B', 'I am a bot', 'C']));
    });
  });
});
