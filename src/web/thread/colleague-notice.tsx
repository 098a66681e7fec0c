import { Users } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useDesk } from '../app/desk.tsx';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';
import { useText } from '../i18n/text.ts';
import { useNow, useTimes } from '../i18n/times.ts';
import { colleagueDid } from './colleagues.ts';
import type { LoadedThread } from './loaded-thread.ts';

/** Says above the composer that a colleague replied meanwhile, or has the conversation. */
export function ColleagueNotice({ thread }: { thread: LoadedThread }): ReactNode {
  const t = useText();
  const times = useTimes();
  const nowMs = useNow();
  const { session } = useDesk();
  const [seenSeq, setSeenSeq] = useState(() => thread.items.at(-1)?.seq ?? 0);
  const did = colleagueDid(thread.conversation, thread.items, session.agent.id, seenSeq);
  if (did === null) return null;
  const icon = <Users size={14} aria-hidden />;
  if (did.type === 'has-it') {
    return (
      <Notice tone="neutral" icon={icon} className="mb-2">
        {t('colleague.hasIt', { name: did.name })}
      </Notice>
    );
  }
  const atMs = Date.parse(did.at);
  return (
    <Notice
      tone="warn"
      icon={icon}
      className="mb-2"
      actions={
        <Button size="s" onClick={() => setSeenSeq(did.seq)}>
          {t('colleague.seen')}
        </Button>
      }
    >
      {t('colleague.replied', { name: did.name, time: times.brief(atMs, Math.max(nowMs, atMs)) })}
    </Notice>
  );
}
