import type { ReactNode } from 'react';
import type { SandboxState } from '../sandbox-api.ts';

/** What we are called on the simulated X. */
export function AccountName({ account }: { account: SandboxState['x']['account'] }): ReactNode {
  return (
    <>
      {account.name} <span className="font-normal text-muted">@{account.handle}</span>
    </>
  );
}
