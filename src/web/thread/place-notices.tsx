import { ArrowRight, Ban, Megaphone } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Conversation } from '../api/model.ts';
import { channelName } from '../components/channel-mark.tsx';
import { Notice } from '../components/notice.tsx';
import { useText } from '../i18n/text.ts';
import type { View } from '../router/route.ts';
import { Link } from '../router/router.tsx';
import type { LoadedThread } from './loaded-thread.ts';

/** Says that the customer went on in another place, and leads there. */
export function ContinuedNotice({ conversation, view }: { conversation: Conversation; view: View }): ReactNode {
  const t = useText();
  const { continuedIn } = conversation;
  if (continuedIn === null) return null;
  return (
    <Notice
      tone="accent"
      className="mx-4 mt-3"
      icon={<ArrowRight size={16} aria-hidden className="shrink-0 rtl:rotate-180" />}
      actions={
        <Link
          to={{ page: 'inbox', view, conversationId: continuedIn.id }}
          className="font-medium text-accent-text underline"
        >
          {t('origin.follow', { number: continuedIn.number })}
        </Link>
      }
    >
      {t('origin.continued')}
    </Notice>
  );
}

/** Says, above what the agent writes, that everybody there will read it. Nothing where the place is private. */
export function PublicNotice(props: { conversation: Conversation; answering: LoadedThread['answering'] }): ReactNode {
  const { conversation, answering } = props;
  const t = useText();
  const { refusal } = answering;
  if (refusal !== null) {
    return (
      <p
        data-refusal={refusal}
        className="flex items-center gap-1.5 border-t border-line bg-sunken px-4 py-1.5 text-xs font-medium text-muted"
      >
        <Ban size={13} aria-hidden className="shrink-0" />
        <span className="min-w-0">{t(`failed.${refusal}`)}</span>
      </p>
    );
  }
  if (conversation.threadKind === 'private') return null;
  return (
    <p
      data-public
      className="flex items-center gap-1.5 border-t border-warn-line bg-warn-soft px-4 py-1.5 text-xs font-medium text-warn-text"
    >
      <Megaphone size={13} aria-hidden className="shrink-0" />
      <span dir="auto" className="min-w-0">
        {answering.publicly
          ? t('composer.publicWorld', { channel: channelName(conversation.channel) })
          : conversation.threadTitle === null
            ? t('composer.publicSomewhere')
            : t('composer.public', { place: conversation.threadTitle })}
      </span>
    </p>
  );
}
