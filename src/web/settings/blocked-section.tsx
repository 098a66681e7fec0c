import { useQuery } from '@tanstack/react-query';
import { Ban } from 'lucide-react';
import type { ReactNode } from 'react';
import { deleteBlock, fetchBlocks } from '../api/calls.ts';
import { asFailure } from '../api/failure.ts';
import { announceFailure } from '../app/announcements.ts';
import { useDesk } from '../app/desk.tsx';
import { queries } from '../app/queries.ts';
import { useBlockWords } from '../blocks/words.ts';
import { Avatar } from '../components/avatar.tsx';
import { Blank } from '../components/blank.tsx';
import { Button } from '../components/button.tsx';
import { Trouble } from '../components/trouble.tsx';
import { Ago } from '../i18n/moment.tsx';
import { useTimes } from '../i18n/times.ts';
import { Link } from '../router/router.tsx';

/** Who is blocked, by whom and why, each with a way back. */
export function BlockedSection(): ReactNode {
  const t = useBlockWords();
  const times = useTimes();
  const { readOnly } = useDesk();
  const blocks = useQuery({ queryKey: ['blocks'], queryFn: fetchBlocks, staleTime: 0 });
  if (blocks.isError) return <Trouble failure={asFailure(blocks.error)} onRetry={() => void blocks.refetch()} />;
  const undo = (conversationId: string): void => {
    void deleteBlock(conversationId)
      .catch(announceFailure)
      .finally(() => {
        void blocks.refetch();
        void queries.invalidateQueries({ queryKey: ['list'] });
      });
  };
  const items = blocks.data?.items ?? [];
  return (
    <>
      <p className="-mt-4 text-s text-muted">{t('blocks.lead')}</p>
      {blocks.data !== undefined && items.length === 0 && (
        <Blank icon={<Ban size={18} aria-hidden />} title={t('blocks.none')}>
          {t('blocks.noneHint')}
        </Blank>
      )}
      {items.length > 0 && (
        <ul className="flex flex-col rounded-lg border border-line">
          {items.map((one) => (
            <li
              key={one.id}
              className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-3 last:border-b-0"
            >
              <Avatar name={one.contact.name} id={one.contact.id} />
              <div className="min-w-0 flex-1">
                <p className="flex min-w-0 items-center gap-2 text-s">
                  <Link
                    to={{ page: 'inbox', view: 'all', conversationId: one.conversationId }}
                    aria-label={t('blocks.open', { name: one.contact.name })}
                    className="min-w-0 truncate font-medium hover:underline"
                  >
                    {one.contact.name}
                  </Link>
                  <span className="shrink-0 text-xs text-muted">
                    {one.until === null
                      ? t('blocks.good')
                      : t('blocks.until', { time: times.exact(Date.parse(one.until)) })}
                  </span>
                </p>
                <p dir="auto" className="text-s wrap-anywhere">
                  {one.reason}
                </p>
                <p className="text-xs text-muted">
                  {t('blocks.by', { name: one.agent.name })} · <Ago at={one.blockedAt} />
                </p>
              </div>
              <Button
                size="s"
                disabled={readOnly}
                aria-label={t('blocks.undoWhom', { name: one.contact.name })}
                onClick={() => undo(one.conversationId)}
              >
                {t('blocks.undo')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {blocks.data?.more === true && <p className="text-xs text-muted">{t('blocks.more')}</p>}
    </>
  );
}
