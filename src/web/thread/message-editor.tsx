import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { Message } from '../api/model.ts';
import { Button } from '../components/button.tsx';
import { useText } from '../i18n/text.ts';
import { useThreadTools } from './thread-tools.ts';

/** Changes a message of ours where it stands. Enter saves, Shift+Enter breaks the line, Esc leaves it as it is. */
export function MessageEditor({ message, onClose }: { message: Message; onClose(): void }): ReactNode {
  const t = useText();
  const { edit } = useThreadTools();
  const before = message.extras?.standIn === undefined ? message.text : '';
  const [text, setText] = useState(before);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = box.current;
    // After the menu it came from has given the focus back.
    const timer = setTimeout(() => {
      element?.focus();
      element?.setSelectionRange(element.value.length, element.value.length);
    });
    return () => clearTimeout(timer);
  }, []);
  const said = text.trim();
  const able = said !== '' && said !== before && !busy;

  const save = (): void => {
    if (!able) return;
    setBusy(true);
    void edit(message.id, said).then((taken) => {
      if (taken) onClose();
      else setBusy(false);
    });
  };
  const pressed = (event: KeyboardEvent): void => {
    // Enter that ends a composition is the input method's.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      save();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
  };
  return (
    <div className="flex w-120 max-w-full min-w-0 flex-col gap-1.5 rounded-lg border border-accent bg-surface p-2">
      <textarea
        ref={box}
        dir="auto"
        rows={2}
        value={text}
        disabled={busy}
        aria-label={t('message.editLabel')}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={pressed}
        className="max-h-64 min-h-12 w-full resize-none field-sizing-content bg-transparent px-1 text-m outline-none"
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <span className="min-w-0 flex-1 text-2xs text-muted">{t('message.editHint')}</span>
        <Button size="s" look="quiet" onClick={onClose}>
          {t('message.cancel')}
        </Button>
        <Button size="s" disabled={!able} onClick={save}>
          {t('message.save')}
        </Button>
      </div>
    </div>
  );
}
