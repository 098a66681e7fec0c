import { Resolver } from 'node:dns/promises';
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { fileTypeFromBuffer } from 'file-type';
import { Refused, TooMany } from '../core/errors.ts';
import type { RemotePicture, RemotePictures } from '../core/ports/remote-pictures.ts';
import { isPublicAddress } from './public-address.ts';

/** What may be changed; everything but `resolve` and `mayAsk` is a limit. */
export interface GuardedFetchOptions {
  /** All addresses of a name; what the name servers say. */
  resolve?: (name: string) => Promise<readonly string[]>;
  /** Whether an address may be asked; {@link isPublicAddress}. */
  mayAsk?: (address: string) => boolean;
  ports?: readonly number[];
  maxBytes?: number;
  /** For everything together: names, redirects, the body; ms. */
  maxTimeMs?: number;
  maxRedirects?: number;
  /** Fetches at once; more are refused. */
  maxAtOnce?: number;
}

/** The pictures that are shown. No SVG: it is a document with scripts and links. */
const PICTURES = ['image/png', 'image/apng', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'];
const MOVED = [301, 302, 303, 307, 308];
/** Says what asks, and nothing of who, with what or from where. */
const USER_AGENT = 'Mozilla/5.0 (compatible; picture fetcher)';

function refused(code: string, message: string, cause?: unknown): Refused {
  return new Refused(code, message, { mend: 'ask the customer to attach the picture', cause });
}

/** Asks the name servers itself: the system's own way waits in threads that the files need too, and looks into local tables first. */
async function publishedAddresses(name: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const [first] = found;
  const addresses = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  if (addresses.length === 0 && first.status === 'rejected') throw first.reason;
  return addresses;
}

/** Answers with what was checked, whatever the name means by now. */
function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, options, answer) => {
    const some = all.filter((one) => !options.family || one.family === Number(options.family));
    const [first] = some;
    if (options.all === true) answer(null, some);
    else if (first === undefined) answer(new Error('no address of this family'), '');
    else answer(null, first.address, first.family);
  };
}

/**
 * Fetches pictures from the open internet and nothing from anywhere else. Every address of a name is judged before a socket is
 * opened, and the socket goes to what was judged; each redirect is judged anew.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): RemotePictures {
  const { resolve = publishedAddresses, mayAsk = isPublicAddress, ports = [80, 443] } = options;
  const { maxBytes = 5_000_000, maxTimeMs = 8_000, maxRedirects = 3, maxAtOnce = 16 } = options;
  let running = 0;

  function checkedUrl(text: string, base?: URL): URL {
    let url: URL;
    try {
      url = new URL(text, base);
    } catch (error) {
      throw refused('remote_url', 'this is no address of a picture', error);
    }
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw refused('remote_url', 'only addresses of http and https are asked for pictures');
    }
    if (url.username !== '' || url.password !== '') {
      throw refused('remote_url', 'addresses with a name and password are not asked');
    }
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    if (!ports.includes(port)) throw refused('remote_url', `port ${port} is not asked for pictures`);
    return url;
  }

  async function addressesOf({ hostname }: URL): Promise<readonly string[]> {
    const name = hostname.replace(/^\[(.*)\]$/, '$1');
    let found: readonly string[];
    try {
      found = isIP(name) === 0 ? await resolve(name) : [name];
    } catch (error) {
      throw refused('remote_unreachable', 'the name of this picture’s server is not known', error);
    }
    if (found.length === 0) throw refused('remote_unreachable', 'the name of this picture’s server has no address');
    // One bad address is enough: a name that has both wants to be asked again until it gives the other.
    if (!found.every((address) => mayAsk(address))) {
      throw refused('remote_private', 'this picture lies in a network that is not the open internet');
    }
    return found;
  }

  function ask(url: URL, addresses: readonly string[], signal: AbortSignal): Promise<IncomingMessage> {
    const secure = url.protocol === 'https:';
    const lookup = pinned(addresses);
    return new Promise((answered, failed) => {
      const asking = (secure ? secureRequest : plainRequest)(url, {
        agent: secure ? new SecureAgent({ lookup, keepAlive: false }) : new PlainAgent({ lookup, keepAlive: false }),
        headers: { accept: PICTURES.join(', '), 'accept-encoding': 'identity', 'user-agent': USER_AGENT },
        maxHeaderSize: 16_384,
        signal,
      });
      asking.on('error', (error) =>
        failed(refused('remote_unreachable', 'the picture’s server does not answer', error)),
      );
      asking.on('response', answered);
      asking.end();
    });
  }

  async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
    const tooLarge = () =>
      refused('remote_too_large', `this picture is larger than ${Math.floor(maxBytes / 1_000)} kB`);
    if (Number(answer.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
    const pieces: Buffer[] = [];
    let size = 0;
    try {
      for await (const piece of answer as AsyncIterable<Buffer>) {
        size += piece.length;
        if (size > maxBytes) throw tooLarge();
        pieces.push(piece);
      }
    } catch (error) {
      if (error instanceof Refused) throw error;
      throw refused('remote_unreachable', 'the picture ended before its end', error);
    }
    return Buffer.concat(pieces);
  }

  async function pictureOf(answer: IncomingMessage): Promise<RemotePicture> {
    const status = answer.statusCode ?? 0;
    if (status !== 200) throw refused('remote_unreachable', `the picture’s server answers ${status}`);
    const encoding = answer.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') throw refused('remote_not_picture', 'what lies there is packed');
    const bytes = await bodyOf(answer);
    const mime = (await fileTypeFromBuffer(bytes))?.mime;
    if (mime === undefined || !PICTURES.includes(mime)) {
      throw refused('remote_not_picture', 'what lies there is no picture that is shown');
    }
    return { mime, bytes };
  }

  async function follow(first: string, signal: AbortSignal): Promise<RemotePicture> {
    let url = checkedUrl(first);
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const addresses = await addressesOf(url);
      signal.throwIfAborted();
      const answer = await ask(url, addresses, signal);
      try {
        const { location } = answer.headers;
        if (!MOVED.includes(answer.statusCode ?? 0) || location === undefined) return await pictureOf(answer);
        url = checkedUrl(location, url);
      } finally {
        answer.destroy();
      }
    }
    throw refused('remote_redirects', `this picture moved more than ${maxRedirects} times`);
  }

  /** What was asked for goes on being refused by the clock, even where a resolver never answers. */
  async function inTime(url: string): Promise<RemotePicture> {
    const clock = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(refused('remote_slow', `this picture took longer than ${Math.ceil(maxTimeMs / 1_000)} s`));
        clock.abort();
      }, maxTimeMs);
    });
    try {
      return await Promise.race([follow(url, clock.signal), over]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async fetch(url) {
      if (running >= maxAtOnce) throw new TooMany('busy', 'many pictures are being fetched just now', 1_000);
      running += 1;
      try {
        return await inTime(url);
      } finally {
        running -= 1;
      }
    },
  };
}
