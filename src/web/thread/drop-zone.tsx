import { Upload } from 'lucide-react';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { useText } from '../i18n/text.ts';

/** Takes files that are dropped anywhere on the thread, and says so while they are over it. */
export function DropZone(props: {
  able: boolean;
  onFiles(files: readonly File[]): void;
  children: ReactNode;
}): ReactNode {
  const t = useText();
  // Entering a child comes before leaving its parent: they are counted.
  const depth = useRef(0);
  const [over, setOver] = useState(false);
  const carries = (event: DragEvent): boolean => props.able && event.dataTransfer.types.includes('Files');
  const end = (): void => {
    depth.current = 0;
    setOver(false);
  };
  return (
    <div
      role="presentation"
      onDragEnter={(event) => {
        if (!carries(event)) return;
        event.preventDefault();
        depth.current += 1;
        setOver(true);
      }}
      onDragOver={(event) => {
        if (!carries(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      }}
      onDragLeave={(event) => {
        if (!carries(event)) return;
        depth.current -= 1;
        if (depth.current <= 0) end();
      }}
      onDrop={(event) => {
        if (!carries(event)) return;
        event.preventDefault();
        end();
        props.onFiles([...event.dataTransfer.files]);
      }}
      className="relative flex min-h-0 flex-1 flex-col"
    >
      {props.children}
      {over && (
        <div className="pointer-events-none absolute inset-2 z-20 flex items-center justify-center rounded-lg border-2 border-dashed border-accent bg-accent-soft">
          <p className="flex items-center gap-2 text-l font-medium text-accent-text">
            <Upload size={18} aria-hidden />
            {t('upload.drop')}
          </p>
        </div>
      )}
    </div>
  );
}
