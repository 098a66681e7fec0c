import type { Content, SentMessage, TelegramSimulator } from '../../channels/telegram/simulator/index.ts';

/** What a message on a phone shows besides its words. */
export interface Shown {
  /** As the platform calls it: `photo`, `location` … Empty: nothing but words. */
  things: { kind: string; name: string | null; picture: boolean }[];
  buttons: string[][];
  reactions: string[];
  /** Messages of one album have the same. */
  album: string | null;
}

/** A picture as a phone shows it. */
export interface PhonePicture {
  mime: string;
  bytes: Buffer;
}

/** What phones show of files, buttons and reactions. */
export interface PhoneContents {
  /** What each message of a chat shows now, by its number. */
  of(chatId: number): ReadonlyMap<number, Shown>;
  /** Keeps what a customer sent, so that their own phone can show it. */
  keep(chatId: number, messageId: number, content: Content): void;
  picture(chatId: number, messageId: number, sent: SentMessage | undefined): PhonePicture | null;
}

const PICTURES: readonly string[] = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];
/** Pictures of customers' own that are kept. */
const KEPT = 100;

/** Reads what the simulator's chats show. */
export function createPhoneContents(simulator: Pick<TelegramSimulator, 'view' | 'file'>): PhoneContents {
  const own = new Map<string, { name: string | null; picture: PhonePicture | null }>();
  const keyOf = (chatId: number, messageId: number): string => `${chatId}:${messageId}`;

  return {
    of(chatId) {
      const shown = new Map<number, Shown>();
      for (const entry of simulator.view(chatId).entries) {
        const together = entry.messageIds.length > 1;
        entry.messageIds.forEach((messageId, index) => {
          const kinds = together ? entry.shows.slice(index, index + 1) : entry.shows;
          const media = entry.media[together ? index : 0];
          const kept = own.get(keyOf(chatId, messageId));
          shown.set(messageId, {
            things: kinds.map((kind) => ({
              kind,
              name: media?.name ?? kept?.name ?? null,
              picture: kept === undefined ? PICTURES.includes(media?.mime ?? '') : kept.picture !== null,
            })),
            buttons: index === 0 ? entry.buttons.map((row) => row.map((button) => button.text)) : [],
            reactions: index === 0 ? [...entry.reactions] : [],
            album: together ? String(entry.messageIds[0]) : null,
          });
        });
      }
      return shown;
    },
    keep(chatId, messageId, content) {
      const file = 'file' in content ? content.file : undefined;
      if (file?.bytes === undefined) return;
      const mime = file.mime ?? '';
      const picture = PICTURES.includes(mime) ? { mime, bytes: Buffer.from(file.bytes) } : null;
      own.set(keyOf(chatId, messageId), { name: file.name ?? null, picture });
      const oldest = own.keys().next();
      if (own.size > KEPT && oldest.done !== true) own.delete(oldest.value);
    },
    picture(chatId, messageId, sent) {
      const kept = own.get(keyOf(chatId, messageId));
      if (kept !== undefined) return kept.picture;
      const media = sent?.media ?? null;
      if (media === null || !PICTURES.includes(media.mime)) return null;
      const content = simulator.file(media.fileId)?.content ?? null;
      return content === null ? null : { mime: media.mime, bytes: content.read(0, content.sizeBytes) };
    },
  };
}
