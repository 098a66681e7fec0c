import { CornerDownLeft, Lock, SendHorizontal } from 'lucide-react';
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { Conversation, Participant } from '../api/model.ts';
import { useDesk, useLiveState, useOutgoing } from '../app/desk.tsx';
import type { ChannelAbilities } from '../channels/abilities.ts';
import { Button } from '../components/button.tsx';
import { channelName } from '../components/channel-mark.tsx';
import { classNames } from '../components/class-names.ts';
import { Segments } from '../components/segments.tsx';
import { useText } from '../i18n/text.ts';
import { useCommand } from '../keyboard/commands.ts';
import { LetterLines } from '../letters/letter-lines.tsx';
import { type AnsweredLetter, letterToSend, letterTrouble, UNTOUCHED } from '../letters/recipients.ts';
import { usePreferences } from '../preferences/preferences.ts';
import type { LoadedThread } from '../thread/loaded-thread.ts';
import { type Answered, AnsweringBar } from './answering-bar.tsx';
import { AttachButton } from './attach-button.tsx';
import { ComposerNote } from './composer-note.tsx';
import type { Draft } from './drafts.ts';
import { noteLength } from './length.ts';
import { PublicStep } from './public-step.tsx';
import { sends } from './send-key.ts';
import { SuggestionCard } from './suggestion-card.tsx';
import { UploadTray } from './upload-tray.tsx';
import type { Upload } from './uploads.ts';
import { useFittingHeight } from './use-fitting-height.ts';
import { useTyping } from './use-typing.ts';
import { useUploads } from './use-uploads.ts';

