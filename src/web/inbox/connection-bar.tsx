import { LogIn, WifiOff } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useLiveState, useOutgoing } from '../app/desk.tsx';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';
import { useText } from '../i18n/text.ts';

/** A loss shorter than this is nobody's business. */
const SETTLED_MS = 1_500;

/** Says when what is shown may be old, or may only be read. Quiet otherwise. */
export function ConnectionBar({ readOnly, onSignIn }: { readOnly: boolean; onSignIn(): void }): ReactNode {
  const t = useText();
  const away = useLiveState() === 'away';
  const [settled, setSettled] = useState(false);
  const waiting = useOutgoing().filter((one) => one.state === 'queued' || one.state === 'sending').length;
  useEffect(() => {
    setSettled(false);
    if (!away) return;
    const timer = setTimeout(() => setSettled(true), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [away]);
  if (readOnly) {
    return (
      <Notice
        tone="warn"
        urgent
        className="rounded-none"
        icon={<LogIn size={14} aria-hidden />}
        actions={
          <Button size="s" onClick={onSignIn}>
            {t('connection.signIn')}
          </Button>
        }
      >
        {t('connection.signedOut')}
      </Notice>
    );
  }
  if (!away || !settled) return null;
  return (
    <Notice tone="warn" className="rounded-none" icon={<WifiOff size={14} aria-hidden />}>
      {t('connection.away')} {waiting > 0 && t('connection.waiting', { count: waiting })}
    </Notice>
  );
}
