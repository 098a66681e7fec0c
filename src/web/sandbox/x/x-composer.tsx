import { AtSign, Image, Lock } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { SaidSwitch } from '../said-switch.tsx';
import { AboutLine, TextLine } from '../text-line.tsx';
import { useWords } from '../words.ts';

/** What is written, with what can be switched on for it. */
export interface Said {
  text: string;
  mention: boolean;
  picture: boolean;
  encrypted: boolean;
}

/** Where the visitor types as somebody on X. */
export function XComposer(props: {
  /** In public, a post may name us; in private, a message may come encrypted. */
  where: 'posts' | 'directs';
  label: string;
  placeholder: string;
  sendLabel: string;
  handle: string;
  maxLength: number;
  /** The post that is answered or quoted. */
  about: { words: string; onStop(): void } | null;
  onSend(said: Said): void;
}): ReactNode {
  const { where, about, handle } = props;
  const t = useWords();
  const nothing: Said = { text: '', mention: where === 'posts', picture: false, encrypted: false };
  const [said, setSaid] = useState(nothing);
  const send = (): void => {
    if (said.text.trim() === '') return;
    props.onSend({ ...said, text: said.text.trim() });
    setSaid(nothing);
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };
  return (
    <form onSubmit={onSubmit} className="flex shrink-0 flex-col gap-1.5 border-t border-line px-3 pt-2 pb-3">
      {about !== null && <AboutLine words={about.words} stopLabel={t('discord.stop')} onStop={about.onStop} />}
      <TextLine
        text={said.text}
        label={props.label}
        placeholder={props.placeholder}
        sendLabel={props.sendLabel}
        maxLength={props.maxLength}
        onText={(text) => setSaid({ ...said, text })}
        onSend={send}
        onStop={about?.onStop ?? null}
      />
      <div className="flex gap-0.5">
        {where === 'posts' && (
          <SaidSwitch
            first
            label={t('x.mention', { handle })}
            Icon={AtSign}
            on={said.mention}
            onChange={(mention) => setSaid({ ...said, mention })}
          />
        )}
        <SaidSwitch
          first
          label={t('discord.picture')}
          Icon={Image}
          on={said.picture}
          onChange={(picture) => setSaid({ ...said, picture })}
        />
        {where === 'directs' && (
          <SaidSwitch
            label={t('x.encrypted')}
            Icon={Lock}
            on={said.encrypted}
            onChange={(encrypted) => setSaid({ ...said, encrypted })}
          />
        )}
      </div>
    </form>
  );
}
