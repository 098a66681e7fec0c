import { z } from 'zod';
import { type ControlHandler, type ControlRoute, createControlHandler } from '../../shared/simulator/control.ts';
import { withoutUndefined } from '../../shared/without-undefined.ts';
import { peopleRoutes } from './control-people.ts';
import { FAULT_KINDS, type FaultRule } from './faults.ts';
import type { TelegramSimulator } from './index.ts';
import type { PlatformLog } from './platform-log.ts';

const say = z.strictObject({
  chat: z.int(),
  text: z.string(),
  name: z.string().optional(),
  language: z.string().optional(),
  /** In groups (negative chat ids): who writes. */
  author: z.int().optional(),
  entities: z.array(z.record(z.string(), z.unknown())).optional(),
  replyTo: z.int().optional(),
  topic: z.int().optional(),
  /** How often; the number is added behind the text from the second on. */
  times: z.int().min(1).max(100_000).default(1),
});
const edit = z.strictObject({ chat: z.int(), message: z.int(), text: z.string() });
const block = z.strictObject({ chat: z.int(), blocked: z.boolean() });
const push = z.strictObject({ update: z.record(z.string(), z.unknown()) });
const latency = z.strictObject({ ms: z.number().min(0).max(600_000) });
const limits = z.strictObject({
  accountPerSecond: z.number().positive().optional(),
  chatPerSecond: z.number().positive().optional(),
  groupPerMinute: z.number().positive().optional(),
  burst: z.number().positive().optional(),
});
const fault = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  method: z.string().optional(),
  chatId: z.int().optional(),
  times: z.int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  retryAfterSeconds: z.int().min(0).optional(),
  status: z.int().min(400).max(599).optional(),
  description: z.string().optional(),
  latencyMs: z.number().min(0).max(600_000).optional(),
  bytesPerSecond: z.int().min(1).optional(),
  afterBytes: z.int().min(0).optional(),
});

/**
 * A way to drive the simulator over HTTP, for tests in other processes and for people at a terminal:
 * `POST say {chat, text}`, `edit`, `block`, `push`, `fault`, `latency`, `limits` (`{}` lifts them);
 * what people do besides (see control-people.ts): `send`, `album`, `editContent`, `editCaption`, `react`, `press`,
 * `group`, `business`, `clock`, `GET view?chat=`;
 * `GET log?after=ORDER` (calls), `messages?chat=&after=`, `updates?open=1`, `faults`; `DELETE fault`, `DELETE log`.
 */
export function createControl(simulator: TelegramSimulator, log: PlatformLog & { clear(): void }): ControlHandler {
  return createControlHandler(routesOf(simulator, log));
}

function routesOf(
  simulator: TelegramSimulator,
  log: PlatformLog & { clear(): void },
): ReadonlyMap<string, ControlRoute> {
  const after = (query: URLSearchParams): number => Number(query.get('after') ?? 0);
  return new Map<string, ControlRoute>([
    ['POST say', (body) => ({ written: sayAll(simulator, say.parse(body)) })],
    [
      'POST edit',
      (body) => {
        const { chat, message, text } = edit.parse(body);
        return simulator.customer(chat).edit(message, text);
      },
    ],
    [
      'POST block',
      (body) => {
        const { chat, blocked } = block.parse(body);
        const customer = simulator.customer(chat);
        if (blocked) customer.block();
        else customer.unblock();
      },
    ],
    ['POST push', (body) => simulator.push(push.parse(body).update)],
    ['POST fault', (body) => void simulator.faults.add(withoutUndefined<FaultRule>(fault.parse(body)))],
    ['GET faults', () => simulator.faults.rules],
    ['DELETE fault', () => simulator.faults.clear()],
    ['POST latency', (body) => simulator.setLatency(latency.parse(body).ms)],
    [
      'POST limits',
      (body) => {
        const wanted = limits.parse(body);
        simulator.setFloodLimits(Object.keys(wanted).length === 0 ? null : withoutUndefined(wanted));
      },
    ],
    ['GET log', (_, query) => log.calls.filter((call) => call.order > after(query))],
    [
      'GET messages',
      (_, query) => {
        const chat = query.get('chat');
        const all = chat === null ? log.messages : log.messagesIn(Number(chat));
        return all.filter((message) => message.order > after(query));
      },
    ],
    ['GET updates', (_, query) => log.updates.filter((one) => query.get('open') === null || one.ackedAtMs === null)],
    ['DELETE log', () => log.clear()],
    ...peopleRoutes(simulator),
  ]);
}

function sayAll(simulator: TelegramSimulator, order: z.infer<typeof say>): unknown[] {
  const { chat, text, name, language, author, entities, replyTo, topic, times } = order;
  const person = {
    ...(name === undefined ? {} : { firstName: name }),
    ...(language === undefined ? {} : { languageCode: language }),
  };
  const options = {
    ...(entities === undefined ? {} : { entities }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(topic === undefined ? {} : { topicId: topic }),
  };
  const write = (what: string): unknown => {
    if (chat > 0) return simulator.customer(chat, person).write(what, options);
    const id = author ?? 1;
    return simulator.group(chat).write({ firstName: `Customer ${id}`, ...person, id }, what, options);
  };
  return Array.from({ length: times }, (_, index) => write(index === 0 ? text : `${text} ${index + 1}`));
}
