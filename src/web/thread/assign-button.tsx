import { UserRoundPlus } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { IconButton } from '../components/button.tsx';
import { useText } from '../i18n/text.ts';
import { KEYS_OF } from '../keyboard/keymap.ts';

/** Opens the menu of whom to assign to; the menu itself comes when it is wanted. */
export function AssignButton(props: Omit<ComponentProps<'button'>, 'aria-label' | 'title'>): ReactNode {
  const t = useText();
  return (
    <IconButton {...props} label={t('action.assign')} keys={KEYS_OF.assign} className="border border-line">
      <UserRoundPlus size={15} aria-hidden />
    </IconButton>
  );
}
