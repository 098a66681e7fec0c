import { Hash, Lock, type LucideIcon, MessageCircle, MessagesSquare, Spool } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { classNames } from '../../components/class-names.ts';
import { useWords } from '../words.ts';
import type { DiscordPlace } from './discord-api.ts';

const ICONS: Readonly<Record<DiscordPlace['kind'], LucideIcon>> = {
  direct: MessageCircle,
  channel: Hash,
  forum: MessagesSquare,
  post: Spool,
  private: Lock,
};

/** What a place is called: direct messages have no name of their own. */
export function usePlaceName(): (place: Pick<DiscordPlace, 'kind' | 'name'>) => string {
  const t = useWords();
  return ({ kind, name }) => (kind === 'direct' ? t('discord.direct') : kind === 'channel' ? `#${name}` : name);
}

/** Where somebody is: direct messages, a channel, the forum, a thread. */
export function PlacePicker(props: {
  places: readonly DiscordPlace[];
  chosen: string;
  onChoose(id: string): void;
}): ReactNode {
  const t = useWords();
  const name = useId();
  const nameOf = usePlaceName();
  return (
    <fieldset className="relative max-h-23 min-w-0 shrink-0 overflow-y-auto">
      <legend className="sr-only">{t('discord.places')}</legend>
      <div className="flex flex-wrap gap-0.5 py-0.5">
        {props.places.map((place) => {
          const Icon = ICONS[place.kind];
          return (
            <label
              key={place.id}
              title={nameOf(place)}
              className={classNames(
                'relative inline-flex h-7 max-w-40 shrink-0 items-center gap-1 rounded-md px-1.5 text-xs text-muted hover:bg-hover',
                'has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-text',
                'has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-focus',
              )}
            >
              <input
                type="radio"
                name={name}
                value={place.id}
                checked={place.id === props.chosen}
                onChange={() => props.onChoose(place.id)}
                className="sr-only"
              />
              <Icon aria-hidden size={13} className="shrink-0" />
              <span className="truncate">{place.kind === 'channel' ? place.name : nameOf(place)}</span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
