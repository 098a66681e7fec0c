import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { openTracer } from '../../../src/observability/trace-export.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { freePort } from '../../kit/servers/process.ts';
import { ask, type Desk, openDesk } from '../cli/cli-kit.ts';

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string().regex(/^[0-9a-f]{32}$/),
              spanId: z.string().regex(/^[0-9a-f]{16}$/),
              parentSpanId: z.string().optional(),
              name: z.string(),
              startTimeUnixNano: z.string(),
              endTimeUnixNano: z.string(),
              attributes: z.array(attribute),
              status: z.object({ code: z.int().optional() }).optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});
type Span = z.infer<typeof exported>['resourceSpans'][number]['scopeSpans'][number]['spans'][number];

const SECRET_WORDS = 'where is my money, I am Ferdinand';
const REFUSED_WORDS = 'this one the platform refuses, says Ottilie';

let postgres: TestPostgres;
let simulator: TelegramSimulator;
let desk: Desk;
let receiver: Server;
let receiverUrl: string;
let bodies: string[] = [];
let paths: string[] = [];
let answerAfterMs = 0;

beforeAll(async () => {
  postgres = await startPlainPostgres();
  simulator = createTelegramSimulator();
  await simulator.start();
  desk = openDesk();
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      paths.push(request.url ?? '');
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      setTimeout(() => response.setHeader('content-type', 'application/json').end('{}'), answerAfterMs);
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  receiverUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}, 60_000);
afterAll(async () => {
  await desk.remove();
  await simulator.stop();
  receiver.closeAllConnections();
  receiver.close();
  await postgres.close();
});
beforeEach(() => {
  bodies = [];
  paths = [];
  answerAfterMs = 0;
});

async function configure(telemetry: object): Promise<string> {
  const url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  desk.configure({
    store: { url },
    http: { port: 0 },
    accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
    bot: { brains: ['echo'] },
    telemetry,
  });
  return url;
}

function spans(): Span[] {
  return bodies.flatMap((body) =>
    exported.parse(JSON.parse(body)).resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)),
  );
}

const attributeOf = (span: Span | undefined, key: string): unknown =>
  Object.values(span?.attributes.find((one) => one.key === key)?.value ?? {})[0];

describe('traces', () => {
  test('of a message lead from its commit to the call of the platform, named by its id, without a word of it', async () => {
    const url = await configure({ otlpUrl: receiverUrl });
    const serving = await desk.serve();
    const customer = simulator.customer(7, { firstName: 'Ferdinand', username: 'ferdi_77' });
    customer.write(SECRET_WORDS);
    expect((await customer.next()).text).toBe(SECRET_WORDS);
    expect((await fetch(`${serving.address}/api/v1/welcome?word=quantum`)).status).toBe(200);
    await fetch(`${serving.address}/healthz`);
    await eventually(() => expect(spans().map(({ name }) => name)).toContain('settle'), 10_000, 50);
    simulator.faults.add({
      method: 'sendMessage',
      kind: 'refuse',
      status: 400,
      description: 'Bad Request: chat not found',
      times: 1,
    });
    customer.write(REFUSED_WORDS);
    await eventually(async () => {
      expect(await ask(url, `SELECT FROM delivery WHERE state = 'failed'`)).toHaveLength(1);
    }, 10_000);
    expect((await serving.stop()).code).toBe(0);

    const all = spans();
    const inbound = await ask<{ id: string; text: string }>(
      url,
      `SELECT id::text, text FROM message WHERE kind = 'inbound'`,
    );
    const first = inbound.find(({ text }) => text === SECRET_WORDS)?.id ?? '';
    const trace = all.filter(({ traceId }) => traceId === first.replaceAll('-', ''));
    expect(trace.map(({ name }) => name).toSorted()).toEqual(
      ['claim', 'decide', 'ingest', 'ingest batch', 'platform send', 'settle', 'turn'].toSorted(),
    );
    const root = trace.find(({ name }) => name === 'ingest');
    expect(root?.parentSpanId ?? '').toBe('');
    for (const span of trace) {
      if (span !== root) expect([span.name, span.parentSpanId]).toEqual([span.name, root?.spanId]);
      expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
    }
    expect(attributeOf(root, 'parley.message.id')).toBe(first);
    const [delivery] = await ask<{ id: string }>(url, `SELECT id::text FROM delivery WHERE state = 'sent'`);
    const sent = trace.find(({ name }) => name === 'platform send');
    expect([attributeOf(sent, 'parley.delivery.id'), attributeOf(sent, 'parley.state')]).toEqual([
      delivery?.id,
      'sent',
    ]);
    // In the order of the way of a message.
    const starts = ['ingest', 'claim', 'turn', 'decide', 'platform send', 'settle'].map((name) =>
      BigInt(trace.find((one) => one.name === name)?.startTimeUnixNano ?? 0),
    );
    expect(starts).toEqual(starts.toSorted((left, right) => (left < right ? -1 : 1)));

    // A refused call is an error with a code; a request is a trace of its own, by its pattern; health is none.
    const failed = all.find((span) => span.name === 'platform send' && attributeOf(span, 'parley.state') === 'failed');
    expect(failed?.status?.code).toBe(2);
    expect(all.map(({ name }) => name)).toContain('GET /api/v1/welcome');
    expect(all.filter(({ name }) => name.includes('healthz'))).toEqual([]);

    expect(paths.every((path) => path === '/v1/traces')).toBe(true);
    const sentOut = bodies.join('\n');
    for (const word of [
      'money',
      'Ferdinand',
      'ferdi_77',
      'refuses',
      'Ottilie',
      'quantum',
      simulator.token,
      'chat not found',
    ]) {
      expect([word, sentOut.includes(word)]).toEqual([word, false]);
    }
    expect(sentOut).toContain('"parley"');
  }, 90_000);

  test('are off without an address and with a share of 0; messages flow', async () => {
    await configure({ otlpUrl: receiverUrl, sampleRatio: 0 });
    const serving = await desk.serve();
    const customer = simulator.customer(8);
    customer.write('hello');
    await customer.next();
    expect((await serving.stop()).code).toBe(0);
    expect(bodies).toEqual([]);
    expect(
      await openTracer({ otlpUrl: null, sampleRatio: 1, version: '1', roles: [], host: 'h', pid: 1, log: quietLog() }),
    ).toBeNull();
  }, 60_000);

  test('hold nothing up when their receiver is away or never answers', async () => {
    const away = `http://127.0.0.1:${await freePort()}/elsewhere`;
    for (const otlpUrl of [away, receiverUrl]) {
      answerAfterMs = 60_000;
      await configure({ otlpUrl });
      const serving = await desk.serve();
      const customer = simulator.customer(9);
      customer.write(`to ${otlpUrl}`);
      await customer.next();
      if (otlpUrl === away) {
        await eventually(() => expect(serving.output()).toContain('the receiver of traces'), 10_000, 100);
      }
      const { code, tookMs } = await serving.stop();
      expect(code).toBe(0);
      expect(tookMs).toBeLessThan(10_000);
    }
  }, 90_000);

  test('load their packages only when they are on: nothing imports them at start', () => {
    const source = join(import.meta.dirname, '../../../src');
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
    const early = files.filter((name) =>
      /^import (?!type).*'@opentelemetry\//m.test(readFileSync(join(source, name), 'utf8')),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(early).toEqual([]);
  });
});
