import { Maximize2, Play } from 'lucide-react';
import { type ReactNode, Suspense, useState } from 'react';
import type { Attachment } from '../api/model.ts';
import { useText } from '../i18n/text.ts';
import { AbsentFile } from './absent-file.tsx';
import { previewAddress } from './addresses.ts';
import { boxOf } from './boxes.ts';
import { type FileOwner, isPicture, pictureWords } from './file-facts.ts';
import { FileRow } from './file-row.tsx';
import { Lightbox, largePicture, loadLightbox } from './lazy-lightbox.ts';
import { VideoPlayer } from './players.tsx';

interface PictureProps {
  file: Attachment;
  /** All pictures of the message, for the lightbox's arrows. */
  pictures: readonly Attachment[];
  sender: string;
}

/** A picture at its reserved size; a click shows it large. */
export function Picture({ file, pictures, sender }: PictureProps): ReactNode {
  if (!isPicture(file)) return <FileRow file={file} />;
  const { width, height } = boxOf(file);
  return (
    <Opener
      file={file}
      pictures={pictures}
      sender={sender}
      className="block max-w-full overflow-hidden rounded-md bg-sunken"
      style={{ width, aspectRatio: `${width} / ${height}` }}
    />
  );
}

/** One square of an album. */
export function AlbumPicture(props: {
  file: Attachment;
  pictures: readonly Attachment[];
  owner: FileOwner;
}): ReactNode {
  const { file, pictures, owner } = props;
  const t = useText();
  const [playing, setPlaying] = useState(false);
  if (isPicture(file)) {
    return (
      <Opener
        file={file}
        pictures={pictures}
        sender={owner.sender}
        className="block aspect-square w-full overflow-hidden bg-sunken"
      />
    );
  }
  if (file.state !== 'stored') return <AbsentFile file={file} owner={owner} square />;
  if (playing) return <VideoPlayer file={file} sender={owner.sender} shape="square" />;
  return (
    <button
      type="button"
      aria-label={t('media.play', { what: pictureWords(file, owner.sender, t) })}
      onClick={() => setPlaying(true)}
      className="flex aspect-square w-full items-center justify-center bg-sunken text-muted -outline-offset-2 hover:bg-hover hover:text-text"
    >
      <Play size={24} aria-hidden />
    </button>
  );
}

function Opener(props: PictureProps & { className: string; style?: React.CSSProperties }): ReactNode {
  const { file, pictures, sender, className, style } = props;
  const t = useText();
  const [open, setOpen] = useState(false);
  const words = pictureWords(file, sender, t);
  return (
    <>
      <button
        type="button"
        aria-label={t('media.enlarge', { what: words })}
        onPointerEnter={() => void loadLightbox()}
        onClick={() => setOpen(true)}
        className={`group/picture relative cursor-zoom-in -outline-offset-2 ${className}`}
        style={style}
      >
        <img
          src={previewAddress(file.id)}
          alt={words}
          loading="lazy"
          decoding="async"
          draggable={false}
          className="size-full object-cover"
        />
        <span
          aria-hidden
          className="absolute end-1.5 bottom-1.5 hidden size-6 items-center justify-center rounded-md bg-raised text-muted group-hover/picture:flex group-focus-visible/picture:flex"
        >
          <Maximize2 size={13} />
        </span>
      </button>
      {open && (
        <Suspense fallback={null}>
          <Lightbox
            pictures={pictures.map((one) => largePicture(one, pictureWords(one, sender, t)))}
            first={file.id}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
