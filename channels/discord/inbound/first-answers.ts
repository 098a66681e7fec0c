import type { Log } from '../../../src/core/ports/log.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { BUTTON_COMMAND, CONTACT_BUTTON_ID, formFor, invitationFor, SUPPORT_COMMAND } from '../form.ts';
import { snowflakeOf } from '../ids.ts';
import { respond } from '../respond.ts';
import type { DiscordGatewayPayload, DiscordRest } from '../transport/ports.ts';
import { type Fields, INTERACTION_TYPE } from './dispatch.ts';
import { asksForPrivate } from './private-threads.ts';
import { createRecent } from './recent.ts';

/** First answers to interactions, for which Discord waits three seconds. */
export interface FirstAnswers {
  /**
   * Opens the form, or shows that a form is being taken; once for an interaction, however often it comes. Resolves when that is done
   * or was given up, at once for all else; never rejects.
   */
  answer(payload: Pick<DiscordGatewayPayload, 't' | 'd'>): Promise<void>;
}

const ANSWERS_KEPT = 10_000;

/** Deferred, seen by its sender alone (interactions/receiving-and-responding). */
const WAIT_PLEASE = { type: 5, data: { flags: 1 << 6 } };

/** @param signal ends the account */
export function createFirstAnswers({ rest, log }: { rest: DiscordRest; log: Log }, signal: AbortSignal): FirstAnswers {
  const given = createRecent<Promise<void>>(ANSWERS_KEPT);

  /** Trouble here is not the customer's message: it is logged and that is all. */
  async function tell(to: { id: string; token: string }, answer: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      await respond(rest, to, answer, signal);
    } catch (error) {
      log.warn(
        { interactionId: to.id, error: error instanceof Error ? error.name : typeof error },
        'interaction not answered',
      );
    }
  }

  return {
    async answer({ t, d }) {
      if (t !== 'INTERACTION_CREATE') return;
      const interaction = recordOf(d);
      const answer = answerTo(interaction);
      const id = snowflakeOf(interaction?.['id']);
      const token = stringOf(interaction?.['token']);
      if (answer === null || id === null || token === null) return;
      const begun = given.get(id) ?? tell({ id, token }, answer);
      given.set(id, begun);
      await begun;
    },
  };
}

function answerTo(interaction: Fields | null): Readonly<Record<string, unknown>> | null {
  const data = recordOf(interaction?.['data']);
  const locale = stringOf(interaction?.['locale']) ?? '';
  const type = integerOf(interaction?.['type']);
  if (type === INTERACTION_TYPE.command && data?.['name'] === SUPPORT_COMMAND) return formFor(locale);
  if (type === INTERACTION_TYPE.command && data?.['name'] === BUTTON_COMMAND) {
    return invitationFor(stringOf(interaction?.['guild_locale']) ?? locale);
  }
  if (type === INTERACTION_TYPE.component && data?.['custom_id'] === CONTACT_BUTTON_ID) return formFor(locale);
  return asksForPrivate(interaction) === null ? null : WAIT_PLEASE;
}
