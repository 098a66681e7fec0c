import { CornerUpRight, Forward, LogIn } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Message } from '../api/model.ts';
import { announce } from '../app/announcements.ts';
import { classNames } from '../components/class-names.ts';
import { type Text, useText } from '../i18n/text.ts';
import { useTimes } from '../i18n/times.ts';
import { previewWords } from '../media/stand-in.ts';
import { jumpTo } from './jump.ts';

/** The server names authors of ours in English. */
function quotedAuthor(author: string, contactName: string, t: Text): string {
  if (author === contactName) return author;
  if (author === 'Bot') return t('author.bot');
  return author === 'Agent' ? t('author.agent') : author;
}

/** What stands above a message's own words: where it was forwarded from, what it answers, how the customer came. */
export function ContextLines(props: { message: Message; contactName: string; className?: string }): ReactNode {
  const { message, contactName } = props;
  const t = useText();
  const { extras, replyTo, entry } = message;
  const forwarded = extras?.forwardedFrom;
  const quote = extras?.quote;
  if (entry === null && forwarded === undefined && replyTo === null && quote === undefined) return null;
  return (
    <div className={classNames('flex min-w-0 flex-col items-start gap-1', props.className)}>
      {entry !== null && (
        <p className="flex items-start gap-1 text-xs text-muted">
          <LogIn size={12} aria-hidden className="mt-0.75 shrink-0" />
          <span className="min-w-0 wrap-anywhere">{entryWords(entry, t)}</span>
        </p>
      )}
      {forwarded !== undefined && <Forwarded from={forwarded} />}
      {replyTo !== null ? (
        <button
          type="button"
          onClick={() => {
            if (!jumpTo(replyTo.id)) announce(t('thread.quoteNotLoaded'));
          }}
          className="flex max-w-full min-w-0 flex-col rounded-sm border-s-2 border-accent bg-hover py-0.5 ps-2 pe-2 text-start text-xs hover:bg-sunken"
        >
          <span className="sr-only">{t('thread.toQuoted')} </span>
          <Quoted
            author={quotedAuthor(replyTo.author, contactName, t)}
            text={quote?.text ?? previewWords(replyTo.text, t)}
          />
        </button>
      ) : (
        quote !== undefined && (
          <blockquote className="flex max-w-full min-w-0 flex-col rounded-sm border-s-2 border-line-strong bg-hover py-0.5 ps-2 pe-2 text-xs">
            <Quoted author={quote.author} text={quote.text} />
          </blockquote>
        )
      )}
    </div>
  );
}

function Quoted({ author, text }: { author: string | null; text: string }): ReactNode {
  const t = useText();
  return (
    <>
      {author !== null && (
        <bdi className="flex items-center gap-1 font-medium text-accent-text">
          <CornerUpRight size={11} aria-hidden className="shrink-0" />
          {author}
        </bdi>
      )}
      <span dir="auto" className="line-clamp-2 text-muted wrap-anywhere">
        {text === '' ? t('list.noText') : text}
      </span>
    </>
  );
}

/** Anybody may forward anything under any name: it is shown, and is never a link. */
function Forwarded({ from }: { from: NonNullable<NonNullable<Message['extras']>['forwardedFrom']> }): ReactNode {
  const t = useText();
  const times = useTimes();
  const named = from.name !== '';
  return (
    <p
      title={from.atMs === null ? undefined : times.exact(from.atMs)}
      className="flex items-center gap-1 text-xs text-muted italic"
    >
      <Forward size={12} aria-hidden className="shrink-0" />
      <span className="min-w-0 wrap-anywhere">
        {named ? t(`forwarded.${from.kind}`, { name: from.name }) : t('forwarded.nobody')}
      </span>
    </p>
  );
}

const CALLS = ['mention', 'quote', 'reply'] as const;

/** What led to a message: how a post called us, or the payload of a link. */
function entryWords(entry: string, t: Text): string {
  const called = CALLS.find((one) => entry === `x:${one}`);
  return called === undefined ? t('thread.entry', { entry }) : t(`thread.called.${called}`);
}
