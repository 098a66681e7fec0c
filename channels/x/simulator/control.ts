import { z } from 'zod';
import { type ControlHandler, type ControlRoute, createControlHandler } from '../../shared/simulator/control.ts';
import { withoutUndefined } from '../../shared/without-undefined.ts';
import type { PostOptions } from './customers.ts';
import { FAULT_KINDS, type FaultRule } from './faults.ts';
import type { XSimulator } from './index.ts';
import type { Plan } from './plan.ts';
import type { SentFile } from './platform-log.ts';
import type { User } from './world.ts';

const id = z.string().regex(/^\d{1,20}$/u);
const file = z.strictObject({ mime: z.string(), base64: z.string() });
/** How often; the number is added behind the text from the second on. */
const times = z.int().min(1).max(100_000).default(1);
const direct = z.strictObject({
  author: id,
  text: z.string(),
  name: z.string().optional(),
  handle: z.string().optional(),
  file: file.optional(),
  silent: z.boolean().default(false),
  times,
});
const post = z.strictObject({
  author: id,
  text: z.string(),
  name: z.string().optional(),
  handle: z.string().optional(),
  /** Our name is put before it. */
  mention: z.boolean().default(false),
  replyTo: id.optional(),
  quote: id.optional(),
  files: z.array(file).max(4).default([]),
  lang: z.string().optional(),
  silent: z.boolean().default(false),
  times,
});
const edit = z.strictObject({ author: id, post: id, text: z.string() });
const remove = z.strictObject({ author: id, post: id });
const block = z.strictObject({ author: id, blocked: z.boolean() });
const takes = z.strictObject({ author: id, from: z.enum(['all', 'known', 'none']) });
const rename = z.strictObject({ author: id, name: z.string().optional(), handle: z.string().optional() });
const protect = z.strictObject({ author: id, protected: z.boolean() });
const who = z.strictObject({ author: id });
const announce = z.strictObject({ text: z.string(), replyTo: id.optional() });
const say = z.strictObject({ user: id, text: z.string() });
const style = z.strictObject({ style: z.enum(['activity', 'pascal', 'account_activity']) });
const latency = z.strictObject({ ms: z.number().min(0).max(600_000) });
const clock = z.strictObject({ advanceMs: z.number().min(0) });
const plan = z.strictObject({
  lacks: z.array(z.string()).optional(),
  creditsMicros: z.number().nullable().optional(),
  longPosts: z.boolean().optional(),
  repliesSummon: z.boolean().optional(),
  needsSummons: z.boolean().optional(),
});
const fault = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  route: z.string().optional(),
  userId: z.string().optional(),
  times: z.int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  status: z.int().min(300).max(599).optional(),
  code: z.int().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  type: z.string().optional(),
  latencyMs: z.number().min(0).max(600_000).optional(),
  resetAfterMs: z.number().min(0).optional(),
  afterBytes: z.int().min(0).optional(),
});

type Person = Partial<Pick<User, 'name' | 'handle'>>;

const fileOf = ({ mime, base64 }: z.infer<typeof file>) => ({ mime, bytes: Buffer.from(base64, 'base64') });
/** Files are not repeated: what they are and how long is enough. */
const withoutBytes = <T extends { files: readonly Pick<SentFile, 'mime' | 'bytes'>[] }>({ files, ...rest }: T) => ({
  ...rest,
  files: files.map(({ mime, bytes }) => ({ mime, sizeBytes: bytes.byteLength })),
});
const after = <T extends { order: number }>(list: readonly T[], query: URLSearchParams): T[] =>
  list.filter(({ order }) => order > Number(query.get('after') ?? 0));

function repeated<T>(count: number, text: string, write: (text: string) => T): T[] {
  return Array.from({ length: count }, (_, at) => write(at === 0 ? text : `${text} ${at + 1}`));
}

