import { z } from 'zod';
import { type ControlHandler, type ControlRoute, createControlHandler } from '../../shared/simulator/control.ts';
import { withoutUndefined } from '../../shared/without-undefined.ts';
import { FAULT_KINDS, type FaultRule } from './faults.ts';
import type { DiscordSimulator } from './index.ts';

const id = z.string().regex(/^\d{15,20}$/);
const say = z.strictObject({
  author: id,
  text: z.string(),
  channel: id.optional(),
  replyTo: id.optional(),
  name: z.string().optional(),
  /** How often; the number is added behind the text from the second on. */
  times: z.int().min(1).max(100_000).default(1),
});
const edit = z.strictObject({ author: id, channel: id, message: id, text: z.string() });
const remove = z.strictObject({ author: id, channel: id, message: id });
const react = z.strictObject({
  author: id,
  channel: id,
  message: id,
  emoji: z.string(),
  off: z.boolean().default(false),
});
const press = z.strictObject({ author: id, button: z.string(), channel: id.optional(), message: id.optional() });
const command = z.strictObject({ author: id, name: z.string(), channel: id.optional() });
const block = z.strictObject({ author: id, blocked: z.boolean() });
const guild = z.strictObject({
  id: id.optional(),
  name: z.string().optional(),
  channels: z.array(z.string()).default([]),
  forums: z.array(z.string()).default([]),
});
const dispatch = z.strictObject({ t: z.string(), d: z.unknown(), guild: id.optional() });
const cut = z.strictObject({ closeCode: z.int().optional() });
const latency = z.strictObject({ ms: z.number().min(0).max(600_000) });
const clock = z.strictObject({ advanceMs: z.number().min(0) });
const fault = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  route: z.string().optional(),
  channelId: z.string().optional(),
  times: z.int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  retryAfterSeconds: z.number().min(0).optional(),
  scope: z.enum(['user', 'global', 'shared']).optional(),
  status: z.int().min(400).max(599).optional(),
  code: z.int().optional(),
  message: z.string().optional(),
  latencyMs: z.number().min(0).max(600_000).optional(),
  afterBytes: z.int().min(0).optional(),
  closeCode: z.int().optional(),
});

function routesOf(simulator: DiscordSimulator): Map<string, ControlRoute> {
  const person = (author: string, name?: string) =>
    simulator.customer(author, name === undefined ? {} : { globalName: name });
  return new Map<string, ControlRoute>([
    [
      'POST say',
      (given) => {
        const { author, text, channel, replyTo, name, times } = say.parse(given);
        const where = {
          ...(channel === undefined ? {} : { channelId: channel }),
          ...(replyTo === undefined ? {} : { replyTo }),
        };
        return Array.from({ length: times }, (_, at) =>
          person(author, name).write(at === 0 ? text : `${text} ${at + 1}`, where),
        );
      },
    ],
    [
      'POST edit',
      (given) => {
        const { author, channel, message, text } = edit.parse(given);
        person(author).edit({ channelId: channel, id: message }, text);
      },
    ],
    [
      'POST remove',
      (given) => {
        const { author, channel, message } = remove.parse(given);
        person(author).remove({ channelId: channel, id: message });
      },
    ],
    [
      'POST react',
      (given) => {
        const { author, channel, message, emoji, off } = react.parse(given);
        const where = { channelId: channel, id: message };
        if (off) person(author).unreact(where, emoji);
        else person(author).react(where, emoji);
      },
    ],
    [
      'POST press',
      (given) => {
        const { author, button, channel, message } = press.parse(given);
        const { id } = person(author).press(button, {
          ...(channel === undefined ? {} : { channelId: channel }),
          ...(message === undefined ? {} : { messageId: message }),
        });
        return { id };
      },
    ],
    [
      'POST command',
      (given) => {
        const { author, name, channel } = command.parse(given);
        return { id: person(author).command(name, channel === undefined ? {} : { channelId: channel }).id };
      },
    ],
    [
      'POST block',
      (given) => {
        const { author, blocked } = block.parse(given);
        person(author).block(blocked);
      },
    ],
    [
      'POST guild',
      (given) => {
        const wanted = guild.parse(given);
        const made = simulator.guild(wanted.id, wanted.name === undefined ? {} : { name: wanted.name });
        return {
          id: made.id,
          channels: wanted.channels.map((name) => made.addChannel(name)),
          forums: wanted.forums.map((name) => made.addForum(name)),
        };
      },
    ],
    [
      'POST dispatch',
      (given) => {
        const { t, d, guild } = dispatch.parse(given);
        simulator.dispatch(t, d, guild ?? null);
      },
    ],
    ['POST cut', (given) => simulator.cut(cut.parse(given).closeCode)],
    ['POST reconnect', () => simulator.askToReconnect()],
    ['POST forget', () => simulator.forgetSessions()],
    ['POST latency', (given) => simulator.setLatency(latency.parse(given).ms)],
    ['POST clock', (given) => simulator.clock.advance(clock.parse(given).advanceMs)],
    ['POST fault', (given) => void simulator.faults.add(withoutUndefined<FaultRule>(fault.parse(given)))],
    ['DELETE fault', () => simulator.faults.clear()],
    ['GET faults', () => simulator.faults.rules],
    [
      'GET view',
      (_, query) => {
        const customer = person(query.get('author') ?? '');
        return customer
          .sees(query.get('channel') ?? customer.dm)
          .map(({ files, ...rest }) => ({ ...rest, files: files.map(({ filename }) => filename) }));
      },
    ],
    [
      'GET messages',
      (_, query) => {
        const after = Number(query.get('after') ?? 0);
        return simulator.log.messages
          .filter(({ order }) => order > after)
          .map(({ files, ...rest }) => ({ ...rest, files: files.map(({ filename }) => filename) }));
      },
    ],
    ['GET log', (_, query) => simulator.log.calls.filter(({ order }) => order > Number(query.get('after') ?? 0))],
    ['GET gateway', () => ({ entries: simulator.log.gateway, connections: simulator.gatewayConnections })],
    ['DELETE log', () => simulator.log.clear()],
  ]);
}

/** Drives the simulator over HTTP; the routes are above. */
export function createControl(simulator: DiscordSimulator): ControlHandler {
  return createControlHandler(routesOf(simulator));
}
