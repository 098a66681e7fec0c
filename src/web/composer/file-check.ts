import type { ChannelAbilities } from '../channels/abilities.ts';

/** Why a file is not taken, before anything of it was sent. */
export type FileRefusal =
  | { code: 'no_files' }
  | { code: 'too_large'; limitBytes: number }
  | { code: 'too_many'; most: number }
  | { code: 'empty' };

/** The longest a file may be in any way the channel takes it: what it will be is known by its bytes, at the server. */
function largestOf(media: NonNullable<ChannelAbilities['media']>, mime: string): number {
  const { maxBytes } = media;
  const family = mime.split('/')[0];
  const asItself = family === 'image' ? 'photo' : family;
  return Math.max(0, maxBytes['document'] ?? 0, (asItself === undefined ? undefined : maxBytes[asItself]) ?? 0);
}

/** @param already files that wait beside it. @returns null when nothing speaks against it */
export function checkFile(
  file: { size: number; type: string },
  already: number,
  abilities: Pick<ChannelAbilities, 'media'>,
): FileRefusal | null {
  const { media } = abilities;
  if (media === null) return { code: 'no_files' };
  if (already >= media.maxFiles) return { code: 'too_many', most: media.maxFiles };
  if (file.size === 0) return { code: 'empty' };
  const limitBytes = largestOf(media, file.type);
  return file.size > limitBytes ? { code: 'too_large', limitBytes } : null;
}
