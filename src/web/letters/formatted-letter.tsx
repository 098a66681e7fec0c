import { useQuery } from '@tanstack/react-query';
import { ImageOff, Maximize2, Radar } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { fetchLetter } from '../api/calls.ts';
import { asFailure } from '../api/failure.ts';
import type { LetterText } from '../api/model.ts';
import { Button } from '../components/button.tsx';
import { FailureWords } from '../components/failure-words.tsx';
import { Notice } from '../components/notice.tsx';
import { Bar, Patience } from '../components/skeleton.tsx';
import { useText } from '../i18n/text.ts';
import { type FramePictures, frameOf } from './letter-frame.ts';
import { ownPictures, remotePictures } from './letter-pictures.ts';

const NOTHING: ReadonlyMap<string, string> = new Map();

/** A letter as its sender made it look, in a frame that can run, fetch and reach nothing. Lazy. */
export default function FormattedLetter(props: { messageId: string; subject: string }): ReactNode {
  const { messageId, subject } = props;
  const t = useText();
  const letter = useQuery({ queryKey: ['letter', messageId], queryFn: () => fetchLetter(messageId) });
  const { data } = letter;
  const own = useQuery({
    queryKey: ['letter', messageId, 'pictures'],
    queryFn: () => (data === undefined ? NOTHING : ownPictures(data)),
    enabled: data !== undefined,
  });
  const [wanted, setWanted] = useState(false);
  const remote = useQuery({
    queryKey: ['letter', messageId, 'remote'],
    queryFn: () => (data === undefined ? { found: NOTHING, failed: 0 } : remotePictures(messageId, data)),
    enabled: wanted && data !== undefined,
  });
  if (letter.isError) {
    return (
      <Notice tone="bad">
        <FailureWords failure={asFailure(letter.error)} />
      </Notice>
    );
  }
  if (data === undefined || own.isPending) {
    return (
      <Patience label={t('state.loading')}>
        <Bar className="h-40 w-full rounded-md" />
      </Patience>
    );
  }
  const pictures = { byContentId: own.data ?? NOTHING, byAddress: remote.data?.found ?? NOTHING };
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <RemoteBar
        letter={data}
        shown={remote.data ?? null}
        busy={wanted && remote.isPending}
        onShow={() => setWanted(true)}
      />
      <Frame html={data.html} pictures={pictures} subject={subject} />
    </div>
  );
}

/** Which pictures are not shown and why, and the one click that fetches them. */
function RemoteBar(props: {
  letter: LetterText;
  shown: { failed: number } | null;
  busy: boolean;
  onShow(): void;
}): ReactNode {
  const { letter, shown } = props;
  const t = useText();
  const trackers = letter.remote.filter((one) => one.tracking);
  const hosts = [...new Set(trackers.map((one) => one.host))].join(', ');
  if (letter.remote.length === 0) return null;
  const pictures = letter.remote.length - trackers.length;
  return (
    <Notice
      className="text-xs"
      icon={<ImageOff size={14} aria-hidden className="shrink-0" />}
      actions={
        shown === null && pictures > 0 ? (
          <Button size="s" disabled={props.busy} onClick={props.onShow}>
            {t('letter.showPictures', { count: pictures })}
          </Button>
        ) : undefined
      }
    >
      {shown === null && <p>{t('letter.remote', { count: letter.remote.length })}</p>}
      {shown !== null && shown.failed > 0 && <p>{t('letter.remoteFailed', { count: shown.failed })}</p>}
      {shown !== null && shown.failed === 0 && pictures > 0 && <p>{t('letter.remoteShown')}</p>}
      {trackers.length > 0 && (
        <p className="flex items-center gap-1 wrap-anywhere">
          <Radar size={12} aria-hidden className="shrink-0" />
          {t('letter.trackers', { count: trackers.length, hosts })}
        </p>
      )}
    </Notice>
  );
}

const STEP = 1.6;

function Frame(props: { html: string; pictures: FramePictures; subject: string }): ReactNode {
  const { html, subject } = props;
  const { byContentId, byAddress } = props.pictures;
  const t = useText();
  const frame = useMemo(() => frameOf(html, { byContentId, byAddress }), [html, byContentId, byAddress]);
  const [factor, setFactor] = useState(1);
  const place = useRef<HTMLDivElement>(null);
  // A thread stays at its end when something grows: whoever asked for a letter wants its beginning.
  useEffect(() => {
    // In newer browsers it answers with a promise, which is no way to undo an effect.
    place.current?.scrollIntoView({ block: 'start' });
  }, []);
  return (
    <div ref={place} className="flex min-w-0 scroll-mt-14 flex-col items-end gap-1">
      {/* Its corner can be pulled; inside the frame nothing can tell how high it is. */}
      <div
        className="w-full max-w-full resize-y overflow-hidden rounded-md border border-line bg-white"
        style={{ height: `${Math.round(frame.heightPx * factor)}px` }}
      >
        <iframe
          title={t('letter.frame', { subject })}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          referrerPolicy="no-referrer"
          srcDoc={frame.srcdoc}
          className="block size-full border-0"
        />
      </div>
      <Button
        size="s"
        look="quiet"
        icon={<Maximize2 size={12} aria-hidden />}
        onClick={() => setFactor((now) => now * STEP)}
      >
        {t('letter.taller')}
      </Button>
    </div>
  );
}
