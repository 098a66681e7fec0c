import { AudioLines, Music } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Attachment } from '../api/model.ts';
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

/** A video at its reserved size. What the browser cannot play is a file like any other. */
export function VideoPlayer({ file, sender, square = false }: PlayerProps & { square?: boolean }): ReactNode {
  const t = useText();
  const [broken, setBroken] = useState(false);
  if (broken) return <FileRow file={file} pictures={[]} sender={sender} unplayable />;
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
      className={square ? 'block aspect-square w-full bg-sunken' : 'block max-w-full rounded-md bg-sunken'}
      style={square ? undefined : { width, aspectRatio: `${width} / ${height}` }}
    />
  );
}

/** A video message: round, as it was on the phone. */
export function RoundVideo({ file, sender }: PlayerProps): ReactNode {
  const t = useText();
  const [broken, setBroken] = useState(false);
  if (broken) return <FileRow file={file} pictures={[]} sender={sender} unplayable />;
  return (
    <video
      controls
      playsInline
      preload="metadata"
      src={contentAddress(file.id)}
      poster={file.preview === null ? undefined : previewAddress(file.id)}
      aria-label={pictureWords(file, sender, t)}
      onError={() => setBroken(true)}
      className="block size-50 max-w-full rounded-full bg-sunken object-cover"
    />
  );
}

/** A voice message or a piece of music. */
export function AudioPlayer({ file, sender }: PlayerProps): ReactNode {
  const t = useText();
  const [broken, setBroken] = useState(false);
  if (broken) return <FileRow file={file} pictures={[]} sender={sender} unplayable />;
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
