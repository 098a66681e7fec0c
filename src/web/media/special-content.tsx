import { CircleHelp, Contact, Copy, ExternalLink, ListChecks, MapPin, MousePointerClick, Vote } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SpecialContent } from '../api/model.ts';
import { announce } from '../app/announcements.ts';
import { Button } from '../components/button.tsx';
import { useText } from '../i18n/text.ts';

/** Where a place is shown on a map; opened by a click alone, so that nobody learns of it before. */
function mapAddress(latitude: number, longitude: number): string {
  const place = `${latitude.toFixed(6)}/${longitude.toFixed(6)}`;
  return `https://www.openstreetmap.org/?mlat=${latitude.toFixed(6)}&mlon=${longitude.toFixed(6)}#map=16/${place}`;
}

/** Puts a text into the clipboard and says so. */
function CopyButton({ text, label }: { text: string; label: string }): ReactNode {
  const t = useText();
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => announce(t('media.copied')),
      () => announce(t('media.notCopied'), { tone: 'bad' }),
    );
  };
  return (
    <Button size="s" icon={<Copy size={12} aria-hidden />} onClick={copy}>
      {label}
    </Button>
  );
}

function Card({ icon, children }: { icon: ReactNode; children: ReactNode }): ReactNode {
  return (
    <div className="flex w-72 max-w-full items-start gap-2.5 rounded-md border border-line bg-surface p-2.5 text-s">
      <span className="flex size-8 shrink-0 items-center justify-center rounded-sm bg-sunken text-muted">{icon}</span>
      <div className="flex min-w-0 flex-1 flex-col gap-1 wrap-anywhere">{children}</div>
    </div>
  );
}

/** A line that says what happened where no card is worth its room. */
function Said({ icon, children }: { icon: ReactNode; children: ReactNode }): ReactNode {
  return (
    <p className="flex items-start gap-1.5 text-s wrap-anywhere">
      <span className="mt-0.75 shrink-0 text-muted">{icon}</span>
      <span className="min-w-0">{children}</span>
    </p>
  );
}

function Place({ content }: { content: Extract<SpecialContent, { type: 'location' | 'venue' }> }): ReactNode {
  const t = useText();
  const { latitude, longitude } = content;
  const coordinates = `${latitude}, ${longitude}`;
  return (
    <Card icon={<MapPin size={16} aria-hidden />}>
      {content.type === 'venue' ? (
        <>
          <bdi className="font-medium">{content.title}</bdi>
          {content.address !== '' && <bdi className="text-xs text-muted">{content.address}</bdi>}
        </>
      ) : (
        <span className="font-medium">{t(content.live === true ? 'media.liveLocation' : 'kind.location')}</span>
      )}
      <span className="text-xs text-muted tabular-nums">
        {coordinates}
        {content.type === 'location' && content.accuracyM !== undefined && (
          <> · {t('media.accuracy', { meters: Math.round(content.accuracyM) })}</>
        )}
      </span>
      <span className="flex flex-wrap items-center gap-1.5">
        <CopyButton text={coordinates} label={t('media.copy')} />
        <a
          href={mapAddress(latitude, longitude)}
          target="_blank"
          rel="noopener noreferrer"
          className="inline-flex h-6 items-center gap-1 rounded-md px-1.5 text-xs text-accent-text underline underline-offset-2"
        >
          <ExternalLink size={12} aria-hidden />
          {t('media.openMap')}
        </a>
      </span>
    </Card>
  );
}

function Poll({ content }: { content: Extract<SpecialContent, { type: 'poll' }> }): ReactNode {
  const t = useText();
  return (
    <Card icon={<ListChecks size={16} aria-hidden />}>
      <span className="text-2xs text-muted">{t('kind.poll')}</span>
      <bdi className="font-medium">{content.question}</bdi>
      <ol className="list-decimal ps-4.5 text-xs">
        {content.options.map((option, index) => (
          <li key={index}>
            <bdi>{option}</bdi>
          </li>
        ))}
      </ol>
    </Card>
  );
}

/** What was sent that is neither text nor a file. */
export function SpecialThing({ content }: { content: SpecialContent }): ReactNode {
  const t = useText();
  switch (content.type) {
    case 'location':
    case 'venue':
      return <Place content={content} />;
    case 'contact':
      return (
        <Card icon={<Contact size={16} aria-hidden />}>
          <span className="text-2xs text-muted">{t('kind.contact')}</span>
          {content.name !== '' && <bdi className="font-medium">{content.name}</bdi>}
          <bdi className="tabular-nums">{content.phone}</bdi>
          <span>
            <CopyButton text={content.phone} label={t('media.copyNumber')} />
          </span>
        </Card>
      );
    case 'poll':
      return <Poll content={content} />;
    case 'pollAnswer':
      return (
        <Said icon={<Vote size={14} aria-hidden />}>
          {content.options.length === 0
            ? t('preview.voteTakenBack')
            : t('media.voted', { options: content.options.map((option) => option + 1).join(', ') })}
        </Said>
      );
    case 'dice':
      return (
        <p className="flex items-baseline gap-2" data-dice={content.value}>
          <span className="text-xl">{content.emoji}</span>
          <span className="text-s text-muted">{t('media.dice', { value: content.value })}</span>
        </p>
      );
    case 'button':
      return (
        <Said icon={<MousePointerClick size={14} aria-hidden />}>{t('media.pressed', { label: content.label })}</Said>
      );
    case 'unsupported':
      return <Said icon={<CircleHelp size={14} aria-hidden />}>{t('media.unsupported', { kind: content.kind })}</Said>;
  }
}
