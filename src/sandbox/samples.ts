import type { Content } from '../../channels/telegram/simulator/index.ts';
import type { PhoneThing } from './contract.ts';

/** Something a customer sends at a click. Several contents are an album. */
export interface Sample {
  contents: readonly Content[];
}

/** What each picture of ours shows: colours of sky, hills and sun. */
const PICTURES = [
  { sky: '#2b3a67', hill: '#4f6d7a', sun: '#ffd166' },
  { sky: '#84a59d', hill: '#52796f', sun: '#f6bd60' },
  { sky: '#f28482', hill: '#6d597a', sun: '#f7ede2' },
] as const;

function drawing({ sky, hill, sun }: (typeof PICTURES)[number], width: number, height: number): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 4 3" preserveAspectRatio="none">` +
      `<rect width="4" height="3" fill="${sky}"/><circle cx="3" cy="0.9" r="0.42" fill="${sun}"/>` +
      `<path d="M0 2.2 L1.2 1.1 L2.1 2 L2.8 1.5 L4 2.4 V3 H0 Z" fill="${hill}"/></svg>`,
  );
}

// The library is large and few sandboxes need it at once.
async function picture(index: number, format: 'jpeg' | 'webp' | 'png', width: number, height: number): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const colours = PICTURES[index % PICTURES.length] ?? PICTURES[0];
  return sharp(drawing(colours, width, height))
    .toFormat(format)
    .toBuffer();
}

const SIZES = [
  { width: 1_280, height: 960 },
  { width: 960, height: 1_280 },
  { width: 1_280, height: 720 },
] as const;

async function photo(index: number): Promise<Content> {
  const size = SIZES[index % SIZES.length] ?? SIZES[0];
  return {
    kind: 'photo',
    ...size,
    file: { bytes: await picture(index, 'jpeg', size.width, size.height), mime: 'image/jpeg' },
  };
}

/** One empty page: the smallest thing every reader opens. */
export function statement(): Buffer {
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>',
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj${object}endobj\n`;
    return at;
  });
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const end = `trailer<</Size 4/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(`${text}xref\n0 4\n0000000000 65535 f \n${table}${end}`);
}

/** What a customer shows in a letter. */
export async function letterPicture(): Promise<Buffer> {
  return picture(0, 'png', 640, 480);
}

const VOICE_SECONDS = 2;
const RATE = 8_000;

/** Two notes that fade: what browsers play without a codec. */
function tune(): Buffer {
  const samples = VOICE_SECONDS * RATE;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples, 40);
  const sound = Buffer.alloc(samples);
  for (let at = 0; at < samples; at += 1) {
    const pitch = at < samples / 2 ? 440 : 660;
    const fade = 1 - (at % (samples / 2)) / (samples / 2);
    sound[at] = 128 + Math.round(70 * fade * Math.sin((2 * Math.PI * pitch * at) / RATE));
  }
  return Buffer.concat([head, sound]);
}

/** Makes what a customer sends: small, real files, so that previews and players have something to show. */
export async function makeSample(thing: PhoneThing): Promise<Sample> {
  switch (thing) {
    case 'photo':
      return { contents: [await photo(0)] };
    case 'album':
      return { contents: await Promise.all([0, 1, 2].map(photo)) };
    case 'document':
      return {
        contents: [{ kind: 'document', file: { bytes: statement(), name: 'statement.pdf', mime: 'application/pdf' } }],
      };
    case 'voice':
      return {
        contents: [{ kind: 'voice', durationSeconds: VOICE_SECONDS, file: { bytes: tune(), mime: 'audio/wav' } }],
      };
    case 'location':
      return { contents: [{ kind: 'location', latitude: 48.8584, longitude: 2.2945 }] };
    case 'sticker':
      return {
        contents: [
          {
            kind: 'sticker',
            emoji: '👍',
            format: 'static',
            file: { bytes: await picture(1, 'webp', 512, 512), mime: 'image/webp' },
          },
        ],
      };
  }
}
