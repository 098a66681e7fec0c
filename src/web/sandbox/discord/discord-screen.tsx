import { type ReactNode, useState } from 'react';
import { Avatar } from '../../components/avatar.tsx';
import { ScreenFrame } from '../screen-frame.tsx';
import { useWords } from '../words.ts';
import {
  askThere,
  blockBot,
  type DiscordMessage,
  type DiscordPerson,
  type DiscordPlace,
  editThere,
  pressThere,
  reactThere,
  removeThere,
  sayThere,
  submitForm,
} from './discord-api.ts';
import { DiscordComposer } from './discord-composer.tsx';
import { DiscordBubble } from './discord-message.tsx';
import { usePlaceName } from './place-picker.tsx';
import { SupportForm } from './support-form.tsx';

/** What is done with a message that was written before. */
export interface About {
  message: DiscordMessage;
  as: 'edit' | 'reply';
}

interface ScreenProps {
  person: DiscordPerson;
  place: DiscordPlace;
  server: string;
  botName: string;
  /** Whether it can be seen; what cannot does not scroll. */
  shown: boolean;
  order(run: () => Promise<unknown>): void;
}

/** One place of the simulated Discord, as one person sees it. */
export function DiscordScreen({ person, place, server, botName, shown, order }: ScreenProps): ReactNode {
  const t = useWords();
  const nameOf = usePlaceName();
  const [about, setAbout] = useState<About>();
  const spotOf = (message: string) => ({ person: person.id, place: place.id, message });
  const direct = place.kind === 'direct';

  return (
    <ScreenFrame
      label={t('discord.of', { name: person.name })}
      logLabel={t('discord.log', { name: person.name, place: nameOf(place) })}
      mark={direct && <Avatar name={botName} id="support-bot" />}
      title={direct ? botName : nameOf(place)}
      hint={direct ? t('discord.bot') : t('discord.server', { server })}
      blocking={
        direct ? { blocked: person.blocked, onChange: (blocked) => order(() => blockBot(person.id, blocked)) } : null
      }
      empty={t(place.kind === 'forum' ? 'discord.empty.forum' : 'discord.empty', { name: person.name })}
      count={place.messages.length}
      shown={shown}
      composer={
        person.form === null ? (
          <DiscordComposer
            person={person}
            place={place}
            placeName={nameOf(place)}
            botName={botName}
            about={about}
            onStop={() => setAbout(undefined)}
            onAsk={() => order(() => askThere(person.id, place.id))}
            onSend={(words) => {
              order(() =>
                about?.as === 'edit'
                  ? editThere(spotOf(about.message.id), words.text)
                  : sayThere({ person: person.id, place: place.id, replyTo: about?.message.id ?? null, ...words }),
              );
              setAbout(undefined);
            }}
          />
        ) : (
          <SupportForm form={person.form} onEnd={(text) => order(() => submitForm(person.id, text))} />
        )
      }
    >
      {place.messages.map((message) => (
        <DiscordBubble
          key={message.id}
          spot={spotOf(message.id)}
          message={message}
          answered={place.messages.find(({ id }) => id === message.repliesTo)}
          onReply={() => setAbout({ message, as: 'reply' })}
          onEdit={() => setAbout({ message, as: 'edit' })}
          onRemove={() => order(() => removeThere(spotOf(message.id)))}
          onPress={(button) => order(() => pressThere(spotOf(message.id), button))}
          onReact={(emoji) => order(() => reactThere(spotOf(message.id), emoji))}
        />
      ))}
    </ScreenFrame>
  );
}
