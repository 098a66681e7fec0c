import { type ReactNode, useState } from 'react';
import { MailScreen } from './mail-screen.tsx';
import { NewCorrespondent } from './new-correspondent.tsx';
import { PersonPicker } from './person-picker.tsx';
import { addCorrespondent, type SandboxState } from './sandbox-api.ts';
import { useSeen } from './use-seen.ts';
import { useWords } from './words.ts';

/** Who writes mail, and the mailbox of the one who is chosen. */
export function MailPane(props: {
  state: SandboxState;
  /** Whether it can be seen. */
  shown: boolean;
  order(run: () => Promise<unknown>): void;
}): ReactNode {
  const { state, shown, order } = props;
  const t = useWords();
  const [chosen, setChosen] = useState(state.correspondents[0]?.address);
  const [adding, setAdding] = useState(false);
  const person = state.correspondents.find((one) => one.address === chosen) ?? state.correspondents[0];
  const unread = useSeen(
    state.correspondents.map(({ address, letters }) => ({ id: address, messages: letters })),
    shown ? person?.address : undefined,
  );
  if (person === undefined) return null;

  return (
    <div className="flex h-full min-h-0 flex-col gap-2 px-3 pb-3">
      <PersonPicker<string>
        label={t('mail.people')}
        addLabel={t('mail.add')}
        people={state.correspondents.map(({ address, name }) => ({ id: address, name }))}
        chosen={person.address}
        unread={unread}
        onChoose={setChosen}
        onAdd={() => setAdding(true)}
      />
      {adding ? (
        <NewCorrespondent
          onCancel={() => setAdding(false)}
          onAdd={(name, address) =>
            order(async () => {
              await addCorrespondent(name, address);
              setChosen(address.toLowerCase());
              setAdding(false);
            })
          }
        />
      ) : (
        <MailScreen key={person.address} person={person} shown={shown} ourAddress={state.mailAddress} order={order} />
      )}
    </div>
  );
}
