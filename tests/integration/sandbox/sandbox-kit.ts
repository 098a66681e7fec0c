import { z } from 'zod';
import { type SandboxState, sandboxState } from '../../../src/sandbox/contract.ts';
import { type Desk, openDesk, type Serving } from '../cli/cli-kit.ts';

/** A sandbox as a visitor has it: `parley serve` without a configuration, in a folder of its own. */
export interface RunningSandbox {
  readonly desk: Desk;
  readonly serving: Serving;
  /** What the sandbox answers to a request under /api/v1/sandbox. */
  call(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Response>;
  state(): Promise<SandboxState>;
  /** Calls and gives back the state it led to. @throws {Error} when it is refused */
  order(path: string, body: object): Promise<SandboxState>;
  /** Signs in and gives back what a session's requests need. */
  signIn(email: string, password: string): Promise<{ status: number; cookie: string; csrf: string }>;
}

/** Starts one in this folder, or in a new one. */
export async function startSandbox(desk: Desk = openDesk()): Promise<RunningSandbox> {
  const serving = await desk.serve();
  const { address } = serving;
  const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${address}/api/v1/sandbox${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const read = async (response: Response): Promise<SandboxState> => {
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${text}`);
    return sandboxState.parse(JSON.parse(text));
  };
  return {
    desk,
    serving,
    call,
    state: async () => read(await call('GET', '/state')),
    order: async (path, body) => read(await call('POST', path, body)),
    async signIn(email, password) {
      const response = await fetch(`${address}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: address },
        body: JSON.stringify({ email, password }),
      });
      const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
      const body = z.object({ csrfToken: z.string() }).safeParse(await response.json());
      return { status: response.status, cookie, csrf: body.success ? body.data.csrfToken : '' };
    },
  };
}

/** The address of the embedded server of a sandbox, for looking into its tables. */
export function storeUrlOf(text: string): string {
  const { port, password, user, database } = z
    .object({
      port: z.int(),
      password: z.string(),
      user: z.string().default('parley'),
      database: z.string().default('parley'),
    })
    .parse(JSON.parse(text));
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
}
