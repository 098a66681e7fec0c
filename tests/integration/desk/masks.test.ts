import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { guardPayload } from '../../../src/guard/guard.ts';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { type DeskStand, handingBot, startDeskStand } from '../../kit/desk/stand.ts';
import { customerMessage } from '../../kit/pipeline/memory-channel.ts';

const CARD = '4111 1111 1111 1111';
const IBAN = 'DE89 3704 0044 0532 0130 00';
const dots = (secret: string): string => '•'.repeat(secret.length);

let stand: DeskStand;
let mei: DeskClient;
beforeAll(async () => {
  stand = await startDeskStand({
    bot: handingBot,
    pipeline: {
      guardPayload: (payload) => {
        const guarded = guardPayload(payload);
        const findings = guarded.findings.map((one) => ({ ...one, secret: one.certain ? null : one.secret }));
        return { payload: guarded.payload, findings };
      },
    },
  });
  mei = await stand.signedIn('lead');
}, 60_000);
afterAll(() => stand.stop());

let edits = 0;
async function edit(chat: string, target: string, text: string, occurredAtMs = Date.now()): Promise<void> {
  edits += 1;
  const { type: _type, externalId: _externalId, ...event } = customerMessage(chat, text);
  const eventKey = `${event.eventKey}:edit${edits}`;
  await stand.gateway.receive([{ ...event, type: 'edit', eventKey, targetExternalId: target, occurredAtMs }]);
}

async function first(id: string): Promise<unknown> {
  return at((await mei.get(`conversations/${id}/messages`)).body, 'items.0');
}

test('what was hidden in an edited message is told like in a written one', async () => {
  const message = customerMessage('chat1', 'my deposit is missing', { externalId: 'chat1:1' });
  await stand.gateway.receive([message]);
  const { body } = await mei.get('conversations?view=bot');
  const id = String(at(body, 'items.0.id'));
  expect(at(await first(id), 'masks')).toEqual([]);

  await edit('chat1', 'chat1:1', `card ${CARD}`);
  expect(await first(id)).toMatchObject({
    text: `card ${dots(CARD)}`,
    masks: [{ rule: 'card', certain: true, start: 5, length: CARD.length }],
  });

  // What the last edit hid speaks, also where an earlier one hid something.
  await edit('chat1', 'chat1:1', `bank ${IBAN}`);
  expect(await first(id)).toMatchObject({
    text: `bank ${dots(IBAN)}`,
    masks: [{ rule: 'iban', start: 5, length: IBAN.length }],
  });

  await edit('chat1', 'chat1:1', 'nothing to hide');
  expect(await first(id)).toMatchObject({ text: 'nothing to hide', masks: [] });
});

test('an edit that was there before its message', async () => {
  await edit('chat2', 'chat2:1', `card ${CARD}`, Date.now() + 1_000);
  await stand.gateway.receive([customerMessage('chat2', 'my deposit', { externalId: 'chat2:1' })]);
  const { body } = await mei.get('conversations?view=all');
  const items = at(body, 'items');
  const found: unknown = (Array.isArray(items) ? items : []).find(
    (one) => at(one, 'contact.name') === 'Customer chat2',
  );
  expect(at(await first(String(at(found, 'id'))), 'masks')).toMatchObject([{ rule: 'card', start: 5 }]);
});
