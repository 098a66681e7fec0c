import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { DiscordCallError, type FreshAttachment, type RefreshAttachment } from './ports.ts';

/** What the platform says of things that are not there: unknown channel, unknown message. */
const GONE: ReadonlySet<number | null> = new Set([10_003, 10_008]);

/** See {@link RefreshAttachment}. */
export const refreshAttachment: RefreshAttachment = async (rest, place, signal) => {
  let message: unknown;
  try {
    message = await rest.call('GET', `/channels/${place.channelId}/messages/${place.messageId}`, undefined, signal);
  } catch (error) {
    if (error instanceof DiscordCallError && GONE.has(error.code)) return null;
    throw error;
  }
  return attachmentIn(message, place.attachmentId);
};

/** The attachment of a message, or of one it forwards. */
function attachmentIn(message: unknown, attachmentId: string): FreshAttachment | null {
  const record = recordOf(message);
  const snapshots: unknown[] = Array.isArray(record?.['message_snapshots']) ? record['message_snapshots'] : [];
  const places = [record, ...snapshots.map((one) => recordOf(recordOf(one)?.['message']))];
  for (const place of places) {
    const files: unknown[] = Array.isArray(place?.['attachments']) ? place['attachments'] : [];
    const found = files.map(recordOf).find((file) => file?.['id'] === attachmentId);
    const url = stringOf(found?.['url']);
    if (found !== undefined && found !== null && url !== null) {
      return { url, sizeBytes: integerOf(found['size']), contentType: stringOf(found['content_type']) };
    }
  }
  return null;
}
