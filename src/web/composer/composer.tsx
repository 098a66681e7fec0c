import { CornerDownLeft, Lock, SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Conversation } from '../api/model.ts';
import { useDesk, useLiveState } from '../app/desk.tsx';
import { Button } from '../components/button.tsx';
import { channelName } from '../components/channel-mark.tsx';
import { classNames } from '../components/class-names.ts';
import { Keys } from '../components/keys.tsx';
import { Segments } from '../components/segments.tsx';
import { useText } from '../i18n/text.ts';
import { useCommand } from '../keyboard/commands.ts';
import { usePreferences } from '../preferences/preferences.ts';
import type { Draft } from './drafts.ts';
import { noteLength } from './length.ts';
import { sendKeys, sends } from './send-key.ts';

/** Where the answer is written, and notes for colleagues, which can not be mistaken for one. */
export function Composer({ conversation }: { conversation: Conversation }): ReactNode {
  const t = useText();
  const { drafts, outbox } = useDesk();
  const { enterSends } = usePreferences();
  const away = useLiveState() === 'away';
  const [draft, setDraft] = useState<Draft>(() => drafts.read(conversation.id));
  const box = useRef<HTMLTextAreaElement>(null);
  const { mode } = draft;
  const text = draft[mode];
  const note = mode === 'note';
  const via = `${channelName(conversation.channel)} · ${conversation.accountId}`;
  const length = noteLength(note ? '' : conversation.channel, text);
  const empty = text.trim() === '';

  const change = (next: Draft): void => {
    setDraft(next);
    drafts.write(conversation.id, next);
  };
  const send = (): void => {
    if (empty || length?.tooLong === true) return;
    outbox.add({ conversationId: conversation.id, kind: mode, text: text.trim() });
    change({ ...draft, [mode]: '' });
    box.current?.focus();
  };
  const write = (wanted: Draft['mode']): void => {
    setDraft((now) => ({ ...now, mode: wanted }));
    box.current?.focus();
  };
  useCommand('reply', () => write('reply'));
  useCommand('note', () => write('note'));
  useFittingHeight(box, text);

  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { key, shiftKey, ctrlKey, metaKey, nativeEvent } = event;
    const composing = nativeEvent.isComposing || nativeEvent.keyCode === 229;
    if (!sends({ key, shift: shiftKey, modified: ctrlKey || metaKey, composing }, enterSends)) return;
    event.preventDefault();
    send();
  };

  return (
    <section aria-label={t('composer.label')} className="mx-auto w-full max-w-4xl px-4 pb-4">
      <div
        className={classNames(
          'flex flex-col rounded-lg border transition-colors focus-within:border-accent',
          note ? 'border-dashed border-warn-line bg-warn-soft' : 'border-line-strong bg-surface',
        )}
      >
        <div className="flex items-center gap-2 px-2 pt-2">
          <Segments
            label={t('composer.mode')}
            value={mode}
            onChange={write}
            choices={[
              { value: 'reply', label: t('composer.reply') },
              { value: 'note', label: t('composer.note'), icon: <Lock size={11} aria-hidden /> },
            ]}
          />
          <span className="min-w-0 truncate text-xs text-muted">
            {note ? t('composer.noteHint') : t('composer.via', { via })}
          </span>
        </div>
        <textarea
          ref={box}
          value={text}
          dir="auto"
          rows={2}
          onChange={(event) => change({ ...draft, [mode]: event.target.value })}
          onKeyDown={pressed}
          aria-label={note ? t('composer.noteLabel') : t('composer.replyLabel', { name: conversation.contact.name })}
          placeholder={
            note ? t('composer.notePlaceholder') : t('composer.placeholder', { name: conversation.contact.name })
          }
          aria-describedby="composer-told"
          className="max-h-64 min-h-14 w-full resize-none field-sizing-content bg-transparent px-3 py-2 text-m outline-none placeholder:text-muted"
        />
        <div className="flex items-center gap-3 px-2 pb-2">
          <p id="composer-told" className="min-w-0 flex-1 ps-1 text-2xs text-muted">
            {length === null ? (
              <span className="hidden items-center gap-1 @md/thread:inline-flex">
                <Keys keys={sendKeys(enterSends)} /> {t('composer.toSend')}
              </span>
            ) : (
              <span className={length.tooLong ? 'text-bad-text' : length.parts > 1 ? 'text-warn-text' : undefined}>
                <span className="tabular-nums">{t('composer.length', { used: length.used, max: length.max })}</span>
                {length.tooLong && ` · ${t('composer.tooLong')}`}
                {length.parts > 1 && ` · ${t('composer.split', { count: length.parts })}`}
              </span>
            )}
          </p>
          <Button
            look={note ? 'plain' : 'primary'}
            disabled={empty || length?.tooLong === true}
            icon={note ? <CornerDownLeft size={14} aria-hidden /> : <SendHorizontal size={14} aria-hidden />}
            onClick={send}
          >
            {note ? t('composer.addNote') : away ? t('composer.sendLater') : t('composer.send')}
          </Button>
        </div>
      </div>
    </section>
  );
}

/** For browsers without `field-sizing`: the box is as high as what is in it. */
function useFittingHeight(box: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  const [fits] = useState(() => CSS.supports('field-sizing', 'content'));
  useLayoutEffect(() => {
    const element = box.current;
    if (fits || element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [box, fits, text]);
  useEffect(() => {
    // On a desk the next thing after opening is reading or a key; on a phone the keyboard would cover the thread.
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [box]);
}
