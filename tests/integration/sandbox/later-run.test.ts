import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventually } from '../../kit/eventually.ts';
import { ask } from '../cli/cli-kit.ts';
import { type RunningSandbox, startSandbox, storeUrlOf } from './sandbox-kit.ts';

const PRIYA = '200000000000000001';
const PLACES = { direct: '210000000000000001', support: '300000000000000003' } as const;

/** What came back to Priya in a place. */
async function answersIn(sandbox: RunningSandbox, place: string): Promise<string[]> {
  const { discord } = await sandbox.state();
  const seen = discord.people.find(({ id }) => id === PRIYA)?.places.find(({ id }) => id === place);
  return seen?.messages.filter(({ from }) => from === 'support').map(({ text }) => text) ?? [];
}

/** Answers, as the lead, the conversation in which a customer wrote this. */
async function reply({ desk, serving, state, signIn }: RunningSandbox, words: string, text: string): Promise<void> {
  const url = storeUrlOf(readFileSync(join(desk.folder, 'data/postgres.json'), 'utf8'));
  const [row] = await ask<{ id: string }>(url, 'SELECT conversation_id AS id FROM message WHERE text = $1', [words]);
  const { cookie, csrf } = await signIn('mei@parley.example', (await state()).password);
  const sent = await fetch(`${serving.address}/api/v1/conversations/${row?.id}/replies`, {
    method: 'POST',
    headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json' },
    body: JSON.stringify({ id: crypto.randomUUID(), text }),
  });
  expect(sent.status).toBeLessThan(300);
}

test('what is written just before everything is killed is answered in the next run, though the phones were not kept yet', async () => {
  let sandbox = await startSandbox();
  try {
    expect((await sandbox.call('POST', '/phones', { name: 'Noa', language: 'en' })).status).toBe(200);
    const added = (await sandbox.state()).phones.at(-1)?.id ?? 0;
    for (const phone of [1003, added]) await sandbox.order('/say', { phone, text: 'I want to talk to a person' });
    await eventually(async () => {
      const written = (await sandbox.state()).phones.flatMap(({ messages }) => messages);
      expect(written.map(({ taken }) => taken)).toEqual([true, true]);
    });
    await sandbox.serving.stop('SIGKILL');
    // It is written half a second after a change: the death may come before.
    rmSync(join(sandbox.desk.folder, 'data/sandbox-phones.json'), { force: true });
    sandbox = await startSandbox(sandbox.desk);
    for (const phone of [1003, added]) {
      await eventually(
        async () => {
          const shown = (await sandbox.state()).phones.find(({ id }) => id === phone);
          expect(shown?.messages.map(({ text }) => text).join(' ')).toContain('passed your conversation on');
        },
        30_000,
        100,
      );
    }
    expect((await sandbox.state()).phones.find(({ id }) => id === added)?.name).toBe('Noa');
  } finally {
    await sandbox.desk.remove();
  }
}, 120_000);

test('a conversation on Discord goes on in a later run, though the platform began anew', async () => {
  let sandbox = await startSandbox();
  try {
    for (const [name, place] of Object.entries(PLACES)) {
      const text = `I want to talk to a person, ${name}`;
      await sandbox.order('/discord/say', { person: PRIYA, place, text });
      await eventually(
        async () => expect((await answersIn(sandbox, place)).join(' ')).toContain('passed'),
        30_000,
        100,
      );
    }
    await sandbox.serving.stop();
    sandbox = await startSandbox(sandbox.desk);
    for (const [name, place] of Object.entries(PLACES)) {
      expect(await answersIn(sandbox, place)).toEqual([]);
      await reply(sandbox, `I want to talk to a person, ${name}`, `Here I am, ${name}`);
      await eventually(
        async () => expect(await answersIn(sandbox, place)).toEqual([`Here I am, ${name}`]),
        30_000,
        100,
      );
    }
  } finally {
    await sandbox.desk.remove();
  }
}, 150_000);
