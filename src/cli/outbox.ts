import { ParleyError } from '../core/errors.ts';
import { createUuidV7, systemClock } from '../core/ids-and-time.ts';
import { brandId } from '../core/model/ids.ts';
import { createPeopleStore } from '../store/people-store.ts';
import { configurationOf } from './configuration.ts';
import { operator } from './operator.ts';
import { age, say, table } from './output.ts';
import { withStore } from './store-access.ts';

export interface OutboxOptions {
  config?: string | undefined;
  json?: boolean | undefined;
  limit: number;
}

/** `parley outbox list`: parts that need a person, oldest first. */
export function outboxList(options: OutboxOptions): Promise<void> {
  const { config } = configurationOf(options);
  return withStore(config, async ({ db }) => {
    const rows = await db
      .selectFrom('delivery as d')
      .innerJoin('conversation as c', 'c.id', 'd.conversation_id')
      .select([
        'd.id',
        'd.state',
        'd.class',
        'd.account_id',
        'c.number',
        'd.error_kind',
        'd.error',
        'd.attempt',
        'd.created_at',
      ])
      .where('d.attention_at', 'is not', null)
      // What was sent again by a person is settled.
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('delivery as again').select('again.id').whereRef('again.resend_of', '=', 'd.id'))),
      )
      .orderBy('d.created_at')
      .limit(options.limit)
      .execute();
    if (options.json === true) {
      say(JSON.stringify(rows, null, 2));
      return;
    }
    if (rows.length === 0) {
      say('Nothing needs review and nothing has failed.');
      return;
    }
    const cells = rows.map((row) => [
      row.id,
      row.state,
      row.class,
      row.account_id,
      `#${row.number}`,
      age(Date.now() - row.created_at.getTime()),
      row.error ?? '',
    ]);
    say(table(['ID', 'STATE', 'CLASS', 'ACCOUNT', 'CONVERSATION', 'AGE', 'WHY'], cells));
    say('\nSend one again: parley outbox retry ID   Settle one under review: parley outbox discard ID');
  });
}

const MEANING: Readonly<Record<string, string>> = {
  gone: 'there is no such part',
  resent: 'it was sent again already',
  failed: 'it has failed for good, there is nothing to discard; retry sends it again',
};

/** `parley outbox retry|discard ID`. @throws {ParleyError} when its state does not allow it */
export function outboxReview(
  options: { config?: string | undefined },
  id: string,
  verdict: 'resend' | 'dismiss',
): Promise<void> {
  checkUuid(id);
  const { config } = configurationOf(options);
  return withStore(config, async (database) => {
    const people = createPeopleStore(database, createUuidV7(systemClock));
    const outcome = await people.review(brandId(id), verdict, operator());
    if (outcome !== 'ok') {
      throw new ParleyError('review', `part ${id} is left as it is: ${MEANING[outcome] ?? `its state is ${outcome}`}`, {
        mend: 'parley outbox list shows what can be retried or discarded',
      });
    }
    say(verdict === 'resend' ? `${id} is sent again, as a new part at the end of its thread.` : `${id} is settled.`);
  });
}

/** @throws {ParleyError} for what cannot be an id */
export function checkUuid(id: string): void {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
    throw new ParleyError('bad_id', `"${id}" is no id`, { mend: 'take it from the list, all 36 characters of it' });
  }
}
