import { Download, FileText, FileWarning } from 'lucide-react';
import { type ReactNode, Suspense, useState } from 'react';
import type { Attachment } from '../api/model.ts';
import { useText } from '../i18n/text.ts';
import { contentAddress, previewAddress } from './addresses.ts';
import { Lightbox, largePicture } from './lazy-lightbox.ts';
import { bytesWords } from './measures.ts';

/** Takes the bytes as a file; the server never lets a browser open them as a page. */
export function DownloadLink({ file }: { file: Attachment }): ReactNode {
  const t = useText();
  const what = file.fileName ?? t(`kind.${file.kind}`);
  return (
    <a
      href={contentAddress(file.id)}
      download={file.fileName ?? ''}
      aria-label={t('media.downloadWhat', { what })}
      title={t('media.download')}
      className="inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text"
    >
      <Download size={15} aria-hidden />
    </a>
  );
}

/** What kind of file it says it is, short: the ending of its name, else the second half of its type. */
function endingOf(file: Attachment): string | null {
  const ending = /\.([A-Za-z0-9]{1,8})$/u.exec(file.fileName ?? '')?.[1] ?? file.mime?.split('/')[1];
  return ending === undefined || ending.length > 12 ? null : ending.toUpperCase();
}

/** A file as a row: name, type, size, and where to take it. A picture sent as a file can be looked at. */
export function FileRow(props: {
  file: Attachment;
  /** The browser tried to play it in vain. */
  unplayable?: boolean;
}): ReactNode {
  const { file, unplayable = false } = props;
  const t = useText();
  const [open, setOpen] = useState(false);
  const language = document.documentElement.lang;
  const name = file.fileName ?? t(`kind.${file.kind}`);
  const facts = [endingOf(file), file.sizeBytes === null ? null : bytesWords(file.sizeBytes, language)];
  const picture = file.preview !== null && file.mime?.startsWith('image/') === true;
  return (
    <div className="flex w-72 max-w-full items-center gap-2.5 rounded-md border border-line bg-surface py-1.5 ps-2 pe-1">
      {picture ? (
        <button
          type="button"
          aria-label={t('media.enlarge', { what: name })}
          onClick={() => setOpen(true)}
          className="size-9 shrink-0 cursor-zoom-in overflow-hidden rounded-sm bg-sunken"
        >
          <img src={previewAddress(file.id)} alt="" loading="lazy" className="size-full object-cover" />
        </button>
      ) : (
        <span className="flex size-9 shrink-0 items-center justify-center rounded-sm bg-sunken text-muted">
          {unplayable ? <FileWarning size={17} aria-hidden /> : <FileText size={17} aria-hidden />}
        </span>
      )}
      <span className="flex min-w-0 flex-1 flex-col">
        <bdi title={name} className="truncate text-s font-medium">
          {name}
        </bdi>
        <span className="truncate text-2xs text-muted">{facts.filter((one) => one !== null).join(' · ')}</span>
        {unplayable && <span className="text-2xs text-warn-text">{t('media.unplayable')}</span>}
      </span>
      <DownloadLink file={file} />
      {open && (
        <Suspense fallback={null}>
          <Lightbox pictures={[largePicture(file, name)]} first={file.id} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
