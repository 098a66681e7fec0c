import { CornerUpLeft, Pencil, SmilePlus, Trash2 } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import type { Message } from '../api/model.ts';
import { Menu, MenuHeading, MenuItem, MenuLine, MenuTile, MenuTiles } from '../components/menu.tsx';
import { useText } from '../i18n/text.ts';
import { MenuTrigger } from './message-menu-button.tsx';
import type { offersOf, ThreadTools } from './thread-tools.ts';

/** The reactions a desk has use for; a channel offers those of them that it has. */
const REACTIONS = ['👍', '👎', '❤', '🔥', '🎉', '🙏', '👌', '🤔', '👏', '😁', '😢', '🤝'] as const;

/** The menu of one message. Lazy, and open when it comes. */
export default function MessageMenu(props: {
  message: Message;
  offers: ReturnType<typeof offersOf>;
  tools: ThreadTools;
  trigger: Omit<ComponentProps<'button'>, 'aria-label' | 'title'>;
  onEdit(): void;
  onRemove(): void;
  onClose(): void;
}): ReactNode {
  const { message, offers, tools } = props;
  const t = useText();
  const reacted = message.deliveries.some((one) => one.action === 'react');
  const allowed = tools.abilities?.reactionEmoji;
  const offered = REACTIONS.filter((emoji) => allowed === undefined || allowed.includes(emoji));
  const react = (emoji: string | null): void => void tools.react(message.id, emoji);
  return (
    <Menu
      open
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
      label={t('message.menu')}
      align={message.kind === 'inbound' ? 'start' : 'end'}
      trigger={<MenuTrigger {...props.trigger} />}
    >
      {offers.answer && (
        <MenuItem icon={<CornerUpLeft size={14} aria-hidden />} onSelect={() => tools.answer(message)}>
          {t('message.answer')}
        </MenuItem>
      )}
      {offers.edit && (
        <MenuItem icon={<Pencil size={14} aria-hidden />} onSelect={props.onEdit}>
          {t('message.edit')}
        </MenuItem>
      )}
      {offers.remove && (
        <MenuItem icon={<Trash2 size={14} aria-hidden />} className="text-bad-text" onSelect={props.onRemove}>
          {t('message.delete')}
        </MenuItem>
      )}
      {offers.react && (
        <>
          <MenuLine />
          <MenuHeading>{t('message.react')}</MenuHeading>
          <MenuTiles>
            {offered.map((emoji) => (
              <MenuTile key={emoji} label={t('message.reactWith', { emoji })} onSelect={() => react(emoji)}>
                {emoji}
              </MenuTile>
            ))}
          </MenuTiles>
          {reacted && (
            <MenuItem icon={<SmilePlus size={14} aria-hidden />} onSelect={() => react(null)}>
              {t('message.unreact')}
            </MenuItem>
          )}
        </>
      )}
    </Menu>
  );
}
