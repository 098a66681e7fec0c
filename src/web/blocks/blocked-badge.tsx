import type { ReactNode } from 'react';
import type { Conversation } from '../api/model.ts';
import { Badge } from '../components/badge.tsx';
import { useText } from '../i18n/text.ts';
import { startOfDay, useNow, useTimes } from '../i18n/times.ts';

/** Says that a contact is blocked and until when; goes by itself when the time is over. */
export function BlockedBadge({ block }: { block: NonNullable<Conversation['block']> }): ReactNode {
  const t = useText();
  const times = useTimes();
  const nowMs = useNow();
  if (block.until === null) return <Badge tone="bad">{t('block.forGood')}</Badge>;
  const untilMs = Date.parse(block.until);
  if (untilMs <= nowMs) return null;
  const today = startOfDay(untilMs) === startOfDay(nowMs);
  const day = today ? '' : `${times.day(untilMs, nowMs).toLocaleLowerCase()} `;
  return (
    <span title={times.exact(untilMs)}>
      <Badge tone="bad">{t('block.until', { time: `${day}${times.clock(untilMs)}` })}</Badge>
    </span>
  );
}
