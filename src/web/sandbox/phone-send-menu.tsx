import { AudioLines, FileText, Image, Images, MapPin, Sticker } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../components/button.tsx';
import type { PhoneThing } from './sandbox-api.ts';
import { useWords } from './words.ts';

const THINGS = [
  { what: 'photo', Icon: Image },
  { what: 'album', Icon: Images },
  { what: 'document', Icon: FileText },
  { what: 'voice', Icon: AudioLines },
  { what: 'location', Icon: MapPin },
  { what: 'sticker', Icon: Sticker },
] as const;

/** What is no text, at hand: each click sends one. */
export function PhoneSendMenu({ onSend }: { onSend(what: PhoneThing): void }): ReactNode {
  const t = useWords();
  return (
    <ul aria-label={t('phone.things')} className="flex gap-0.5 px-3 pt-1">
      {THINGS.map(({ what, Icon }, index) => (
        <li key={what}>
          <IconButton
            label={t(`phone.send.${what}`)}
            tipSide="top"
            tipAlign={index < 2 ? 'start' : 'center'}
            onClick={() => onSend(what)}
          >
            <Icon aria-hidden size={16} />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
