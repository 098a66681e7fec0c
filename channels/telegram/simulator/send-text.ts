import { findPlace } from './chat-place.ts';
import type { Content } from './contents.ts';
import { makeContent } from './media-making.ts';
import type { Method, MethodContext, MethodResult } from './method.ts';
import { readKeyboard } from './reply-markup.ts';
import { integerParameter, type Parameters } from './request-body.ts';
import { putMessage } from './sent-messages.ts';
import { badRequest, checkText } from './text-checks.ts';

export function sendMessage(parameters: Parameters, context: MethodContext): MethodResult {
  const { bot, world, log } = context;
  const place = findPlace(parameters, context);
  if ('refusal' in place) return place;
  const checked = checkText(parameters['text'], parameters['entities'], parameters['parse_mode']);
  if ('refusal' in checked) return checked;
  const keyboard = readKeyboard(parameters['reply_markup']);
  if ('refusal' in keyboard) return keyboard;

  const { chat } = place;
  const messageId = world.nextMessageId(chat);
  const call = log.call({ botId: bot.id, method: 'sendMessage', chatId: chat.id, messageId, payload: parameters });
  const { text, entities } = checked;
  const result = putMessage(context, place, call, messageId, context.clock.nowSeconds(), {
    text,
    entities,
    media: null,
    mediaGroupId: null,
    markup: keyboard.markup,
    buttons: keyboard.rows,
  });
  return { result, call };
}

export const sendLocation = sending('sendLocation', (parameters) => {
  const latitude = Number(parameters['latitude']);
  const longitude = Number(parameters['longitude']);
  if (!isOnEarth(latitude, longitude, parameters)) return null;
  const livePeriodSeconds = integerParameter(parameters['live_period']);
  return { kind: 'location', latitude, longitude, ...(livePeriodSeconds === null ? {} : { livePeriodSeconds }) };
});

export const sendVenue = sending('sendVenue', (parameters) => {
  const latitude = Number(parameters['latitude']);
  const longitude = Number(parameters['longitude']);
  const { title, address } = parameters;
  if (!isOnEarth(latitude, longitude, parameters) || typeof title !== 'string' || typeof address !== 'string') {
    return null;
  }
  return { kind: 'venue', latitude, longitude, title, address };
});

export const sendContact = sending('sendContact', (parameters) => {
  const { phone_number: phoneNumber, first_name: firstName, last_name: lastName } = parameters;
  if (typeof phoneNumber !== 'string' || phoneNumber === '' || typeof firstName !== 'string' || firstName === '') {
    return null;
  }
  return { kind: 'contact', phoneNumber, firstName, ...(typeof lastName === 'string' ? { lastName } : {}) };
});

/** A method that sends content without text or files. `read` answers null when what it needs is missing. */
function sending(method: string, read: (parameters: Parameters) => Content | null): Method {
  return (parameters, context) => {
    const place = findPlace(parameters, context);
    if ('refusal' in place) return place;
    const content = read(parameters);
    if (content === null) return { refusal: badRequest(`wrong or missing parameters of ${method}`) };
    const keyboard = readKeyboard(parameters['reply_markup']);
    if ('refusal' in keyboard) return keyboard;
    const { bot, world, log, files } = context;
    const { chat } = place;
    const messageId = world.nextMessageId(chat);
    const call = log.call({ botId: bot.id, method, chatId: chat.id, messageId, payload: parameters });
    const result = putMessage(context, place, call, messageId, context.clock.nowSeconds(), {
      text: '',
      entities: [],
      content: makeContent(files, bot.id, content).fields,
      media: null,
      mediaGroupId: null,
      markup: keyboard.markup,
      buttons: keyboard.rows,
    });
    return { result, call };
  };
}

function isOnEarth(latitude: number, longitude: number, given: Parameters): boolean {
  const isThere = given['latitude'] !== undefined && given['longitude'] !== undefined;
  return isThere && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}
