import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from '../../components/avatar.tsx';
import { classNames } from '../../components/class-names.ts';
import { useTimes } from '../../i18n/times.ts';
import type { SandboxState } from '../sandbox-api.ts';
import { ScreenFrame } from '../screen-frame.tsx';
import { useWords } from '../words.ts';
import { AccountName } from './account-name.tsx';
import { blockUs, pictureAddress, writeDirect, type XDirect, type XPerson } from './x-api.ts';
import { XComposer } from './x-composer.tsx';

/** The direct messages between somebody on X and us. */
export function DirectScreen(props: {
  person: XPerson;
  account: SandboxState['x']['account'];
  shown: boolean;
  order(run: () => Promise<unknown>): void;
}): ReactNode {
  const { person, account, shown, order } = props;
  const t = useWords();
  return (
    <ScreenFrame
      label={t('x.directsOf', { name: person.name })}
      logLabel={t('x.directsOf', { name: person.name })}
      mark={<Avatar name={account.name} id="support-x" />}
      title={<AccountName account={account} />}
      hint={t('x.private')}
      empty={t('x.emptyDirects')}
      count={person.directs.length}
      shown={shown}
      blocking={{ blocked: person.blocked, onChange: (blocked) => order(() => blockUs(person.id, blocked)) }}
      composer={
        <XComposer
          where="directs"
          label={t('x.writeDirect', { name: person.name })}
          placeholder={t('phone.placeholder')}
          sendLabel={t('phone.send', { name: person.name })}
          handle={account.handle}
          maxLength={10_000}
          about={null}
          onSend={({ text, picture, encrypted }) =>
            order(() => writeDirect({ person: person.id, text, picture, encrypted }))
          }
        />
      }
    >
      {person.directs.map((direct) => (
        <Direct key={direct.id} person={person} direct={direct} />
      ))}
    </ScreenFrame>
  );
}

function Direct({ person, direct }: { person: XPerson; direct: XDirect }): ReactNode {
  const t = useWords();
  const times = useTimes();
  const own = direct.from === 'customer';
  return (
    <article
      aria-label={t(own ? 'x.ownDirect' : 'x.ourDirect')}
      className={classNames('flex max-w-[85%] flex-col gap-0.5', own ? 'self-end' : 'self-start')}
    >
      <div
        className={classNames(
          'rounded-lg px-3 py-1.5 text-m whitespace-pre-wrap [overflow-wrap:anywhere]',
          own ? 'bg-accent-soft' : 'border border-line bg-surface',
        )}
      >
        {direct.encrypted && <Lock aria-label={t('x.encrypted')} size={12} className="me-1 inline" />}
        <span dir="auto">{direct.text}</span>
        {direct.files.map((file, index) => (
          <img
            key={index}
            src={pictureAddress(person.id, 'directs', direct.id, index)}
            alt={file.name}
            className="my-0.5 h-36 max-w-56 rounded-md bg-sunken object-cover"
          />
        ))}
      </div>
      <time dateTime={direct.at} className="px-1 text-2xs text-muted tabular-nums">
        {times.clock(Date.parse(direct.at))}
      </time>
    </article>
  );
}
