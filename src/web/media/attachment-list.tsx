import type { ReactNode } from 'react';
import type { Attachment } from '../api/model.ts';
import { AbsentFile } from './absent-file.tsx';
import { type FileOwner, isPicture, isVisual } from './file-facts.ts';
import { FileRow } from './file-row.tsx';
import { AlbumPicture, Picture } from './picture.tsx';
import { AudioPlayer, VideoPlayer } from './players.tsx';
import { Sticker } from './sticker.tsx';

/** All files of a message: pictures and videos first, several as an album; then the others, one below the other. */
export function AttachmentList(props: {
  files: readonly Attachment[];
  owner: FileOwner;
  /** Each file has its own words below it. */
  captioned: boolean;
}): ReactNode {
  const { owner } = props;
  const files = props.captioned ? props.files : props.files.map((file) => ({ ...file, caption: null }));
  const visual = files.filter(isVisual);
  const others = files.filter((file) => !isVisual(file));
  const pictures = files.filter(isPicture);
  return (
    <>
      {visual.length === 1 && visual.map((file) => <One key={file.id} file={file} pictures={pictures} owner={owner} />)}
      {visual.length > 1 && <Album files={visual} pictures={pictures} owner={owner} />}
      {others.map((file) => (
        <One key={file.id} file={file} pictures={pictures} owner={owner} />
      ))}
    </>
  );
}

interface OneProps {
  file: Attachment;
  pictures: readonly Attachment[];
  owner: FileOwner;
}

function One({ file, pictures, owner }: OneProps): ReactNode {
  return (
    <figure data-attachment={file.kind} data-state={file.state} className="flex max-w-full flex-col gap-1">
      <Shown file={file} pictures={pictures} owner={owner} />
      {file.caption !== null && (
        <figcaption className="px-1 text-m wrap-anywhere whitespace-pre-wrap">{file.caption}</figcaption>
      )}
    </figure>
  );
}

function Shown({ file, pictures, owner }: OneProps): ReactNode {
  if (file.state !== 'stored') return <AbsentFile file={file} owner={owner} />;
  switch (file.kind) {
    case 'photo':
      return <Picture file={file} pictures={pictures} sender={owner.sender} />;
    case 'animation':
    case 'video':
      // A GIF of ours is a picture; those of phones are short films.
      if (file.mime?.startsWith('image/') === true) {
        return <Picture file={file} pictures={pictures} sender={owner.sender} />;
      }
      return <VideoPlayer file={file} sender={owner.sender} />;
    case 'videoNote':
      return <VideoPlayer file={file} sender={owner.sender} shape="round" />;
    case 'audio':
    case 'voice':
      return <AudioPlayer file={file} sender={owner.sender} />;
    case 'sticker':
      return <Sticker file={file} sender={owner.sender} emoji={owner.emoji} />;
    case 'document':
      return <FileRow file={file} />;
  }
}

/** Several pictures in squares; what is no picture yet says so in its own square. */
function Album({ files, pictures, owner }: Omit<OneProps, 'file'> & { files: readonly Attachment[] }): ReactNode {
  return (
    <ul
      data-album={files.length}
      className={`grid w-80 max-w-full gap-0.5 overflow-hidden rounded-md ${files.length === 2 || files.length === 4 ? 'grid-cols-2' : 'grid-cols-3'}`}
    >
      {files.map((file) => (
        <li key={file.id} data-attachment={file.kind} data-state={file.state} className="min-w-0">
          <AlbumPicture file={file} pictures={pictures} owner={owner} />
          {file.caption !== null && <p className="p-1 text-xs wrap-anywhere whitespace-pre-wrap">{file.caption}</p>}
        </li>
      ))}
    </ul>
  );
}
