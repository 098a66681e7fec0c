import { describe, expect, test } from '@jest/globals';
import type { InboundMessage } from '../../../src/core/model/inbound.ts';
import { eventually } from '../eventually.ts';
import type { ContractStand } from './contract-stand.ts';

/** The messages that are presses, with what the buttons sent. */
function pressesIn(messages: readonly InboundMessage[]): { data: string | null; message: InboundMessage }[] {
  return messages.flatMap((message) =>
    message.extras?.content?.type === 'button' ? [{ data: message.extras.content.data, message }] : [],
  );
}

/** What a channel promises about buttons. `stand` gives the parts of the test that runs. */
export function buttonContract(stand: () => ContractStand): void {
  describe('buttons', () => {
    test('a press comes in as a message that says which it was, and the wait for it can be ended', async () => {
      const on = stand();
      const { buttons } = on.rig;
      const limits = on.account.capabilities.buttons;
      expect(buttons !== null).toBe(limits !== null);
      if (buttons === null || limits === null) return;
      const messages = await on.received();
      await on.rig.write('hi');
      const long = 'd'.repeat(limits.maxDataBytes);
      const rows = [
        [{ label: 'Refund', data: 'topic:refund' }],
        [{ label: 'L'.repeat(limits.maxLabelLength), data: long }],
        [{ label: 'Help', url: 'https://example.com/help' }],
      ];
      const outcomes = await on.say({ text: 'What is it about?', buttons: rows });
      expect(outcomes).toMatchObject([{ kind: 'sent' }]);
      expect(buttons.visible()).toEqual(rows.map((row) => row.map(({ label }) => label)));
      const pressed = async (label: string, data: string): Promise<InboundMessage> => {
        await buttons.press(label);
        const message = await eventually(() => {
          const found = pressesIn(messages()).find((one) => one.data === data);
          if (found === undefined) throw new Error(`no press of ${label} has come`);
          return found.message;
        });
        expect(message).toMatchObject({
          text: label,
          thread: { key: on.rig.threadKey },
          extras: { content: { type: 'button', label, data } },
        });
        // Where the platform shows that it waits, this ends it.
        if (message.acknowledge !== undefined) {
          expect(buttons.isAcknowledged()).toBe(false);
          await on.account.acknowledge?.(message.acknowledge, on.signal);
        }
        expect(buttons.isAcknowledged()).toBe(true);
        return message;
      };
      const press = await pressed('Refund', 'topic:refund');
      await pressed('L'.repeat(limits.maxLabelLength), long);
      const ids = messages().map(({ externalId }) => externalId);
      expect(new Set(ids).size).toBe(ids.length);
      // Among others an answer points at what it answers; a press may be nothing that can be pointed at.
      expect(await on.send({ replyToExternalId: press.externalId })).toMatchObject({ kind: 'sent' });
    });

    test('as many as the channel takes go out side by side, and each can be pressed', async () => {
      const on = stand();
      const { buttons } = on.rig;
      const limits = on.account.capabilities.buttons;
      if (buttons === null || limits === null) return;
      const messages = await on.received();
      await on.rig.write('hi');
      const rows = Array.from({ length: limits.maxRows }, (_row, row) =>
        Array.from({ length: row === 0 ? limits.maxPerRow : 1 }, (_button, at) => ({
          label: `Choice ${row}-${at}`,
          data: `choice:${row}:${at}`,
        })),
      );
      const outcomes = await on.say({ text: 'Which one?', buttons: rows });
      expect(outcomes).toMatchObject([{ kind: 'sent' }]);
      expect(buttons.visible()).toEqual(rows.map((row) => row.map(({ label }) => label)));
      const last = rows.map((row) => row.at(-1));
      for (const one of [last[0], last.at(-1)]) {
        await buttons.press(one?.label ?? '');
        await eventually(() => expect(pressesIn(messages()).map(({ data }) => data)).toContain(one?.data));
      }
      expect(pressesIn(messages()).map(({ message }) => message.text)).toEqual([last[0]?.label, last.at(-1)?.label]);
    });

    test('two presses of one button are two messages', async () => {
      const on = stand();
      const { buttons } = on.rig;
      if (buttons === null) return;
      const messages = await on.received();
      await on.rig.write('hi');
      await on.say({ text: 'Once more?', buttons: [[{ label: 'Again', data: 'again' }]] });
      await buttons.press('Again');
      await buttons.press('Again');
      await eventually(() => expect(pressesIn(messages())).toHaveLength(2));
      const presses = pressesIn(messages()).map(({ message }) => message);
      expect(new Set(presses.map(({ eventKey }) => eventKey)).size).toBe(2);
      expect(new Set(presses.map(({ externalId }) => externalId)).size).toBe(2);
    });
  });
}
