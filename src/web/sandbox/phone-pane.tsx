import { type ReactNode, useState } from 'react';
import { NewCustomer } from './new-customer.tsx';
import { PersonPicker } from './person-picker.tsx';
import { PhoneScreen } from './phone-screen.tsx';
import { addPhone, type SandboxState } from './sandbox-api.ts';
import { useSeen } from './use-seen.ts';
import { useWords } from './words.ts';

/** The customers, and the phone of the one who is chosen. */
export function PhonePane(props: {
  state: SandboxState;
  /** Whether it can be seen. */
  shown: boolean;
  order(run: () => Promise<unknown>): void;
}): ReactNode {
  const { state, shown, order } = props;
  const t = useWords();
  const [chosen, setChosen] = useState(state.phones[0]?.id);
  const [adding, setAdding] = useState(false);
  const phone = state.phones.find((one) => one.id === chosen) ?? state.phones[0];
  const unread = useSeen(state.phones, phone?.id);
  if (phone === undefined) return null;

  return (
    <div className="flex h-full min-h-0 flex-col gap-2 px-3 pb-3">
      <PersonPicker<number>
        label={t('phone.customers')}
        addLabel={t('phone.add')}
        people={state.phones}
        chosen={phone.id}
        unread={unread}
        onChoose={setChosen}
        onAdd={() => setAdding(true)}
      />
      {adding ? (
        <NewCustomer
          onCancel={() => setAdding(false)}
          onAdd={(name, language) =>
            order(async () => {
              const made = await addPhone(name, language);
              setChosen(made.id);
              setAdding(false);
            })
          }
        />
      ) : (
        <PhoneScreen key={phone.id} phone={phone} shown={shown} botName={state.botName} order={order} />
      )}
    </div>
  );
}
