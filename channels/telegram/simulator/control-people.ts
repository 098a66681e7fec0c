import { z } from 'zod';
import type { ControlRoute } from '../../shared/simulator/control.ts';
import { withoutUndefined } from '../../shared/without-undefined.ts';
import { contentOrder } from './control-contents.ts';
import type { TelegramSimulator } from './index.ts';
import type { Person } from './world.ts';
import type { WriteOptions } from './writing.ts';

const fields = z.record(z.string(), z.unknown());
/** Who does it where: a customer in their private chat, or `author` in a group. */
const where = { chat: z.int(), author: z.int().optional(), name: z.string().optional() };
const about = {
  replyTo: z.int().optional(),
  topic: z.int().optional(),
  quote: z.strictObject({ text: z.string(), position: z.int().optional() }).optional(),
  /** Any other fields of the message: `forward_origin`, `external_reply` … */
  fields: fields.optional(),
};
const send = z.strictObject({ ...where, ...about, content: contentOrder });
const album = z.strictObject({
  ...where,
  ...about,
  items: z.array(contentOrder).min(1),
  gapMs: z.number().min(0).max(60_000).optional(),
});
const editContent = z.strictObject({ ...where, message: z.int(), content: contentOrder });
const editCaption = z.strictObject({ ...where, message: z.int(), caption: z.string() });
const react = z.strictObject({ ...where, message: z.int(), emoji: z.array(z.string()) });
const press = z.strictObject({ ...where, message: z.int(), button: z.string() });
const group = z.strictObject({
  chat: z.int().max(-1),
  do: z.enum(['addBot', 'removeBot', 'promoteBot', 'migrate', 'topic']),
  /** Of `migrate`. */
  to: z.int().max(-1).optional(),
  /** Of `topic`. */
  name: z.string().default('Topic'),
});
const business = z.strictObject({
  owner: z.int(),
  do: z.enum(['connect', 'disconnect', 'say', 'ownerSays', 'delete']),
  customer: z.int().default(1),
  text: z.string().default(''),
  messages: z.array(z.int()).default([]),
  /** Of `connect`. */
  rights: z
    .partialRecord(
      z.enum(['can_reply', 'can_read_messages', 'can_delete_sent_messages', 'can_delete_all_messages']),
      z.boolean(),
    )
    .optional(),
});
const clock = z.strictObject({ advanceMs: z.number().min(0) });

/** Orders about what people do besides writing texts. */
export function peopleRoutes(simulator: TelegramSimulator): [string, ControlRoute][] {
  return [
    [
      'POST send',
      (body) => {
        const order = send.parse(body);
        return handOf(simulator, order).send(order.content, optionsOf(order));
      },
    ],
    [
      'POST album',
      async (body) => {
        const order = album.parse(body);
        const gap = order.gapMs === undefined ? {} : { gapMs: order.gapMs };
        return { written: await handOf(simulator, order).album(order.items, { ...optionsOf(order), ...gap }) };
      },
    ],
    [
      'POST editContent',
      (body) => {
        const order = editContent.parse(body);
        return handOf(simulator, order).editContent(order.message, order.content);
      },
    ],
    [
      'POST editCaption',
      (body) => {
        const order = editCaption.parse(body);
        return handOf(simulator, order).editCaption(order.message, order.caption);
      },
    ],
    [
      'POST react',
      (body) => {
        const order = react.parse(body);
        return { updateId: handOf(simulator, order).react(order.message, order.emoji) };
      },
    ],
    [
      'POST press',
      (body) => {
        const order = press.parse(body);
        const { queryId, updateId } = handOf(simulator, order).press(order.message, order.button);
        return { queryId, updateId };
      },
    ],
    ['POST group', (body) => actInGroup(simulator, group.parse(body))],
    ['POST business', (body) => actAsBusiness(simulator, business.parse(body))],
    ['POST clock', (body) => simulator.clock.advance(clock.parse(body).advanceMs)],
    [
      'GET view',
      (_, query) => {
        const businessId = query.get('business');
        return simulator.view(Number(query.get('chat')), businessId === null ? {} : { businessId });
      },
    ],
  ];
}

type Hand = Pick<
  ReturnType<TelegramSimulator['customer']>,
  'send' | 'album' | 'editContent' | 'editCaption' | 'react' | 'press'
>;

/** What one person can do in the chat: a customer's own, or a member's of a group. */
function handOf(
  simulator: TelegramSimulator,
  order: { chat: number; author?: number | undefined; name?: string | undefined },
): Hand {
  const { chat, author = 1, name } = order;
  if (chat > 0) return simulator.customer(chat, name === undefined ? {} : { firstName: name });
  const person: Person = { id: author, firstName: name ?? `Customer ${author}` };
  const there = simulator.group(chat);
  return {
    send: (content, options) => there.send(person, content, options),
    album: (items, options) => there.album(person, items, options),
    editContent: (message, content) => there.editContent(person, message, content),
    editCaption: (message, caption, entities) => there.editCaption(person, message, caption, entities),
    react: (message, emoji) => there.react(person, message, emoji),
    press: (message, button) => there.press(person, message, button),
  };
}

function optionsOf(order: z.infer<typeof send> | z.infer<typeof album>): WriteOptions {
  const { replyTo, topic, quote, fields } = order;
  return withoutUndefined<WriteOptions>({
    replyTo,
    topicId: topic,
    quote: quote === undefined ? undefined : withoutUndefined<{ text: string; position?: number }>(quote),
    fields,
  });
}

function actInGroup(simulator: TelegramSimulator, order: z.infer<typeof group>): unknown {
  const there = simulator.group(order.chat);
  switch (order.do) {
    case 'addBot':
      return there.addBot();
    case 'removeBot':
      return there.removeBot();
    case 'promoteBot':
      return there.promoteBot();
    case 'topic':
      return { topicId: there.createTopic({ id: 1, firstName: 'Customer 1' }, order.name) };
    default:
      if (order.to === undefined) throw new Error('migrate needs `to`, the new id');
      return { chat: there.migrateTo(order.to).id };
  }
}

function actAsBusiness(simulator: TelegramSimulator, order: z.infer<typeof business>): unknown {
  const account = simulator.business({ id: order.owner, firstName: `Owner ${order.owner}` });
  const customer: Person = { id: order.customer, firstName: `Customer ${order.customer}` };
  switch (order.do) {
    case 'connect':
      account.connect(order.rights);
      return { connectionId: account.connectionId };
    case 'disconnect':
      return account.disconnect();
    case 'say':
      return account.write(customer, order.text);
    case 'ownerSays':
      return account.ownerWrites(customer, order.text);
    default:
      return { updateId: account.delete(customer, order.messages) };
  }
}
