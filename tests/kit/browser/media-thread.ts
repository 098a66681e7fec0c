import sharp from 'sharp';
import { eventually } from '../eventually.ts';
import { type Platform, platformOf, type WireContent } from './platform.ts';
import type { SandboxServer } from './sandbox-server.ts';

/** Sends files. */
export const FILES_CHAT = { id: 3001, name: 'Nora Lindqvist' };
/** Sends everything else. */
export const THINGS_CHAT = { id: 3002, name: 'Tomás Vega' };

/** A real picture of one colour with a circle in it, so that sizes and crops can be seen. */
export async function drawnPicture(width: number, height: number, colour: string): Promise<Buffer> {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="${colour}"/><circle cx="50%" cy="50%" r="25%" fill="white" opacity="0.7"/></svg>`;
  return sharp(Buffer.from(svg)).jpeg().toBuffer();
}

/** A second of silence as browsers play it. */
export function silence(): Buffer {
  const samples = 8_000;
  const head = Buffer.from('524946460000000057415645666d74201000000001000100401f0000401f00000100080064617461', 'hex');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(samples);
  head.writeUInt32LE(36 + samples, 4);
  return Buffer.concat([head, length, Buffer.alloc(samples, 128)]);
}

const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
const base64 = (bytes: Buffer): string => bytes.toString('base64');

/** Every kind of file a customer can send. */
async function files(): Promise<WireContent[]> {
  const [wide, small] = await Promise.all([
    drawnPicture(1_200, 800, '#3d5a80'),
    sharp(await drawnPicture(512, 512, '#ee6c4d'))
      .webp()
      .toBuffer(),
  ]);
  const photo = { base64: base64(wide), mime: 'image/jpeg' };
  return [
    { kind: 'photo', width: 1_200, height: 800, caption: 'Here is the receipt', file: photo },
    { kind: 'document', file: { base64: base64(PDF), name: 'statement.pdf', mime: 'application/pdf' } },
    { kind: 'voice', durationSeconds: 4, file: { base64: base64(silence()), mime: 'audio/wav' } },
    {
      kind: 'audio',
      durationSeconds: 185,
      title: 'Ringtone',
      file: { base64: base64(silence()), name: 'ringtone.wav', mime: 'audio/wav' },
    },
    { kind: 'video', width: 640, height: 360, durationSeconds: 12 },
    { kind: 'animation', width: 320, height: 240 },
    { kind: 'video_note', diameter: 384, durationSeconds: 6 },
    { kind: 'sticker', emoji: '👍', format: 'static', file: { base64: base64(small), mime: 'image/webp' } },
    { kind: 'sticker', emoji: '😂', format: 'animated', file: { sizeBytes: 9_000, mime: 'application/x-tgsticker' } },
    // More than a bot may fetch.
    { kind: 'document', file: { sizeBytes: 25_000_000, name: 'recording.zip', mime: 'application/zip' } },
  ];
}

const THINGS: readonly WireContent[] = [
  { kind: 'location', latitude: 48.8584, longitude: 2.2945, accuracyMeters: 12 },
  { kind: 'venue', latitude: 52.52, longitude: 13.405, title: 'Central Branch', address: 'Long Street 4' },
  { kind: 'contact', phoneNumber: '+15550100', firstName: 'Carl', lastName: 'Young' },
  { kind: 'poll', question: 'Which network?', options: ['TRC20', 'ERC20'], anonymous: false },
  { kind: 'dice', emoji: '🎲', value: 5 },
  { kind: 'raw', fields: { giveaway: { winner_count: 1 } } },
];

async function greet({ order }: Platform, { id, name }: { id: number; name: string }): Promise<number> {
  const said = (await order('say', { chat: id, text: 'I want to talk to a person', name, language: 'en' })) as {
    written: { messageId: number }[];
  };
  return said.written[0]?.messageId ?? 0;
}

/** Two customers send one of everything, each to a conversation that waits for people. */
export async function sendEverything(server: SandboxServer): Promise<void> {
  const platform = platformOf(server);
  const settled = (name: string, count: number): Promise<unknown> =>
    eventually(
      async () => {
        const [row] = await server.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM message m JOIN thread t ON t.id = m.thread_id
           JOIN conversation c ON c.id = m.conversation_id JOIN contact p ON p.id = c.contact_id
           WHERE p.display_name = '${name}' AND m.kind = 'inbound' AND m.state <> 'new'`,
        );
        return (row?.n ?? 0) >= count;
      },
      30_000,
      100,
    );
  // A person has it first: the bot answers nothing in between.
  const [, asked] = await Promise.all([greet(platform, FILES_CHAT), greet(platform, THINGS_CHAT)]);
  await Promise.all([settled(FILES_CHAT.name, 1), settled(THINGS_CHAT.name, 1)]);
  const contents = await files();
  for (const content of contents) await platform.send(FILES_CHAT.id, content);
  const colours = ['#98c1d9', '#e07a5f', '#81b29a'];
  const album = await Promise.all(
    colours.map(async (colour, index) => ({
      kind: 'photo' as const,
      width: 900,
      height: 900,
      ...(index === 0 ? { caption: 'Three pages of the form' } : {}),
      file: { base64: base64(await drawnPicture(900, 900, colour)), mime: 'image/jpeg' },
    })),
  );
  await platform.album(FILES_CHAT.id, album);
  for (const content of THINGS) await platform.send(THINGS_CHAT.id, content);
  const date = Math.floor(Date.now() / 1_000) - 86_400;
  await platform.send(
    THINGS_CHAT.id,
    { kind: 'text', text: 'Is this from you?' },
    {
      fields: {
        forward_origin: { type: 'channel', date, chat: { id: -1_001, type: 'channel', title: 'Parley Gifts' } },
      },
    },
  );
  await platform.send(
    THINGS_CHAT.id,
    { kind: 'text', text: 'I still wait' },
    { replyTo: asked, quote: { text: 'talk to a person', position: 10 } },
  );
  await Promise.all([
    settled(FILES_CHAT.name, contents.length + 2),
    settled(THINGS_CHAT.name, THINGS.length + 3),
    eventually(
      async () => (await server.query(`SELECT FROM attachment WHERE state = 'waiting'`)).length === 0,
      60_000,
      200,
    ),
  ]);
}
