import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../components/button.tsx';

/** What can be switched on for the message that is being written. */
export function SaidSwitch(props: {
  label: string;
  Icon: LucideIcon;
  on: boolean;
  onChange(on: boolean): void;
  /** Near the left edge of the window. */
  first?: boolean;
}): ReactNode {
  const { label, Icon, on, onChange, first = false } = props;
  return (
    <IconButton
      label={label}
      tipSide="top"
      {...(first ? { tipAlign: 'start' as const } : {})}
      aria-pressed={on}
      onClick={() => onChange(!on)}
    >
      <Icon aria-hidden size={16} />
    </IconButton>
  );
}
