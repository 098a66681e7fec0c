import { deflateSync } from 'node:zlib';
import type { CallbackAnswer, Customer, TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import type { AttachmentKind } from '../../../src/core/model/attachment.ts';
import type { ButtonRig, FileRig } from '../../kit/channels/channel-harness.ts';

const MIME: Readonly<Partial<Record<AttachmentKind, string>>> = {
  photo: 'image/png',
  video: 'video/mp4',
  animation: 'video/mp4',
  audio: 'audio/mpeg',
  voice: 'audio/ogg',
};

/** A grey picture of 4 × 3 pixels whose shade is the number (PNG; nobody here looks at the checksums). */
function picture(shade: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
  };
  const header = Buffer.from([0, 0, 0, 4, 0, 0, 0, 3, 8, 0, 0, 0, 0]);
  const rows = Buffer.concat([0, 1, 2].map(() => Buffer.from([0, shade, shade, shade, shade])));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.of()),
  ]);
}

/** The files of one customer of the simulated Telegram, as the contract asks for them. */
export function telegramFiles(simulator: TelegramSimulator, customer: Customer): FileRig {
  return {
    sample(kind, number) {
      const mime = MIME[kind] ?? 'application/pdf';
      if (kind === 'photo') return { bytes: picture(number % 256), mime, width: 4, height: 3 };
      return { bytes: Buffer.from(`${kind} number ${number} `.repeat(2_000)), mime, fileName: `${kind}-${number}.bin` };
    },
    albumOf: ['photo', 'photo', 'video'],
    visible: () =>
      customer.received().flatMap(({ deleted, chatId, messageId, currentText, media, mediaGroupId }) =>
        deleted || media === null
          ? []
          : [
              {
                externalId: `${chatId}:${messageId}`,
                // The simulator names kinds as the platform does; all the contract sends are named alike.
                kind: media.kind as AttachmentKind,
                text: currentText,
                sha256: media.sha256,
                album: mediaGroupId,
              },
            ],
      ),
    loseAnswer: () => void simulator.faults.add({ kind: 'drop_after', method: 'sendDocument', times: 1 }),
    async write(bytes) {
      await Promise.resolve(customer.send({ kind: 'document', file: { bytes, name: 'proof.bin' }, caption: 'proof' }));
    },
    cutDownload: () => void simulator.faults.add({ kind: 'cut_download', method: 'file', times: 1 }),
    goneRemote: { fileId: 'an id of no file' },
  };
}

/** The buttons one customer sees. */
export function telegramButtons(customer: Customer): ButtonRig {
  let answer: () => CallbackAnswer | null = () => null;
  const last = (): ReturnType<Customer['received']>[number] => {
    const message = customer.received().at(-1);
    if (message === undefined) throw new Error('the customer has no message of ours');
    return message;
  };
  return {
    visible: () => last().buttons.map((row) => row.map(({ text }) => text)),
    async press(label) {
      ({ answer } = await Promise.resolve(customer.press(last().messageId, label)));
    },
    isAcknowledged: () => answer() !== null,
  };
}
