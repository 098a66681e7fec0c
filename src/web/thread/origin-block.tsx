import { ArrowDown, Megaphone } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import type { Origin } from '../api/model.ts';
import { Badge } from '../components/badge.tsx';
import { useText } from '../i18n/text.ts';
import { Link, useRoute } from '../router/router.tsx';
import { ThreadToolsContext, useThreadTools } from './thread-tools.ts';

/** What was said before the customer came here, where others read along; to be read, not to be worked on. */
export function OriginBlock(props: { origin: Origin; children: ReactNode }): ReactNode {
  const { origin } = props;
  const t = useText();
  const tools = useThreadTools();
  const readOnly = useMemo(() => ({ ...tools, readOnly: true }), [tools]);
  const isPublic = origin.threadKind !== 'private';
  const place = origin.threadTitle ?? t('origin.anotherPlace');
  const route = useRoute();
  return (
    <section
      data-origin={origin.id}
      aria-label={t(isPublic ? 'origin.public' : 'origin.private', { place })}
      className="rounded-lg border-2 border-dashed border-warn-line bg-sunken/40"
    >
      <header className="flex flex-wrap items-center gap-2 border-b border-dashed border-warn-line px-3 py-2 text-xs">
        {isPublic && (
          <Badge tone="warn">
            <Megaphone size={12} aria-hidden />
            {t('origin.publicMark')}
          </Badge>
        )}
        <span dir="auto" className="min-w-0 flex-1 truncate text-muted">
          {t('origin.began', { place })}
        </span>
        <Link
          to={{ page: 'inbox', view: route.page === 'inbox' ? route.view : 'all', conversationId: origin.id }}
          className="font-medium text-accent-text hover:underline"
        >
          #{origin.number}
        </Link>
      </header>
      <ThreadToolsContext value={readOnly}>
        <div className="flex flex-col gap-4 px-3 py-4">
          {origin.more && <p className="text-center text-2xs text-faint">{t('origin.more')}</p>}
          {props.children}
        </div>
      </ThreadToolsContext>
      <footer className="flex items-center justify-center gap-1.5 border-t border-dashed border-warn-line px-3 py-1.5 text-2xs font-medium text-muted">
        <ArrowDown size={12} aria-hidden />
        {t('origin.goesOn')}
      </footer>
    </section>
  );
}
