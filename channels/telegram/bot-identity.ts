import { integerOf, recordOf, stringOf } from '../shared/read-unknown.ts';
import type { BotIdentity } from './group-rules.ts';
import type { TelegramApi } from './transport/api.ts';

/** Who the bot is: its id from the token at once, its username as soon as Telegram was asked. */
export interface IdentitySource {
  /** What is known now; the username is null until {@link IdentitySource.learn} worked. */
  current(): BotIdentity;
  /** Asks Telegram. @throws {TelegramCallError} */
  learn(signal: AbortSignal): Promise<BotIdentity>;
  /** Asks in the background unless the username is known or being asked for; failures are tried again later. */
  learnSoon(): void;
  /** Ends background asking. */
  close(): void;
}

/** How long after a failed background question the next one may go out. */
const ASK_AGAIN_MS = 5_000;

/** @param onLearned told whenever Telegram was asked: the username, and whether the bot reads all messages of its groups */
export function createIdentitySource(
  api: TelegramApi,
  token: string,
  onLearned: (username: string | null, readsAllGroupMessages: boolean) => void = () => undefined,
): IdentitySource {
  const closing = new AbortController();
  let known: BotIdentity = { id: Number(token.slice(0, token.indexOf(':'))), username: null };
  let nextAskMs = 0;

  const learn = async (signal: AbortSignal): Promise<BotIdentity> => {
    const me = recordOf(await api.call('getMe', {}, signal));
    known = { id: integerOf(me?.['id']) ?? known.id, username: stringOf(me?.['username']) };
    onLearned(known.username, me?.['can_read_all_group_messages'] === true);
    return known;
  };

  return {
    current: () => known,
    learn,
    learnSoon() {
      if (known.username !== null || performance.now() < nextAskMs) return;
      nextAskMs = performance.now() + ASK_AGAIN_MS;
      // Failure changes nothing: until the name is known every mention counts as ours.
      learn(closing.signal).catch(() => undefined);
    },
    close: () => closing.abort(),
  };
}
