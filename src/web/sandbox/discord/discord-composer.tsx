import { AtSign, FileText, Image, LifeBuoy } from 'lucide-react';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { IconButton } from '../../components/button.tsx';
import { SaidSwitch } from '../said-switch.tsx';
import { AboutLine, TextLine } from '../text-line.tsx';
import { useWords } from '../words.ts';
import type { DiscordPerson, DiscordPlace, DiscordWords } from './discord-api.ts';
import type { About } from './discord-screen.tsx';

type Said = Pick<DiscordWords, 'text' | 'mention' | 'title' | 'picture' | 'file'>;

const NOTHING: Said = { text: '', mention: false, title: '', picture: false, file: false };

interface ComposerProps {
  person: DiscordPerson;
  place: DiscordPlace;
  placeName: string;
  botName: string;
  about: About | undefined;
  onStop(): void;
  onAsk(): void;
  onSend(said: Said): void;
}

/** Where the visitor types as somebody on Discord. */
export function DiscordComposer(props: ComposerProps): ReactNode {
  const { person, place, about, botName } = props;
  const t = useWords();
  const [said, setSaid] = useState(NOTHING);
  const field = useRef<HTMLTextAreaElement>(null);
  const editing = about?.as === 'edit';
  const forum = place.kind === 'forum';

  useEffect(() => {
    if (about === undefined) return;
    if (about.as === 'edit') setSaid({ ...NOTHING, text: about.message.text });
    field.current?.focus();
  }, [about]);

  const send = (): void => {
    if (said.text.trim() === '') return;
    props.onSend({ ...said, text: said.text.trim(), title: said.title.trim() });
    setSaid(NOTHING);
  };
  const stop = (): void => {
    setSaid(NOTHING);
    props.onStop();
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };

  return (
    <form onSubmit={onSubmit} className="flex shrink-0 flex-col gap-1.5 border-t border-line px-3 pt-2 pb-3">
      {about !== undefined && (
        <AboutLine
          words={editing ? t('phone.editing') : t('discord.replying', { author: about.message.author })}
          stopLabel={t('discord.stop')}
          onStop={stop}
        />
      )}
      {!place.support && <p className="text-2xs text-muted">{t('discord.onlyMentions', { bot: botName })}</p>}
      {forum && (
        <input
          aria-label={t('discord.title')}
          placeholder={t('discord.title')}
          value={said.title}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => setSaid({ ...said, title: event.target.value })}
          className="w-full rounded-md border border-line-strong bg-surface px-3 py-1.5 text-s placeholder:text-muted"
        />
      )}
      <TextLine
        ref={field}
        text={said.text}
        label={t('discord.write', { name: person.name })}
        placeholder={
          place.kind === 'direct' ? t('phone.placeholder') : t('discord.placeholder', { place: props.placeName })
        }
        sendLabel={t('phone.send', { name: person.name })}
        maxLength={2000}
        onText={(text) => setSaid({ ...said, text })}
        onSend={send}
        onStop={about === undefined ? null : stop}
      />
      {!editing && (
        <div className="flex gap-0.5">
          <SaidSwitch
            first
            label={t('discord.mention', { bot: botName })}
            Icon={AtSign}
            on={said.mention}
            onChange={(mention) => setSaid({ ...said, mention })}
          />
          {!forum && (
            <>
              <SaidSwitch
                first
                label={t('discord.picture')}
                Icon={Image}
                on={said.picture}
                onChange={(picture) => setSaid({ ...said, picture })}
              />
              <SaidSwitch
                label={t('discord.file')}
                Icon={FileText}
                on={said.file}
                onChange={(file) => setSaid({ ...said, file })}
              />
              <IconButton label={t('discord.command')} tipSide="top" onClick={props.onAsk}>
                <LifeBuoy aria-hidden size={16} />
              </IconButton>
            </>
          )}
        </div>
      )}
    </form>
  );
}
