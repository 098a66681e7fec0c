import {
  AudioLines,
  Contact,
  Dices,
  File,
  Film,
  ListChecks,
  type LucideIcon,
  MapPin,
  Music,
  Paperclip,
  Sticker,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from '../components/class-names.ts';
import type { PhoneMessage } from './sandbox-api.ts';
import { pictureAddress } from './sandbox-api.ts';
import { type SandboxMessageId, useWords } from './words.ts';

const KINDS: Readonly<Record<string, { Icon: LucideIcon; words: SandboxMessageId }>> = {
  photo: { Icon: File, words: 'phone.thing.photo' },
  video: { Icon: Film, words: 'phone.thing.video' },
  animation: { Icon: Film, words: 'phone.thing.animation' },
  video_note: { Icon: Film, words: 'phone.thing.video' },
  voice: { Icon: AudioLines, words: 'phone.thing.voice' },
  audio: { Icon: Music, words: 'phone.thing.audio' },
  document: { Icon: File, words: 'phone.thing.document' },
  sticker: { Icon: Sticker, words: 'phone.thing.sticker' },
  location: { Icon: MapPin, words: 'phone.thing.location' },
  venue: { Icon: MapPin, words: 'phone.thing.location' },
  contact: { Icon: Contact, words: 'phone.thing.contact' },
  poll: { Icon: ListChecks, words: 'phone.thing.poll' },
  dice: { Icon: Dices, words: 'phone.thing.dice' },
};

/** What a message shows besides words: pictures as they are, everything else by its kind and name. */
export function PhoneThings({ phone, message }: { phone: number; message: PhoneMessage }): ReactNode {
  const t = useWords();
  return message.things.map((thing, index) => {
    const { Icon, words } = KINDS[thing.kind] ?? { Icon: Paperclip, words: 'phone.thing.other' as const };
    if (thing.picture) {
      return (
        <img
          key={index}
          src={pictureAddress(phone, message.id)}
          alt={thing.name ?? t(words)}
          data-thing={thing.kind}
          className={classNames(
            'my-0.5 object-cover',
            thing.kind === 'sticker' ? 'size-24 object-contain' : 'h-36 w-full max-w-56 rounded-md bg-sunken',
          )}
        />
      );
    }
    return (
      <p key={index} data-thing={thing.kind} className="flex items-center gap-1.5 text-s">
        <Icon aria-hidden size={15} className="shrink-0" />
        <bdi className="min-w-0 truncate">{thing.name ?? t(words)}</bdi>
      </p>
    );
  });
}
