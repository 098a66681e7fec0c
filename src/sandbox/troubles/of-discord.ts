import type { DiscordGuild, DiscordSimulator, FaultRule } from '../../../channels/discord/simulator/index.ts';
import type { TroubleKind } from '../contract.ts';
import { SUPPORT_ID } from '../discord/server.ts';
import { createDoor } from './door.ts';
import { beginFault } from './fault-rules.ts';
import { lastingTrouble } from './lasting.ts';
import type { BeginTrouble, Begun } from './troubles.ts';

const SEND = 'POST /channels/:id/messages';
const RULES: Readonly<Partial<Record<TroubleKind, FaultRule>>> = {
  discord_too_many: { kind: 'rate_limited', route: SEND, times: 2, retryAfterSeconds: 3 },
  discord_cut: { kind: 'drop_after', route: SEND, times: 1 },
};

/** GUILD_MEMBERS, GUILD_PRESENCES and MESSAGE_CONTENT, and the same without the last (docs, "Gateway Intents"). */
const ALL_INTENTS = (1 << 1) | (1 << 8) | (1 << 15);
const WITHOUT_CONTENT = (1 << 1) | (1 << 8);
/** How the gateway closes connections of a token that no longer holds, and of a bot that lacks an intent. */
const AUTHENTICATION_FAILED = 4004;
const DISALLOWED_INTENTS = 4014;

export function discordTroubles(simulator: DiscordSimulator, server: DiscordGuild): BeginTrouble {
  const door = createDoor(simulator);
  const states: Readonly<Partial<Record<TroubleKind, () => Begun>>> = {
    discord_away: lastingTrouble(door.shut, door.open),
    discord_rights: lastingTrouble(
      () => server.deny(SUPPORT_ID, 'send'),
      () => server.deny(SUPPORT_ID),
    ),
    discord_token: lastingTrouble(
      () => {
        simulator.revokeToken(true);
        simulator.cut(AUTHENTICATION_FAILED);
      },
      () => simulator.revokeToken(false),
    ),
    discord_intent: lastingTrouble(
      () => {
        simulator.grantIntents(WITHOUT_CONTENT);
        simulator.forgetSessions();
        simulator.cut(DISALLOWED_INTENTS);
      },
      () => simulator.grantIntents(ALL_INTENTS),
    ),
  };
  return (kind, onStrike) => {
    if (kind === 'discord_session') {
      // The connection is lost, and with it what it could be taken up by: what was written meanwhile is read again.
      simulator.forgetSessions();
      simulator.cut();
      return 'over';
    }
    const { [kind]: state } = states;
    const { [kind]: rule } = RULES;
    return state?.() ?? (rule === undefined ? null : beginFault(simulator.faults, rule, onStrike));
  };
}
