import { MessageCircle } from 'lucide-react';
import { type ReactNode, useCallback, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { usePreferences } from '../../preferences/preferences.ts';
import { NewPersonForm } from '../new-person-form.tsx';
import { PersonPicker } from '../person-picker.tsx';
import type { SandboxState } from '../sandbox-api.ts';
import { useWords } from '../words.ts';
import { useChatFrame } from './use-chat-frame.ts';
import { addVisitor } from './visitor-api.ts';

const NOBODY: ReadonlyMap<string, number> = new Map();

/** Who is on the demo site, and the chat as the site shows it to the one who is chosen. */
export function WebChatPane(props: {
  state: SandboxState;
  /** Whether it can be seen. */
  shown: boolean;
  order(run: () => Promise<unknown>): void;
}): ReactNode {
  const { state, shown, order } = props;
  const { visitors, page } = state.webChat;
  const t = useWords();
  const { language } = usePreferences();
  const [chosen, setChosen] = useState(visitors[0]?.id);
  const [adding, setAdding] = useState(false);
  const [open, setOpen] = useState(true);
  const visitor = visitors.find(({ id }) => id === chosen) ?? visitors[0];
  const onClose = useCallback(() => setOpen(false), []);
  const onFailure = useCallback((error: unknown) => order(() => Promise.reject(error)), [order]);
  const { frame, unread } = useChatFrame({ visitor: visitor?.id ?? '', shown: shown && open, onClose, onFailure });
  if (visitor === undefined) return null;
  const nameOf = (name: string | null): string => name ?? t('web.stranger');

  return (
    <div className="flex h-full min-h-0 flex-col gap-2 px-3 pb-3">
      <PersonPicker<string>
        label={t('web.visitors')}
        addLabel={t('web.add')}
        people={visitors.map(({ id, name }) => ({ id, name: nameOf(name) }))}
        chosen={visitor.id}
        unread={unread > 0 ? new Map([[visitor.id, unread]]) : NOBODY}
        onChoose={setChosen}
        onAdd={() => setAdding(true)}
      />
      {adding && (
        <NewPersonForm
          onCancel={() => setAdding(false)}
          onAdd={(name) =>
            order(async () => {
              const { webChat } = await addVisitor(name);
              setChosen(webChat.visitors.at(-1)?.id);
              setAdding(false);
            })
          }
        />
      )}
      <section
        aria-label={t('web.of', { name: nameOf(visitor.name) })}
        // Stays while somebody is added: a frame that is taken away begins anew.
        hidden={adding}
        className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface shadow-(--shadow-raised)"
      >
        <p className="shrink-0 border-b border-line px-3.5 py-2 text-xs text-muted">
          {visitor.name === null ? t('web.unknown') : t('web.signed', { name: visitor.name })}
        </p>
        {!open && (
          <div className="m-auto">
            <Button icon={<MessageCircle aria-hidden size={14} />} onClick={() => setOpen(true)}>
              {t('web.open')}
            </Button>
          </div>
        )}
        <iframe
          ref={frame}
          src={`${page}?lang=${language}`}
          title={t('web.frame', { name: nameOf(visitor.name) })}
          hidden={!open}
          className="min-h-0 w-full flex-1 border-0"
        />
      </section>
    </div>
  );
}
