import { afterEach, beforeEach } from '@jest/globals';
import {
  createTelegramSimulator,
  type TelegramSimulator,
  type TelegramSimulatorOptions,
} from '../../../../../channels/telegram/simulator/index.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** What a call of the Bot API came to. */
export interface Answer {
  status: number;
  /** Empty when there is none. */
  description: string;
  parameters: unknown;
  result: unknown;
}

/** A simulator made anew for every test, with what tests say to it over HTTP. */
export interface Stand {
  readonly simulator: TelegramSimulator;
  call(method: string, payload?: object | FormData): Promise<Answer>;
  /** Calls and gives the result. @throws {Error} when it is refused. */
  done(method: string, payload?: object | FormData): Promise<Fields>;
  /** All updates that wait, confirmed with it. */
  updates(): Promise<Fields[]>;
  /** The last update's content of this kind. @throws {Error} when none came. */
  last(kind: string): Promise<Fields>;
  /** Address of a file whose path getFile told. */
  fileUrl(path: unknown): string;
}

/** Sets a stand up around each test of the file. */
export function useStand(options: TelegramSimulatorOptions = {}): Stand {
  let simulator = createTelegramSimulator(options);
  let offset = 0;
  beforeEach(async () => {
    simulator = createTelegramSimulator(options);
    offset = 0;
    await simulator.start();
  });
  afterEach(() => simulator.stop());

  const call = async (method: string, payload: object | FormData = {}): Promise<Answer> => {
    const isForm = payload instanceof FormData;
    const response = await fetch(`${simulator.url}/bot${simulator.token}/${method}`, {
      method: 'POST',
      ...(isForm
        ? { body: payload }
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload) }),
    });
    const body: Fields = JSON.parse(await response.text());
    const { description = '', parameters, result } = body;
    return { status: response.status, description: String(description), parameters, result };
  };
  const updates = async (): Promise<Fields[]> => {
    const all: Fields[] = [];
    for (;;) {
      const { result } = await call('getUpdates', { offset });
      const list: Fields[] = Array.isArray(result) ? result : [];
      if (list.length === 0) return all;
      // An offset asked for twice within half a second is answered one by one.
      all.push(...list);
      offset = Number(list.at(-1)?.['update_id']) + 1;
    }
  };
  return {
    get simulator() {
      return simulator;
    },
    call,
    async done(method, payload) {
      const answer = await call(method, payload);
      if (answer.status === 200) return fieldsOf(answer.result);
      throw new Error(`${method} was refused: ${answer.description}`);
    },
    updates,
    async last(kind) {
      const all = await updates();
      const found = all.findLast((update) => kind in update);
      if (found === undefined) throw new Error(`no ${kind} came; came: ${JSON.stringify(all.map(Object.keys))}`);
      return fieldsOf(found[kind]);
    },
    fileUrl: (path) => `${simulator.url}/file/bot${simulator.token}/${String(path)}`,
  };
}

/** An object, or a failure that says what was there instead. */
export function fieldsOf(value: unknown): Fields {
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new Error(`not an object: ${JSON.stringify(value)}`);
}

/** Calls the method with a form: strings as fields, buffers as files of the given names. */
export function form(fields: Readonly<Record<string, string | { bytes: Buffer; name: string }>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') data.set(name, value);
    else data.set(name, new Blob([new Uint8Array(value.bytes)]), value.name);
  }
  return data;
}

/** The beginning of a PNG of this size, which is all anybody looks at. */
export function png(width: number, height: number, padding = 100): Buffer {
  const head = Buffer.from('89504e470d0a1a0a0000000d49484452000000000000000008020000000000000000', 'hex');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return Buffer.concat([head, Buffer.alloc(padding, 7)]);
}
