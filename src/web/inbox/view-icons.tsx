import { Bot, CircleCheck, Inbox, Layers, MailWarning, UserRound } from 'lucide-react';
import type { ReactNode } from 'react';
import type { View } from '../router/route.ts';

const ICONS = {
  mine: UserRound,
  unassigned: Inbox,
  all: Layers,
  bot: Bot,
  resolved: CircleCheck,
  filed: MailWarning,
} as const;

/** The view as an icon; its name stands beside it. */
export function ViewIcon({ view }: { view: View }): ReactNode {
  const Icon = ICONS[view];
  return <Icon size={15} aria-hidden className="shrink-0" />;
}
