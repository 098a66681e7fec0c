import { CircleAlert, Info, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../components/button.tsx';
import { FailureWords } from '../components/failure-words.tsx';
import { useText } from '../i18n/text.ts';
import { dismiss, useAnnouncements } from './announcements.ts';

/** Where announcements appear: over the page, where nothing is typed or clicked, and read out. */
export function AnnouncementRegion(): ReactNode {
  const t = useText();
  const shown = useAnnouncements();
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 top-16 z-50 flex flex-col items-center gap-2 px-4"
    >
      {shown.map((one) => (
        <div
          key={one.id}
          className="pointer-events-auto flex max-w-lg items-start gap-2 rounded-lg border border-line bg-raised py-2 ps-3 pe-2 text-s shadow-(--shadow-raised)"
        >
          {one.tone === 'bad' ? (
            <CircleAlert size={16} aria-hidden className="mt-1 shrink-0 text-bad-text" />
          ) : (
            <Info size={16} aria-hidden className="mt-1 shrink-0 text-muted" />
          )}
          <div className="py-0.5">
            {typeof one.what === 'string' ? one.what : <FailureWords failure={one.what} />}
            {typeof one.what !== 'string' && one.what.requestId !== undefined && (
              <p className="font-mono text-2xs text-faint">{t('failure.request', { id: one.what.requestId })}</p>
            )}
          </div>
          <IconButton label={t('common.close')} tipSide="top" tipAlign="end" onClick={() => dismiss(one.id)}>
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
