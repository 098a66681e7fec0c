import { describe, expect, test } from '@jest/globals';
import type { FailureClass } from './channel-harness.ts';
import type { ContractStand } from './contract-stand.ts';

const FAILURE_CLASSES: readonly FailureClass[] = [
  'rate_limited',
  'transient',
  'auth',
  'forbidden',
  'invalid',
  'moved',
  'unknown',
];

/**
 * What a channel promises about sending, editing and taking back. The customer writes first in each test: some platforms want it so.
 * `stand` gives the parts of the test that runs.
 */
export function sendContract(stand: () => ContractStand): void {
  describe('sending', () => {
    test('a sent message is at the platform under the id it answered, in order', async () => {
      const { account, rig, send } = stand();
      await rig.write('hi');
      const outcomes = [];
      for (const word of ['one', 'two', 'three'])
        outcomes.push(await send({ part: account.render({ text: word })[0] ?? {} }));
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['sent', 'sent', 'sent']);
      const ids = outcomes.map((outcome) => (outcome.kind === 'sent' ? outcome.externalId : null));
      expect(rig.visible()).toEqual(
        ['one', 'two', 'three'].map((word, index) => ({ externalId: ids[index], text: word })),
      );
    });

    test('edit and delete work as far as the capabilities say', async () => {
      const { account, rig, send } = stand();
      await rig.write('hi');
      const first = await send(await rig.amendablePlace?.());
      const id = first.kind === 'sent' ? first.externalId : null;
      if (id === null) throw new Error('the platform gave no id');
      const part = account.render({ text: 'changed' })[0] ?? {};
      if (account.capabilities.editWindowMs !== 0) {
        expect(await send({ action: 'edit', targetExternalId: id, part })).toEqual({ kind: 'sent', externalId: id });
        // Repeating must do no harm: rows with these actions are repeated freely.
        expect(await send({ action: 'edit', targetExternalId: id, part })).toEqual({ kind: 'sent', externalId: id });
        expect(rig.visible()).toEqual([{ externalId: id, text: 'changed' }]);
      }
      if (account.capabilities.deleteWindowMs !== 0) {
        expect((await send({ action: 'delete', targetExternalId: id })).kind).toBe('sent');
        expect((await send({ action: 'delete', targetExternalId: id })).kind).toBe('sent');
        expect(rig.visible()).toEqual([]);
      }
    });

    test('reactions and typing work as far as the capabilities say', async () => {
      const { account, rig, send, signal } = stand();
      const written = await rig.write('hi');
      const part = { text: '👍' };
      if (account.capabilities.reactions !== 'none') {
        expect((await send({ action: 'react', targetExternalId: written, part })).kind).toBe('sent');
      }
      await account.typing?.(rig.threadKey, signal);
    });

    test('an answer to a message is sent even when that message is gone', async () => {
      const { account, rig, send } = stand();
      await rig.write('hi');
      if (!account.capabilities.replies) return;
      const written = await rig.write('question');
      const gone = written.replace(/\d+(?=\D*$)/u, '999999');
      expect((await send({ replyToExternalId: written })).kind).toBe('sent');
      expect((await send({ replyToExternalId: gone })).kind).toBe('sent');
    });

    for (const failure of FAILURE_CLASSES) {
      test(`trouble of class ${failure} is told as such`, async () => {
        const { rig, send } = stand();
        const script = rig.failures[failure];
        if (script === null) return;
        await rig.write('hi');
        script();
        const outcome = await send();
        expect(outcome.kind).toBe(failure);
        if (outcome.kind === 'rate_limited') expect(outcome.retryAfterMs).toBeGreaterThanOrEqual(1_000);
        // Only `unknown` leaves open whether the customer has it.
        if (failure !== 'unknown') expect(rig.visible()).toEqual([]);
      });
    }

    test('an answer that is lost after the platform acted is unknown', async () => {
      const { rig, send } = stand();
      await rig.write('hi');
      rig.loseAnswer();
      expect((await send()).kind).toBe('unknown');
      expect(rig.visible().length).toBe(1);
    });

    test('an unreachable platform is passing trouble: surely nothing was sent', async () => {
      const { rig, send } = stand();
      await rig.stop();
      expect((await send()).kind).toBe('transient');
    });

    test('a send aborted before it began is surely not sent', async () => {
      const { rig, send } = stand();
      await rig.write('hi');
      expect((await send({}, AbortSignal.abort())).kind).toBe('transient');
      expect(rig.visible()).toEqual([]);
    });

    test('the same key twice: one message exactly where sending is idempotent', async () => {
      const { account, rig, send } = stand();
      await rig.write('hi');
      const idempotencyKey = Buffer.alloc(16, 7).toString('base64url');
      await send({ idempotencyKey });
      await send({ idempotencyKey });
      expect(rig.visible().length).toBe(account.capabilities.idempotentSend ? 1 : 2);
    });

    test('an unknown send can be looked up where the platform allows it', async () => {
      const { account, deps, rig, request, signal } = stand();
      if (account.reconcile === undefined) return;
      await rig.write('hi');
      rig.loseAnswer();
      const lost = request();
      expect((await account.send(lost, signal)).kind).toBe('unknown');
      const externalId = rig.visible()[0]?.externalId ?? '';
      expect(await account.reconcile(lost, signal)).toEqual({ kind: 'sent', externalId });
      // From here on it is that row's: another with the same words was not sent.
      deps.records.ours.add(externalId);
      expect(await account.reconcile(request(), signal)).toEqual({ kind: 'absent' });
    });
  });
}
