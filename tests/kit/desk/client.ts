import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Asked {
  body?: unknown;
  /** Instead of JSON. */
  bytes?: Buffer;
  headers?: Record<string, string>;
  /** Leave the CSRF token out. */
  withoutCsrf?: boolean;
  address?: string;
}

/** An answer, with its body read. */
export interface Answer {
  status: number;
  body: unknown;
  headers: IncomingHttpHeaders;
  raw: string;
  bytes: Buffer;
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

function send(call: {
  port: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | Buffer;
}): Promise<{ status: number; headers: IncomingHttpHeaders; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const asking = request({ ...call, host: '127.0.0.1', agent }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          bytes: Buffer.concat(chunks),
        }),
      );
    });
    asking.on('error', reject);
    asking.end(call.body.length === 0 ? undefined : call.body);
  });
}

/** A browser at the desk: keeps its cookie and sends its CSRF token. */
export class DeskClient {
  readonly agentId: string = '';
  cookie = '';
  csrf = '';
  readonly #port: number;
  readonly #host: string;

  constructor(port: number, host: string) {
    this.#port = port;
    this.#host = host;
  }

  async ask(method: string, path: string, asked: Asked = {}): Promise<Answer> {
    const { bytes, status, headers } = await send({
      port: this.#port,
      method,
      path: path.startsWith('/') ? path : `/api/v1/${path}`,
      headers: {
        host: this.#host,
        // The stand trusts its own machine as a proxy, so that each test has addresses of its own.
        'x-forwarded-for': asked.address ?? '203.0.113.7',
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(this.csrf === '' || asked.withoutCsrf === true ? {} : { 'x-csrf-token': this.csrf }),
        ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(asked.bytes === undefined ? {} : { 'content-type': 'application/octet-stream' }),
        ...asked.headers,
      },
      body: asked.bytes ?? (asked.body === undefined ? '' : JSON.stringify(asked.body)),
    });
    const raw = bytes.toString('utf8');
    let body: unknown = raw;
    try {
      body = JSON.parse(raw);
    } catch {
      // A page or a text.
    }
    return { status, body, headers, raw, bytes };
  }

  get(path: string, asked?: Asked): Promise<Answer> {
    return this.ask('GET', path, asked);
  }

  post(path: string, body: unknown, asked: Asked = {}): Promise<Answer> {
    return this.ask('POST', path, { ...asked, body });
  }

  /** Signs in and keeps the session. */
  async signIn(email: string, password: string, asked: Asked = {}): Promise<Answer> {
    const answer = await this.post('session', { email, password }, asked);
    const set = answer.headers['set-cookie'];
    const cookie = (Array.isArray(set) ? set[0] : set)?.split(';')[0];
    if (answer.status === 200 && cookie !== undefined) {
      this.cookie = cookie;
      this.csrf = String(at(answer.body, 'csrfToken'));
    }
    return answer;
  }
}

/** A field of an answer by its path, such as `error.code`; undefined where there is none. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Object.entries(here).find(([name]) => name === key)?.[1];
  }
  return here;
}
