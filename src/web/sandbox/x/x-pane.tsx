import { type ReactNode, useState } from 'react';
import { Segments } from '../../components/segments.tsx';
import { NewPersonForm } from '../new-person-form.tsx';
import { PersonPicker } from '../person-picker.tsx';
import type { SandboxState } from '../sandbox-api.ts';
import { useSeen } from '../use-seen.ts';
import { useWords } from '../words.ts';
import { DirectScreen } from './direct-screen.tsx';
import { PostsScreen } from './posts-screen.tsx';
import { addXPerson } from './x-api.ts';

type Where = 'posts' | 'directs';

/** Who is on the simulated X, and what the one who is chosen sees: posts that everybody reads, or the direct messages with us. */
export function XPane(props: {
  state: SandboxState;
  /** Whether it can be seen. */
  shown: boolean;
  order(run: () => Promise<unknown>): void;
}): ReactNode {
  const { state, shown, order } = props;
  const { people, account } = state.x;
  const t = useWords();
  const [chosen, setChosen] = useState(people[0]?.id);
  const [places, setPlaces] = useState<Readonly<Record<string, Where>>>({});
  const [adding, setAdding] = useState(false);
  const person = people.find(({ id }) => id === chosen) ?? people[0];
  const unread = useSeen(
    people.map(({ id, posts, directs }) => ({
      id,
      messages: [...posts, ...directs].map(({ from }) => ({ from: from === 'support' ? from : ('customer' as const) })),
    })),
    shown ? person?.id : undefined,
  );
  if (person === undefined) return null;
  const where = places[person.id] ?? 'posts';
  const go = (next: Where): void => setPlaces({ ...places, [person.id]: next });

  return (
    <div className="flex h-full min-h-0 flex-col gap-2 px-3 pb-3">
      <PersonPicker<string>
        label={t('x.people')}
        addLabel={t('x.add')}
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
              const { x } = await addXPerson(name);
              setChosen(x.people.at(-1)?.id);
              setAdding(false);
            })
          }
        />
      ) : (
        <>
          <Segments
            label={t('x.where')}
            value={where}
            onChange={go}
            choices={[
              { value: 'posts', label: t('x.posts') },
              { value: 'directs', label: t('x.directs') },
            ]}
          />
          {where === 'posts' ? (
            <PostsScreen
              key={person.id}
              person={person}
              account={account}
              shown={shown}
              order={order}
              onDirect={() => go('directs')}
            />
          ) : (
            <DirectScreen key={person.id} person={person} account={account} shown={shown} order={order} />
          )}
        </>
      )}
    </div>
  );
}
