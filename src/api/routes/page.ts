import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refused } from '../../core/errors.ts';
import { createPageFiles, type PageFile } from '../page-files.ts';

const MISSING = `The inbox page is not built yet. Run "npm run build" and reload.\n`;
const FOREVER = 'public, max-age=31536000, immutable';

async function give(
  request: FastifyRequest,
  reply: FastifyReply,
  file: PageFile,
  cache: string,
): Promise<FastifyReply> {
  reply.headers({ 'cache-control': cache, etag: file.etag, vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  reply.type(file.type);
  const small = /\bbr\b/.test(request.headers['accept-encoding'] ?? '') ? await file.compressed() : null;
  return small === null ? reply.send(file.body) : reply.header('content-encoding', 'br').send(small);
}

/** The inbox page: files with a hash in their name are kept by browsers for ever, the page that names them never. */
export function pageRoutes(app: FastifyInstance, folder: string): void {
  const files = createPageFiles(folder);
  const config = { policy: 'public' } as const;

  app.get<{ Params: { '*': string } }>('/*', { config }, (request, reply) => {
    const path = request.params['*'];
    const file = path === '' || path === 'index.html' ? undefined : files.find(path);
    if (file !== undefined) {
      return give(request, reply, file, path.startsWith('assets/') ? FOREVER : 'public, max-age=3600');
    }
    // Every address of the page is the same file; the page reads the rest of the address itself.
    const wantsPage = /\btext\/html\b|\*\/\*/.test(request.headers.accept ?? '*/*');
    if (/^(?:api|hooks|assets)(?:\/|$)/.test(path) || !wantsPage) throw new Refused('not_found', 'nothing is here');
    const page = files.find('index.html');
    if (page === undefined) return reply.code(503).type('text/plain; charset=utf-8').send(MISSING);
    return give(request, reply, page, 'no-cache');
  });
}
