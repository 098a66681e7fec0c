import { ChevronLeft, ChevronRight, Download, X, ZoomIn, ZoomOut } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { useText } from '../i18n/text.ts';

/** A picture as the lightbox shows it. */
export interface LargePicture {
  id: string;
  words: string;
  address: string;
  /** Shown until the picture itself is there, and in its place when it cannot be shown. */
  preview: string;
  fileName: string | null;
}

const ZOOMS = [1, 1.5, 2, 3, 4] as const;

/** Pictures of one message, large: arrows go through them, plus and minus (or a click) zoom, Esc closes. Lazy. */
export default function Lightbox(props: {
  pictures: readonly LargePicture[];
  first: string;
  onClose(): void;
}): ReactNode {
  const { pictures, onClose } = props;
  const t = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      pictures.findIndex(({ id }) => id === props.first),
    ),
  );
  const [zoom, setZoom] = useState(0);
  const shown = pictures[at];
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.focus();
    return () => element?.close();
  }, []);
  if (shown === undefined) return null;

  const go = (by: number): void => {
    setAt((now) => Math.min(pictures.length - 1, Math.max(0, now + by)));
    setZoom(0);
  };
  const enlarge = (by: number): void => setZoom((now) => Math.min(ZOOMS.length - 1, Math.max(0, now + by)));
  const pressed = (event: KeyboardEvent): void => {
    // Where the reading goes from right to left, so do the arrows.
    const forward = document.dir === 'rtl' ? -1 : 1;
    const doings: Record<string, () => void> = {
      ArrowRight: () => go(forward),
      ArrowLeft: () => go(-forward),
      '+': () => enlarge(1),
      '=': () => enlarge(1),
      '-': () => enlarge(-1),
      '0': () => setZoom(0),
    };
    const doing = doings[event.key];
    if (doing === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    doing();
  };

  // At the end of the page, not within the thread: what the thread gains is read out.
  return createPortal(
    <dialog
      ref={dialog}
      tabIndex={-1}
      aria-label={t('lightbox.label')}
      onClose={onClose}
      onKeyDown={pressed}
      className="m-0 h-dvh max-h-none w-dvw max-w-none bg-canvas p-0 outline-none"
    >
      <div className="flex h-full flex-col">
        <header className="flex items-center gap-1 border-b border-line px-3 py-2">
          <p aria-live="polite" className="min-w-0 flex-1 truncate text-s">
            {pictures.length > 1 && (
              <span className="me-2 text-muted tabular-nums">
                {t('lightbox.of', { number: at + 1, count: pictures.length })}
              </span>
            )}
            <bdi>{shown.words}</bdi>
          </p>
          <IconButton label={t('lightbox.smaller')} keys="-" disabled={zoom === 0} onClick={() => enlarge(-1)}>
            <ZoomOut size={16} aria-hidden />
          </IconButton>
          <span className="w-11 text-center text-xs text-muted tabular-nums">
            {t('lightbox.zoom', { zoom: ZOOMS[zoom] ?? 1 })}
          </span>
          <IconButton
            label={t('lightbox.larger')}
            keys="+"
            disabled={zoom === ZOOMS.length - 1}
            onClick={() => enlarge(1)}
          >
            <ZoomIn size={16} aria-hidden />
          </IconButton>
          <a
            href={shown.address}
            download={shown.fileName ?? ''}
            aria-label={t('media.download')}
            title={t('media.download')}
            className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text"
          >
            <Download size={16} aria-hidden />
          </a>
          <IconButton label={t('common.close')} keys="Esc" tipAlign="end" onClick={onClose}>
            <X size={16} aria-hidden />
          </IconButton>
        </header>
        <div className="relative min-h-0 flex-1">
          <Stage key={shown.id} picture={shown} zoom={ZOOMS[zoom] ?? 1} onClick={() => setZoom(zoom === 0 ? 2 : 0)} />
          {pictures.length > 1 && (
            <>
              <Arrow side="start" label={t('lightbox.previous')} disabled={at === 0} onClick={() => go(-1)} />
              <Arrow
                side="end"
                label={t('lightbox.next')}
                disabled={at === pictures.length - 1}
                onClick={() => go(1)}
              />
            </>
          )}
        </div>
      </div>
    </dialog>,
    document.body,
  );
}

function Stage(props: { picture: LargePicture; zoom: number; onClick(): void }): ReactNode {
  const { picture, zoom } = props;
  const t = useText();
  const [source, setSource] = useState(picture.address);
  return (
    // What is larger than the window is scrolled, by mouse, touch or keyboard.
    <div
      role="region"
      aria-label={picture.words}
      tabIndex={zoom > 1 ? 0 : -1}
      className="flex h-full overflow-auto -outline-offset-2"
    >
      <button
        type="button"
        aria-label={zoom > 1 ? t('lightbox.fit') : t('lightbox.larger')}
        onClick={props.onClick}
        className={classNames(
          'm-auto flex shrink-0 -outline-offset-2',
          zoom > 1 ? 'cursor-zoom-out' : 'cursor-zoom-in',
        )}
        style={{ width: `${zoom * 100}%`, height: `${zoom * 100}%` }}
      >
        <img
          src={source}
          alt={picture.words}
          draggable={false}
          onError={() => setSource(picture.preview)}
          className="size-full object-contain p-2"
        />
      </button>
    </div>
  );
}

function Arrow(props: { side: 'start' | 'end'; label: string; disabled: boolean; onClick(): void }): ReactNode {
  const Icon = props.side === 'start' ? ChevronLeft : ChevronRight;
  return (
    <IconButton
      label={props.label}
      disabled={props.disabled}
      tipAlign={props.side}
      onClick={props.onClick}
      className={classNames(
        'absolute! top-1/2 size-10! -translate-y-1/2 border border-line bg-raised shadow-(--shadow-raised)',
        props.side === 'start' ? 'start-3' : 'end-3',
      )}
    >
      <Icon size={20} aria-hidden className="rtl:rotate-180" />
    </IconButton>
  );
}
