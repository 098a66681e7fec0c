import { type ReactNode, useState } from 'react';
import { NewPersonForm } from '../new-person-form.tsx';
import { PersonPicker } from '../person-picker.tsx';
import type { SandboxState } from '../sandbox-api.ts';
import { useSeen } from '../use-seen.ts';
import { useWords } from '../words.ts';
import { addPerson } from './discord-api.ts';
import { DiscordScreen } from './discord-screen.tsx';
import { PlacePicker } from './place-picker.tsx';

/** Who is on the simulated Discord, and what the one who is chosen sees in the place that is chosen. */
export function DiscordPane(props: {
  state: SandboxState;
  /** Whether it can be seen. */
  shown: boolean;
  order(run: () => Promise<unknown>): void;
}): ReactNode {
  const { state, shown, order } = props;
  const { people, server } = state.discord;
  const t = useWords();
  const [chosen, setChosen] = useState(people[0]?.id);
  const [places, setPlaces] = useState<Readonly<Record<string, string>>>({});
  const [adding, setAdding] = useState(false);
  const person = people.find(({ id }) => id === chosen) ?? people[0];
  const unread = useSeen(
    people.map(({ id, places: seen }) => ({
      id,
      // In channels that everybody sees, what was answered to others is no news to who wrote nothing there.
      messages: seen
        .filter(({ messages }) => messages.some(({ from }) => from === 'customer'))
        .flatMap(({ messages }) =>
          messages.map(({ from }) => ({ from: from === 'support' ? from : ('customer' as const) })),
        ),
    })),
    shown ? person?.id : undefined,
  );
  const place = person?.places.find(({ id }) => id === places[person.id]) ?? person?.places[0];
  if (person === undefined || place === undefined) return null;

  return (
    <div className="flex h-full min-h-0 flex-col gap-2 px-3 pb-3">
      <PersonPicker<string>
        label={t('discord.people')}
        addLabel={t('discord.add')}
        people={people}
        chosen={person.id}
        unread={unread}
        onChoose={setChosen}
        onAdd={() => setAdding(true)}
      />
      {adding ? (
        <NewPersonForm
          onCancel={() => setAdding(false)}
          onAdd={(name) =>
            order(async () => {
              const { discord } = await addPerson(name);
              setChosen(discord.people.at(-1)?.id);
              setAdding(false);
            })
          }
        />
      ) : (
        <>
          <PlacePicker
            places={person.places}
            chosen={place.id}
            onChoose={(id) => setPlaces({ ...places, [person.id]: id })}
          />
          <DiscordScreen
            key={`${person.id} ${place.id}`}
            person={person}
            place={place}
            server={server}
            botName={state.botName}
            shown={shown}
            order={order}
          />
        </>
      )}
    </div>
  );
}
