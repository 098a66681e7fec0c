/** Room kept for a picture before it is there, CSS pixels. */
export interface Box {
  width: number;
  height: number;
}

/** Most room a picture or video takes in a thread. */
const LARGEST: Box = { width: 320, height: 320 };
/** Most room a sticker takes. */
export const LARGEST_STICKER: Box = { width: 128, height: 128 };
/** Nothing shown is narrower or flatter: there is a state or a control to read in it. */
const SMALLEST = 96;
/** Of a picture nobody told the size of. */
const USUAL: Box = { width: 240, height: 180 };

/** The size something is drawn in: its own proportions, within the largest; never enlarged beyond its own pixels. */
export function boxOf(size: { width: number | null; height: number | null }, largest: Box = LARGEST): Box {
  const { width, height } = size;
  if (width === null || height === null || width <= 0 || height <= 0) return USUAL;
  const scale = Math.min(1, largest.width / width, largest.height / height);
  return {
    width: Math.max(SMALLEST, Math.round(width * scale)),
    height: Math.max(SMALLEST, Math.round(height * scale)),
  };
}
