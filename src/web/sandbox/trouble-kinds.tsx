import {
  Coins,
  Copy,
  EyeOff,
  Gauge,
  Hourglass,
  KeyRound,
  ListOrdered,
  Lock,
  MailWarning,
  MailX,
  PlugZap,
  RotateCcw,
  Scissors,
  ServerCrash,
  Unplug,
  WifiOff,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { TroubleKind } from './sandbox-api.ts';

/** Whose trouble it is. */
export type TroubleGroup = 'telegram' | 'mail' | 'discord' | 'x' | 'web';

/** All trouble but the worker's, by the platform it is at. */
export const TROUBLE_GROUPS: readonly {
  of: TroubleGroup;
  kinds: readonly { kind: TroubleKind; icon: ReactNode }[];
}[] = [
  {
    of: 'telegram',
    kinds: [
      { kind: 'cut_reply', icon: <Scissors aria-hidden size={16} /> },
      { kind: 'too_many', icon: <Gauge aria-hidden size={16} /> },
      { kind: 'slow', icon: <Hourglass aria-hidden size={16} /> },
      { kind: 'server_error', icon: <ServerCrash aria-hidden size={16} /> },
      { kind: 'duplicates', icon: <Copy aria-hidden size={16} /> },
    ],
  },
  {
    of: 'mail',
    kinds: [
      { kind: 'mail_later', icon: <MailWarning aria-hidden size={16} /> },
      { kind: 'mail_bounce', icon: <MailX aria-hidden size={16} /> },
      { kind: 'mail_cut', icon: <Unplug aria-hidden size={16} /> },
      { kind: 'mail_renumbered', icon: <ListOrdered aria-hidden size={16} /> },
    ],
  },
  {
    of: 'discord',
    kinds: [
      { kind: 'discord_cut', icon: <Scissors aria-hidden size={16} /> },
      { kind: 'discord_too_many', icon: <Gauge aria-hidden size={16} /> },
      { kind: 'discord_away', icon: <PlugZap aria-hidden size={16} /> },
      { kind: 'discord_session', icon: <RotateCcw aria-hidden size={16} /> },
      { kind: 'discord_rights', icon: <Lock aria-hidden size={16} /> },
      { kind: 'discord_token', icon: <KeyRound aria-hidden size={16} /> },
      { kind: 'discord_intent', icon: <EyeOff aria-hidden size={16} /> },
    ],
  },
  {
    of: 'x',
    kinds: [
      { kind: 'x_cut', icon: <Scissors aria-hidden size={16} /> },
      { kind: 'x_too_many', icon: <Gauge aria-hidden size={16} /> },
      { kind: 'x_twice', icon: <Copy aria-hidden size={16} /> },
      { kind: 'x_away', icon: <PlugZap aria-hidden size={16} /> },
      { kind: 'x_credits', icon: <Coins aria-hidden size={16} /> },
      { kind: 'x_locked', icon: <Lock aria-hidden size={16} /> },
    ],
  },
  {
    of: 'web',
    kinds: [
      { kind: 'web_cut', icon: <Scissors aria-hidden size={16} /> },
      { kind: 'web_away', icon: <WifiOff aria-hidden size={16} /> },
    ],
  },
];

/** A state rather than something that strikes: it is on until it is stopped, and counts nothing. */
export const LASTING: ReadonlySet<TroubleKind> = new Set([
  'discord_away',
  'discord_rights',
  'discord_token',
  'discord_intent',
  'x_away',
  'x_credits',
  'x_locked',
  'web_away',
]);
