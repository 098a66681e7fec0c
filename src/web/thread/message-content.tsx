import type { ReactNode } from 'react';
import type { Message } from '../api/model.ts';
import { useText } from '../i18n/text.ts';
import { listedFiles } from '../letters/letter-facts.ts';
import { LetterHead } from '../letters/letter-head.tsx';
import { LetterViews } from '../letters/letter-views.tsx';
import { AttachmentList } from '../media/attachment-list.tsx';
import type { FileOwner } from '../media/file-facts.ts';
import { SpecialThing } from '../media/special-content.tsx';
import { previewWords } from '../media/stand-in.ts';
import { roomOf } from './bubble-room.ts';
import { MessageBody } from './message-body.tsx';

/** Whether each file has words of its own; else the words stand once, below all of them. */
function captionedApart({ attachments }: Message): boolean {
  return attachments.filter(({ caption }) => caption !== null && caption !== '').length > 1;
}

/** What a sticker stands for: the platform's emoji, which stands in for it in texts. */
function stickerEmoji({ text, extras }: Message): string | null {
  return extras?.standIn === undefined ? null : (/^\[sticker\] (.+)$/u.exec(text)?.[1] ?? null);
}

/** What a message says and shows. Where the text only stands in for a thing, the thing is shown in its place. */
export function MessageContent(props: {
  message: Message;
  owner: Omit<FileOwner, 'emoji'>;
  /** Of a letter: it is another one than the conversation's. */
  subjectShown?: boolean;
}): ReactNode {
  const { message, owner } = props;
  const { extras, text } = message;
  const attachments = listedFiles(message);
  const letter = extras?.letter;
  const t = useText();
  const standsIn = extras?.standIn !== undefined;
  const content = extras?.content;
  const things = attachments.length > 0 || content !== undefined;
  const apart = captionedApart(message);
  // A press says what it pressed.
  const isLabel = content?.type === 'button' && content.label === text;
  const said = !standsIn && text !== '' && !apart && !isLabel;
  return (
    <>
      {letter !== undefined && (
        <LetterHead message={message} letter={letter} subjectShown={props.subjectShown ?? true} />
      )}
      {attachments.length > 0 && (
        <AttachmentList files={attachments} owner={{ ...owner, emoji: stickerEmoji(message) }} captioned={apart} />
      )}
      {content !== undefined && <SpecialThing content={content} />}
      {said && (
        <div className={roomOf(message) === 'words' ? undefined : 'px-2 py-0.5'}>
          <MessageBody message={message} />
        </div>
      )}
      {letter !== undefined && <LetterViews message={message} letter={letter} />}
      {!said && !things && (
        <p className="text-muted italic">{text === '' ? t('list.noText') : previewWords(text, t)}</p>
      )}
      {extras?.buttons !== undefined && <Buttons rows={extras.buttons} />}
    </>
  );
}

/** Buttons the customer has below a message of ours; here they are only told of. */
function Buttons({ rows }: { rows: NonNullable<NonNullable<Message['extras']>['buttons']> }): ReactNode {
  const t = useText();
  return (
    <ul aria-label={t('thread.buttons')} className="mt-1 flex flex-wrap gap-1">
      {rows.flat().map((button, index) => (
        <li key={index} className="rounded-sm border border-line bg-surface px-2 py-0.5 text-xs text-muted">
          {button.label}
        </li>
      ))}
    </ul>
  );
}