function customerRoutes(simulator: XSimulator): [string, ControlRoute][] {
  return [
    [
      'POST direct',
      (given) => {
        const { author, text, name, handle, file, silent, times } = direct.parse(given);
        const person = simulator.customer(author, withoutUndefined<Person>({ name, handle }));
        return repeated(times, text, (words) =>
          person.direct(words, { silent, ...(file === undefined ? {} : { file: fileOf(file) }) }),
        );
      },
    ],
    [
      'POST post',
      (given) => {
        const { author, text, name, handle, mention, replyTo, quote, files, lang, silent, times } = post.parse(given);
        const person = simulator.customer(author, withoutUndefined<Person>({ name, handle }));
        const options = {
          ...withoutUndefined<PostOptions>({ replyTo, quote, lang }),
          silent,
          files: files.map(fileOf),
        };
        return repeated(times, text, (words) =>
          mention ? person.mention(words, options) : person.post(words, options),
        );
      },
    ],
    [
      'POST edit',
      (given) => {
        const { author, post, text } = edit.parse(given);
        return { id: simulator.customer(author).edit(post, text) };
      },
    ],
    [
      'POST remove',
      (given) => {
        const { author, post } = remove.parse(given);
        simulator.customer(author).remove(post);
      },
    ],
    [
      'POST block',
      (given) => {
        const { author, blocked } = block.parse(given);
        simulator.customer(author).block(blocked);
      },
    ],
    [
      'POST takes',
      (given) => {
        const { author, from } = takes.parse(given);
        simulator.customer(author).takeDirects(from);
      },
    ],
    [
      'POST rename',
      (given) => {
        const { author, name, handle } = rename.parse(given);
        simulator.customer(author).rename(withoutUndefined<Person>({ name, handle }));
      },
    ],
    [
      'POST protect',
      (given) => {
        const { author, protected: isProtected } = protect.parse(given);
        simulator.customer(author).protect(isProtected);
      },
    ],
    ['POST typing', (given) => simulator.customer(who.parse(given).author).type()],
    ['POST encrypted', (given) => simulator.customer(who.parse(given).author).encrypted()],
    [
      'GET directs-of',
      (_, query) =>
        simulator
          .customer(query.get('author') ?? '')
          .seesDirects()
          .map(withoutBytes),
    ],
    [
      'GET posts-under',
      (_, query) =>
        simulator
          .customer(query.get('author') ?? '')
          .seesPosts(query.get('conversation') ?? '')
          .map(withoutBytes),
    ],
  ];
}

function platformRoutes(simulator: XSimulator): [string, ControlRoute][] {
  const { log, faults } = simulator;
  return [
    [
      'POST announce',
      (given) => {
        const { text, replyTo } = announce.parse(given);
        return { id: simulator.announce(text, replyTo) };
      },
    ],
    [
      'POST say',
      (given) => {
        const { user, text } = say.parse(given);
        return { id: simulator.say(user, text) };
      },
    ],
    ['POST style', (given) => simulator.setEventStyle(style.parse(given).style)],
    [
      'POST plan',
      (given) => {
        const { lacks, ...rest } = plan.parse(given);
        Object.assign(
          simulator.plan,
          withoutUndefined<Partial<Plan>>(rest),
          lacks === undefined ? {} : { lacks: new Set(lacks) },
        );
      },
    ],
    ['POST expire-tokens', () => simulator.expireTokens()],
    ['POST revoke-consent', () => simulator.revokeConsent()],
    ['POST cut-streams', () => simulator.cutStreams()],
    ['POST latency', (given) => simulator.setLatency(latency.parse(given).ms)],
    ['POST clock', (given) => simulator.clock.advance(clock.parse(given).advanceMs)],
    ['POST fault', (given) => void faults.add(withoutUndefined<FaultRule>(fault.parse(given)))],
    ['DELETE fault', () => faults.clear()],
    ['GET faults', () => faults.rules],
    ['GET log', (_, query) => after(log.calls, query)],
    ['GET posts', (_, query) => after(log.posts, query).map(withoutBytes)],
    ['GET directs', (_, query) => after(log.directs, query).map(withoutBytes)],
    ['GET removed', () => log.removed],
    ['GET events', (_, query) => after(log.events, query)],
    [
      'GET state',
      () => ({
        webhooks: simulator.webhooks,
        streams: simulator.streams,
        checks: log.checks,
        spentMicros: log.spentMicros,
        refreshes: simulator.refreshes,
      }),
    ],
    ['DELETE log', () => log.clear()],
  ];
}

/** Drives the simulator over HTTP; the routes are above. */
export function createControl(simulator: XSimulator): ControlHandler {
  return createControlHandler(new Map([...customerRoutes(simulator), ...platformRoutes(simulator)]));
}
