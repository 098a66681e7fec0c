import { AudioLines, Music } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Attachment } from '../api/model.ts';
import { classNames } from '../components/class-names.ts';
import { useText } from '../i18n/text.ts';
import { contentAddress, previewAddress } from './addresses.ts';
import { boxOf } from './boxes.ts';
import { pictureWords } from './file-facts.ts';
import { DownloadLink, FileRow } from './file-row.tsx';
import { clockWords } from './measures.ts';

interface PlayerProps {
  file: Attachment;
  sender: string;
}

const SHAPES = {
  own: 'max-w-full rounded-md',
  /** In an album. */
  square: 'aspect-square w-full',
  /** A video message, as it was on the phone. */
  round: 'size-50 max-w-full rounded-full object-cover',
};

/** A video, at the size that was reserved for it. What the browser cannot play is a file like any other. */
export function VideoPlayer(props: PlayerProps & { shape?: keyof typeof SHAPES }): ReactNode {
  const { file, sender, shape = 'own' } = props;
  const t = useText();
  const [broken, setBroken] = useState(false);
  if (broken) return <FileRow file={file} unplayable />;
  const { width, height } = boxOf(file);
  const still = file.kind === 'animation';
  return (
    <video
      controls
      playsInline
      loop={still}
      muted={still}
      preload="metadata"
      src={contentAddress(file.id)}
      poster={file.preview === null ? undefined : previewAddress(file.id)}
      aria-label={pictureWords(file, sender, t)}
      onError={() => setBroken(true)}
      className={classNames('block bg-sunken', SHAPES[shape])}
      style={shape === 'own' ? { width, aspectRatio: `${width} / ${height}` } : undefined}
    />
  );
}

/** A voice message or a piece of music. */
export function AudioPlayer({ file, sender }: PlayerProps): ReactNode {
  const t = useText();
  const [broken, setBroken] = useState(false);
  if (broken) return <FileRow file={file} unplayable />;
  const words = pictureWords(file, sender, t);
  return (
    <div className="flex w-80 max-w-full flex-col gap-1 px-2 py-0.5">
      <p className="flex items-center gap-1.5 text-xs text-muted">
        {file.kind === 'voice' ? <AudioLines size={13} aria-hidden /> : <Music size={13} aria-hidden />}
        <bdi className="min-w-0 flex-1 truncate">{file.fileName ?? t(`kind.${file.kind}`)}</bdi>
        {file.durationMs !== null && <span className="tabular-nums">{clockWords(file.durationMs)}</span>}
        <DownloadLink file={file} />
      </p>
      <audio
        controls
        preload="none"
        src={contentAddress(file.id)}
        aria-label={words}
        onError={() => setBroken(true)}
        className="h-10 w-full"
      />
    </div>
  );
}
