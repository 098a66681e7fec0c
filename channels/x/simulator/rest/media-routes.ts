import { invalidRequest } from './errors.ts';
import type { RouteTable } from './route.ts';

const WAYS = { ways: ['oauth1', 'oauth2'], scopes: ['media.write'] } as const;

/** Uploads in pieces (docs.x.com, "Chunked media upload"). */
export const MEDIA_ROUTES: RouteTable = {
  'POST /2/media/upload/initialize': {
    ...WAYS,
    handle: ({ json }, { uploads }) => ({ body: { data: uploads.view(uploads.begin(json)) } }),
  },
  'POST /2/media/upload/:id/append': {
    ...WAYS,
    handle({ params, piece, json }, { uploads }) {
      const { segment_index: index, media } = json;
      const given =
        piece ?? (typeof media === 'string' ? { index: Number(index), bytes: Buffer.from(media, 'base64') } : null);
      if (given === null) throw invalidRequest('$.segment_index and $.media are required');
      const id = params['id'] ?? '';
      uploads.append(id, given.index, given.bytes);
      return { body: { data: { expires_at: Math.floor(uploads.find(id).untilMs / 1_000) } } };
    },
  },
  'POST /2/media/upload/:id/finalize': {
    ...WAYS,
    handle: ({ params }, { uploads }) => ({ body: { data: uploads.view(uploads.end(params['id'] ?? '')) } }),
  },
  'GET /2/media/upload': {
    ...WAYS,
    handle: ({ query }, { uploads }) => ({ body: { data: uploads.view(uploads.find(query.get('media_id') ?? '')) } }),
  },
};
