/** Longest side of a preview, pixels. */
export const PREVIEW_SIDE = 1_280;
/** A picture of more pixels is not opened: a small file can claim to be a very large picture. */
export const MAX_PIXELS = 40_000_000;

/**
 * Runs in a process of its own: plain JavaScript in a string, so that it needs no file beside the built ones. The picture comes by
 * standard input; out go four bytes of length, a JSON head and the preview. Only the plain formats are read (no SVG, PDF or
 * anything that refers to other files), and nothing of what a camera wrote about place and owner is kept.
 */
export const PREVIEW_SCRIPT = `
const sharp = require(process.argv[1]);
sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadNsgif', 'VipsForeignLoadHeif'] });
const parts = [];
process.stdin.on('data', (part) => parts.push(part));
process.stdin.on('end', async () => {
  try {
    const picture = sharp(Buffer.concat(parts), { limitInputPixels: ${MAX_PIXELS}, failOn: 'error', pages: 1 });
    const meta = await picture.metadata();
    const turned = (meta.orientation ?? 1) >= 5;
    const { data, info } = await picture
      .rotate()
      .resize({ width: ${PREVIEW_SIDE}, height: ${PREVIEW_SIDE}, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80 })
      .toBuffer({ resolveWithObject: true });
    const head = Buffer.from(JSON.stringify({
      width: turned ? meta.height : meta.width,
      height: turned ? meta.width : meta.height,
      previewWidth: info.width,
      previewHeight: info.height,
    }));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    process.stdout.end(Buffer.concat([length, head, data]));
  } catch (error) {
    process.stderr.write(String(error && error.message).slice(0, 200));
    process.exitCode = 3;
  }
});
`;
