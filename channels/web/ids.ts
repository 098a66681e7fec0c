/** A visitor as the store knows it: `anon:` and 128 random bits of ours, or `user:` and the site's own id. It is the place as well. */
export type VisitorId = string;

/** The client's own id of what it sends; the same when it sends it again. */
export const CLIENT_ID = /^[A-Za-z0-9_-]{8,64}$/u;

export function messageIdOf(visitor: VisitorId, clientId: string): string {
  return `${visitor}/v/${clientId}`;
}

/** The id of an entry of ours. */
export function entryIdOf(place: string, seq: number): string {
  return `${place}/${seq}`;
}

/** The position an entry's id names in its place, or null. */
export function seqOf(place: string, id: string): number | null {
  const rest = id.startsWith(`${place}/`) ? id.slice(place.length + 1) : '';
  return /^\d{1,15}$/u.test(rest) ? Number(rest) : null;
}

/** The outbox's id in the key it sends under: 16 bytes in base64url. Null where the key is another one. */
export function deliveryOf(key: string): string | null {
  const hex = /^[A-Za-z0-9_-]{22}$/u.test(key) ? Buffer.from(key, 'base64url').toString('hex') : '';
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5') || null;
}
