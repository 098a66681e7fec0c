import { EyeOff, Paperclip, Pencil, Reply, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from '../../components/class-names.ts';
import { useTimes } from '../../i18n/times.ts';
import { useWords } from '../words.ts';
import { attachmentAddress, type DiscordMessage, type DiscordSpot } from './discord-api.ts';

/** Emoji at hand. */
const QUICK = ['👍', '❤️'] as const;

interface BubbleProps {
  spot: DiscordSpot;
  message: DiscordMessage;
  answered: DiscordMessage | undefined;
  onReply(): void;
  onEdit(): void;
  onRemove(): void;
  onPress(button: string): void;
  onReact(emoji: string): void;
}

/** One message in a place: who, when, what, and what can be done with it. */
export function DiscordBubble(props: BubbleProps): ReactNode {
  const { message, answered, spot } = props;
  const t = useWords();
  const times = useTimes();
  return (
    <article
      aria-label={t('discord.message', { author: message.author })}
      className="group/bubble relative rounded-md px-2 py-1 hover:bg-hover"
    >
      {answered !== undefined && (
        <p className="truncate border-s-2 border-line-strong ps-1.5 text-2xs text-muted">
          <span className="sr-only">{t('phone.answers')} </span>
          {answered.author}: {answered.text}
        </p>
      )}
      <p className="flex items-baseline gap-1.5">
        <span className={classNames('truncate text-s font-semibold', message.from === 'support' && 'text-accent-text')}>
          {message.author}
        </span>
        <time dateTime={message.at} className="shrink-0 text-2xs text-muted tabular-nums">
          {times.clock(Date.parse(message.at))}
        </time>
        {message.edited && <span className="text-2xs text-muted">{t('phone.edited')}</span>}
      </p>
      {message.text !== '' && (
        <p dir="auto" className="text-m whitespace-pre-wrap [overflow-wrap:anywhere]">
          {message.text}
        </p>
      )}
      {message.files.map((file, index) =>
        file.picture ? (
          <img
            key={index}
            src={attachmentAddress(spot, index)}
            alt={file.name}
            className="my-0.5 h-36 max-w-56 rounded-md bg-sunken object-cover"
          />
        ) : (
          <p key={index} className="flex items-center gap-1.5 text-s">
            <Paperclip aria-hidden size={14} className="shrink-0" />
            <bdi className="min-w-0 truncate">{file.name}</bdi>
          </p>
        ),
      )}
      <Buttons rows={message.buttons} onPress={props.onPress} />
      {message.reactions.length > 0 && (
        <p className="mt-0.5 flex flex-wrap gap-1">
          {message.reactions.map(({ emoji, count, own }) => (
            <button
              key={emoji}
              type="button"
              aria-pressed={own}
              onClick={() => props.onReact(emoji)}
              className="inline-flex items-center gap-1 rounded-full border border-line bg-surface px-1.5 text-xs tabular-nums aria-pressed:border-line-strong aria-pressed:bg-accent-soft"
            >
              {emoji} {count}
            </button>
          ))}
        </p>
      )}
      {message.onlyForYou ? (
        <p className="flex items-center gap-1 text-2xs text-muted">
          <EyeOff aria-hidden size={12} />
          {t('discord.onlyForYou')}
        </p>
      ) : (
        <Actions {...props} />
      )}
    </article>
  );
}

function Buttons(props: { rows: DiscordMessage['buttons']; onPress(button: string): void }): ReactNode {
  return props.rows.map((row, index) => (
    <div key={index} className="mt-1 flex flex-wrap gap-1">
      {row.map(({ label, url, disabled }) =>
        url === null ? (
          <button
            key={label}
            type="button"
            disabled={disabled}
            onClick={() => props.onPress(label)}
            className="min-h-7 rounded-md border border-line bg-surface px-2.5 text-xs font-medium text-accent-text enabled:hover:bg-hover disabled:opacity-55"
          >
            {label}
          </button>
        ) : (
          <a
            key={label}
            href={url}
            target="_blank"
            rel="noopener noreferrer"
            className="text-xs text-accent-text underline"
          >
            {label}
          </a>
        ),
      )}
    </div>
  ));
}

/** Over the message's edge: there when it is wanted, and no room taken when it is not. */
function Actions({ message, ...props }: BubbleProps): ReactNode {
  const t = useWords();
  const about = message.text === '' ? message.author : message.text.slice(0, 60);
  const look =
    'inline-flex size-6 items-center justify-center rounded-md text-xs text-muted hover:bg-hover hover:text-text';
  return (
    <div className="absolute end-1 -top-2 flex rounded-md border border-line bg-raised opacity-0 group-hover/bubble:opacity-100 focus-within:opacity-100 pointer-coarse:opacity-100">
      {QUICK.map((emoji) => (
        <button
          key={emoji}
          type="button"
          aria-label={`${t('phone.react', { emoji })}: ${about}`}
          onClick={() => props.onReact(emoji)}
          className={look}
        >
          {emoji}
        </button>
      ))}
      <button type="button" aria-label={`${t('discord.reply')}: ${about}`} onClick={props.onReply} className={look}>
        <Reply aria-hidden size={14} />
      </button>
      {message.from === 'customer' && (
        <>
          <button type="button" aria-label={`${t('phone.edit')}: ${about}`} onClick={props.onEdit} className={look}>
            <Pencil aria-hidden size={14} />
          </button>
          <button
            type="button"
            aria-label={`${t('discord.remove')}: ${about}`}
            onClick={props.onRemove}
            className={look}
          >
            <Trash2 aria-hidden size={14} />
          </button>
        </>
      )}
    </div>
  );
}
