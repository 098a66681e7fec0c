import { CircleX, Clock, Lock, Paperclip } from 'lucide-react';
import type { ReactNode } from 'react';
import { useDesk, useLiveState } from '../app/desk.tsx';
import { Avatar } from '../components/avatar.tsx';
import { Button } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { FailureWords } from '../components/failure-words.tsx';
import { useText } from '../i18n/text.ts';
import { previewWords } from '../media/stand-in.ts';
import type { Outgoing } from '../outbox/outgoing.ts';
import { bubbleLook } from './bubble.tsx';

/** What the agent wrote and the server has not confirmed: there at once, and honest about where it is. */
export function OutgoingGroup(props: { entries: readonly Outgoing[]; name: string; id: string }): ReactNode {
  const t = useText();
  return (
    <div className="flex flex-row-reverse gap-2.5">
      <Avatar name={props.name} id={props.id} />
      <div className="flex min-w-0 max-w-[min(36rem,85%)] flex-col items-end gap-1">
        <span className="text-xs font-medium">{t('owner.you')}</span>
        {props.entries.map((one) => (
          <OutgoingBubble key={one.id} one={one} />
        ))}
      </div>
    </div>
  );
}

function OutgoingBubble({ one }: { one: Outgoing }): ReactNode {
  const t = useText();
  const { drafts, outbox, readOnly } = useDesk();
  const away = useLiveState() === 'away';
  const refused = one.state === 'refused';
  const words = one.state === 'queued' && away ? t('outgoing.waiting') : t('outgoing.sending');
  return (
    <article data-outgoing={one.state} className="flex max-w-full flex-col items-end gap-1">
      <div
        dir="auto"
        className={classNames(
          'w-fit max-w-full rounded-lg border px-3 py-1.5 text-m wrap-anywhere whitespace-pre-wrap',
          bubbleLook(one.kind === 'note' ? 'note' : 'outbound', 'agent'),
        )}
      >
        {one.kind === 'note' && <Lock size={12} aria-hidden className="me-1 inline" />}
        {one.answered !== null && (
          <p className="border-s-2 border-accent ps-2 text-xs text-muted">
            <span className="line-clamp-2">{previewWords(one.answered.text, t)}</span>
          </p>
        )}
        {one.files.map((file) => (
          <p key={file.id} className="flex items-center gap-1.5 text-s">
            <Paperclip size={13} aria-hidden className="shrink-0 text-muted" />
            <bdi className="min-w-0 truncate">{file.name ?? t(`kind.${file.kind ?? 'document'}`)}</bdi>
          </p>
        ))}
        {one.text}
      </div>
      {refused ? (
        <div className="flex flex-wrap items-center justify-end gap-2">
          <span className="inline-flex items-center gap-1 text-2xs text-bad-text">
            <CircleX size={12} aria-hidden />
            {t('outgoing.refused')}
            {one.reason !== null && (
              <>
                {' · '}
                <FailureWords failure={{ code: one.code ?? '', message: one.reason, mend: undefined, fields: [] }} />
              </>
            )}
          </span>
          {!readOnly && (
            <>
              <Button size="s" onClick={() => outbox.retry(one.id)}>
                {t('delivery.sendAgain')}
              </Button>
              {one.files.length === 0 && (
                <Button
                  size="s"
                  onClick={() => {
                    outbox.forget([one.id]);
                    drafts.giveBack(one.conversationId, one.kind, one.text);
                  }}
                >
                  {t('outgoing.change')}
                </Button>
              )}
              <Button size="s" look="quiet" onClick={() => outbox.forget([one.id])}>
                {t('outgoing.discard')}
              </Button>
            </>
          )}
        </div>
      ) : (
        <span className="inline-flex items-center gap-1 text-2xs text-faint">
          <Clock size={12} aria-hidden />
          {words}
        </span>
      )}
    </article>
  );
}