/** Where the answer is written, and notes for colleagues, which can not be mistaken for one. */
export function Composer(props: {
  conversation: Conversation;
  abilities: ChannelAbilities | null;
  /** Of a channel of letters: what is answered, and who takes part; null: it knows no letters. */
  letters: { answered: AnsweredLetter | null; participants: readonly Participant[] } | null;
  /** The message the next reply answers. */
  answered: Answered | null;
  onAnswered(): void;
  answering: LoadedThread['answering'];
  onPutAside(): Promise<unknown>;
  /** Files that were chosen or pasted. */
  onFiles(files: readonly File[]): void;
}): ReactNode {
  const { conversation, abilities, letters, onFiles } = props;
  const t = useText();
  const { drafts, outbox, uploads } = useDesk();
  const { enterSends } = usePreferences();
  const away = useLiveState() === 'away';
  const [draft, setDraft] = useState<Draft>(() => drafts.read(conversation.id));
  const box = useRef<HTMLTextAreaElement>(null);
  const write = (wanted: Draft['mode']): void => {
    setDraft((now) => ({ ...now, mode: wanted }));
    box.current?.focus();
  };
  useEffect(
    () =>
      drafts.onGivenBack((id) => {
        if (id !== conversation.id) return;
        setDraft(drafts.read(id));
        box.current?.focus();
      }),
    [drafts, conversation.id],
  );
  const files = useUploads(conversation.id, () => write('reply'));
  const typing = useTyping(conversation.id, abilities?.typing === true);
  const { mode } = draft;
  const text = draft[mode];
  const note = mode === 'note';
  const answered = note ? null : props.answered;
  const via = `${channelName(conversation.channel)} · ${conversation.accountId}`;
  const most = conversation.threadKind === 'private' ? (abilities?.text.inPrivate ?? abilities?.text) : abilities?.text;
  const length = noteLength(note || letters !== null ? null : (most ?? null), text);
  const envelope = draft.letter ?? UNTOUCHED;
  const addressed = note || letters === null || letterTrouble(envelope) === null;
  const waits = note ? [] : files;
  const ready = waits.every(({ state }) => state.is === 'there');
  const { publicly, refusal } = props.answering;
  // Asked for this very text and these files: others are asked about anew.
  const [asking, setAsking] = useState<{ text: string; files: readonly Upload[] } | null>(null);
  const able =
    (note || refusal === null) &&
    (text.trim() !== '' || waits.length > 0) &&
    ready &&
    addressed &&
    length?.tooLong !== true;
  const asks = publicly && !note && able && asking?.text === text && asking.files === files;
  // What stands in the composer already, or was answered a moment ago, is proposed no more.
  const answering = useOutgoing().some(
    ({ conversationId, kind, state }) => conversationId === conversation.id && kind === 'reply' && state !== 'refused',
  );
  const proposed = conversation.status === 'resolved' || answering ? null : conversation.suggestion;
  const suggestion = proposed === null || draft.reply.includes(proposed.text.trim()) ? null : proposed;

  const change = (next: Draft): void => {
    setDraft(next);
    drafts.write(conversation.id, next);
  };
  const send = (confirmed = false): void => {
    if (!able) return;
    if (publicly && !note && !confirmed) {
      setAsking({ text, files });
      return;
    }
    setAsking(null);
    outbox.add({
      conversationId: conversation.id,
      kind: mode,
      text: text.trim(),
      files: note ? [] : uploads.take(conversation.id).map(({ id, kind, fileName }) => ({ id, kind, name: fileName })),
      answered,
      letter: note || letters === null ? null : letterToSend(envelope, letters.answered),
      publicly: publicly && !note,
    });
    const { letter: _sent, ...rest } = draft;
    change(note ? { ...draft, note: '' } : { ...rest, reply: '' });
    if (answered !== null) props.onAnswered();
    box.current?.focus();
  };
  const back = (): void => {
    setAsking(null);
    box.current?.focus();
  };
  /** What the agent wrote, and the files beside it, stay for a reply of their own. */
  const sendSuggestion = (words: string): void => {
    outbox.add({
      conversationId: conversation.id,
      kind: 'reply',
      text: words,
      files: [],
      answered: null,
      letter: letters === null ? null : letterToSend(UNTOUCHED, letters.answered),
      publicly,
    });
    box.current?.focus();
  };
  useCommand('reply', () => write('reply'));
  useCommand('note', () => write('note'));
  useFittingHeight(box, text);

  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { key, shiftKey, ctrlKey, metaKey, nativeEvent } = event;
    const composing = nativeEvent.isComposing || nativeEvent.keyCode === 229;
    if (key === 'Escape' && answered !== null && !composing) {
      event.preventDefault();
      props.onAnswered();
      return;
    }
    if (!sends({ key, shift: shiftKey, modified: ctrlKey || metaKey, composing }, enterSends)) return;
    event.preventDefault();
    // A key that is held says nothing more.
    if (!event.repeat) send();
  };
  const pasted = (event: ClipboardEvent): void => {
    const { files: inClipboard, types } = event.clipboardData;
    // Copied from a document there is a picture of the words too: the words are meant.
    if (inClipboard.length === 0 || types.includes('text/plain')) return;
    event.preventDefault();
    onFiles([...inClipboard]);
  };

  return (
    <section aria-label={t('composer.label')} className="mx-auto w-full max-w-4xl px-4 pb-4">
      {suggestion !== null && (
        <SuggestionCard
          key={suggestion.text}
          conversationId={conversation.id}
          text={suggestion.text}
          publicly={publicly}
          onSend={refusal === null ? () => sendSuggestion(suggestion.text) : null}
          onEdit={() => {
            const begun = draft.reply.trim() === '' ? '' : `${draft.reply.trimEnd()}\n\n`;
            change({ ...draft, mode: 'reply', reply: `${begun}${suggestion.text}` });
            box.current?.focus();
          }}
          onPutAside={props.onPutAside}
        />
      )}
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
        {!note && letters !== null && (
          <LetterLines
            draft={envelope}
            answered={letters.answered}
            participants={letters.participants}
            onChange={(letter) => change({ ...draft, letter })}
          />
        )}
        {answered !== null && <AnsweringBar answered={answered} onStop={props.onAnswered} />}
        <UploadTray
          uploads={waits}
          channel={channelName(conversation.channel)}
          onRemove={(id) => uploads.remove(conversation.id, id)}
          onRetry={(id) => uploads.retry(conversation.id, id)}
        />
        <textarea
          ref={box}
          value={text}
          dir="auto"
          rows={2}
          onChange={(event) => {
            change({ ...draft, [mode]: event.target.value });
            if (!note && event.target.value !== '') typing();
          }}
          onKeyDown={pressed}
          onPaste={pasted}
          aria-label={note ? t('composer.noteLabel') : t('composer.replyLabel', { name: conversation.contact.name })}
          placeholder={
            note ? t('composer.notePlaceholder') : t('composer.placeholder', { name: conversation.contact.name })
          }
          aria-describedby="composer-told"
          className="max-h-64 min-h-14 w-full resize-none field-sizing-content bg-transparent px-3 py-2 text-m outline-none placeholder:text-muted"
        />
        <div className="flex items-center gap-3 px-2 pb-2">
          {!note && <AttachButton abilities={abilities} channel={conversation.channel} onFiles={onFiles} />}
          <p id="composer-told" className="min-w-0 flex-1 ps-1 text-2xs text-muted">
            <ComposerNote length={length} uploads={waits} text={text} abilities={abilities} enterSends={enterSends} />
          </p>
          <Button
            look={note ? 'plain' : 'primary'}
            disabled={!able}
            icon={note ? <CornerDownLeft size={14} aria-hidden /> : <SendHorizontal size={14} aria-hidden />}
            onClick={() => send()}
          >
            {note
              ? t('composer.addNote')
              : away
                ? t('composer.sendLater')
                : publicly
                  ? t('composer.sendPublicly')
                  : t('composer.send')}
          </Button>
        </div>
        {asks && (
          <PublicStep
            key={text}
            conversationId={conversation.id}
            text={text}
            onSend={() => send(true)}
            onBack={back}
            onChange={back}
          />
        )}
      </div>
    </section>
  );
}
