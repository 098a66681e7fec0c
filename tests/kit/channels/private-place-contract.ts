import { describe, expect, test } from '@jest/globals';
import { GO_PRIVATE } from '../../../src/core/model/extras.ts';
import { eventually } from '../eventually.ts';
import type { ContractStand } from './contract-stand.ts';

/** What a channel promises that opens private places for customers. `stand` gives the parts of the test that runs. */
export function privatePlaceContract(stand: () => ContractStand): void {
  describe('private places', () => {
    test('a press in public comes in from a private place that continues the public one, and what is said there is read there', async () => {
      const on = stand();
      const { publicPlace } = on.rig;
      expect(publicPlace !== null).toBe(on.account.opensPrivately === true);
      if (publicPlace === null) return;
      const messages = await on.received();
      await publicPlace.write('where is my money?');
      const asked = await eventually(() => {
        const found = messages().find(({ text }) => text.includes('where is my money?'));
        if (found === undefined) throw new Error('the question has not come');
        return found;
      });
      expect(asked.thread.kind).not.toBe('private');
      const [part = {}] = on.account.render({
        text: 'Let us look',
        place: asked.thread.kind,
        buttons: [[{ label: 'Go on in private', data: GO_PRIVATE }]],
      });
      const answer = {
        threadKey: asked.thread.key,
        part,
        replyToExternalId: asked.externalId,
        ...(asked.entry === undefined ? {} : { entry: asked.entry }),
      };
      expect(await on.send(answer)).toMatchObject({ kind: 'sent' });
      await publicPlace.press('Go on in private');
      const arrival = await eventually(() => {
        const found = messages().find(({ extras, meetsAgain, thread }) =>
          publicPlace.way === 'press' ? extras?.arrives === true : meetsAgain === true && thread.kind === 'private',
        );
        if (found === undefined) throw new Error('nobody has come');
        return found;
      });
      expect(arrival).toMatchObject({
        thread: { kind: 'private' },
        author: { externalId: asked.author.externalId },
        // Of a link the platform does not say who followed it: the store finds what they were answered last.
        ...(publicPlace.way === 'press' ? { text: 'Go on in private', continues: asked.thread.key } : {}),
      });
      expect(arrival.thread.key).not.toBe(asked.thread.key);
      await on.account.acknowledge?.(arrival.acknowledge ?? {}, on.signal);
      const [words = {}] = on.account.render({ text: 'only you read this' });
      const sent = await on.send({
        threadKey: arrival.thread.key,
        part: words,
        idempotencyKey: 'a-key-of-its-own-here',
      });
      expect(sent).toMatchObject({ kind: 'sent' });
      expect(publicPlace.readInPrivate()).toContain('only you read this');
      expect(publicPlace.readByOthers()).not.toContain('only you read this');
    });
  });
}
