import { lazy } from 'react';
import type { Attachment } from '../api/model.ts';
import { contentAddress, previewAddress } from './addresses.ts';
import type { LargePicture } from './lightbox.tsx';

/** Has the lightbox ready before somebody asks for it. */
export const loadLightbox = () => import('./lightbox.tsx');
export const Lightbox = lazy(loadLightbox);

/** A file that is here and has a preview, for the lightbox. */
export function largePicture(file: Pick<Attachment, 'id' | 'fileName'>, words: string): LargePicture {
  const { id, fileName } = file;
  return { id, words, address: contentAddress(id), preview: previewAddress(id), fileName };
}
