import type { InboundMessage, Normalised } from '../../../src/core/model/inbound.ts';
import { payloadDigest } from '../../shared/payload-digest.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine, wellFormed } from '../../shared/well-formed.ts';
import { servesServer } from '../counting.ts';
import { CONTACT_BUTTON_ID, FORM_ID, FORM_TEXT_ID } from '../form.ts';
import { madeAtMs, messageKeyOf, snowflakeOf } from '../ids.ts';
import { dataOfCustomId } from '../part.ts';
import {
  authorOf,
  CHANNEL_TYPE,
  type Dispatch,
  type Fields,
  filed,
  INTERACTION_TYPE,
  parked,
  placeOf,
  threadOf,
} from './dispatch.ts';
import { asksForPrivate } from './private-threads.ts';

/** A custom_id has at most 100 characters; values of a select likewise. */
const MAX_DATA = 400;
const MAX_TEXT = 4_000;

/** What has to be answered for `acknowledge`; never stored. */
export interface Acknowledgement {
  /** `arrival`: a press that leads into a private thread. */
  kind: 'press' | 'form' | 'arrival';
  interactionId: string;
  interactionToken: string;
  /** Whose answer is waited for. */
  applicationId: string | null;
  /** Where the conversation goes on, if not where it was asked. */
  privateThreadId: string | null;
  locale: string;
}

/** Reads INTERACTION_CREATE: a press on a button of ours, or a form that was sent. Commands are answered by a form at once. */
export function readInteraction(dispatch: Dispatch): Normalised {
  const { content } = dispatch;
  const id = snowflakeOf(content['id']);
  if (id === null) return parked(`interaction:${payloadDigest(content)}`, 'an interaction without id');
  const eventKey = `interaction:${id}`;
  const type = integerOf(content['type']);
  const data = recordOf(content['data']);
  if (type === INTERACTION_TYPE.ping || type === INTERACTION_TYPE.autocomplete)
    return filed(eventKey, 'a question of the client');
  if (type === INTERACTION_TYPE.command) return filed(eventKey, 'a command, answered by a form');
  const customId = stringOf(data?.['custom_id']);
  if (customId === CONTACT_BUTTON_ID) return filed(eventKey, 'the contact button, answered by a form');
  const place = placeOf(dispatch);
  const author = authorOf(recordOf(recordOf(content['member'])?.['user']) ?? recordOf(content['user']));
  if (place === null || author === null || customId === null) {
    return parked(eventKey, 'an interaction without channel, person or component');
  }
  if (!servesServer(place.guildId, dispatch.context.support)) return filed(eventKey, 'a server that is not served');
  const base = {
    type: 'message',
    eventKey,
    occurredAtMs: madeAtMs(id),
    author,
    externalId: `interaction:${id}`,
  } as const;
  // Where a private thread was opened for it, the conversation goes on in there.
  const privateId = snowflakeOf(dispatch.about['privateThreadId']);
  const here = threadOf(place, author.externalId);
  const meeting =
    privateId === null
      ? null
      : threadOf({ ...place, channelId: privateId, type: CHANNEL_TYPE.privateThread, name: '' }, author.externalId);
  const goesOn =
    meeting === null
      ? { thread: here }
      : { thread: meeting, ...(here.kind === 'private' ? {} : { continues: here.key }) };
  if (asksForPrivate(content) === 'press') {
    if (meeting === null) return filed(eventKey, 'no private thread could be opened');
    const press = pressOf(content, customId);
    const event: InboundMessage = {
      ...base,
      ...press,
      ...goesOn,
      extras: { ...press.extras, arrives: true },
      ...acknowledgement(content, id, 'arrival', privateId),
    };
    return { outcome: 'event', event };
  }
  if (type === INTERACTION_TYPE.component) {
    const event: InboundMessage = {
      ...base,
      ...pressOf(content, customId),
      thread: here,
      ...acknowledgement(content, id, 'press'),
    };
    return { outcome: 'event', event };
  }
  if (type !== INTERACTION_TYPE.form) return parked(eventKey, `an interaction of the unknown type ${String(type)}`);
  if (customId !== FORM_ID) return filed(eventKey, 'a form that is none of ours');
  const text = wellFormed(fieldOf(data, FORM_TEXT_ID)).slice(0, MAX_TEXT).toWellFormed();
  if (text.trim() === '') return filed(eventKey, 'an empty form');
  const event: InboundMessage = {
    ...base,
    text,
    ...goesOn,
    ...acknowledgement(content, id, 'form', privateId),
  };
  return { outcome: 'event', event };
}

function acknowledgement(
  content: Fields,
  interactionId: string,
  kind: Acknowledgement['kind'],
  privateThreadId: string | null = null,
): { acknowledge?: Readonly<Record<string, unknown>> } {
  const interactionToken = stringOf(content['token']);
  if (interactionToken === null) return {};
  const what: Acknowledgement = {
    kind,
    interactionId,
    interactionToken: wellFormed(interactionToken),
    applicationId: snowflakeOf(content['application_id']),
    privateThreadId,
    locale: nameLine(stringOf(content['locale']) ?? '', 35),
  };
  return { acknowledge: { ...what } };
}

/** What a press says: the button's label, or what was chosen of a list. */
function pressOf(content: Fields, customId: string): Pick<InboundMessage, 'text' | 'extras' | 'replyToExternalId'> {
  const message = recordOf(content['message']);
  const values = recordOf(content['data'])?.['values'];
  const chosen = Array.isArray(values) ? values.filter((one): one is string => typeof one === 'string') : [];
  const data = wellFormed((chosen.length === 0 ? [customId] : chosen).map(dataOfCustomId).join(', '))
    .slice(0, MAX_DATA)
    .toWellFormed();
  const labels = (chosen.length === 0 ? [customId] : chosen).map((id) => labelOf(message?.['components'], id));
  const label = nameLine(labels.filter((one) => one !== '').join(', ')) || nameLine(data) || '?';
  const channelId = snowflakeOf(message?.['channel_id']) ?? snowflakeOf(content['channel_id']);
  const messageId = snowflakeOf(message?.['id']);
  return {
    text: label,
    extras: { content: { type: 'button', label, data } },
    ...(channelId === null || messageId === null ? {} : { replyToExternalId: messageKeyOf({ channelId, messageId }) }),
  };
}

/** Of a button by its custom_id, or of an option of a list by its value. */
function labelOf(rows: unknown, id: string): string {
  for (const row of Array.isArray(rows) ? rows.slice(0, 40) : []) {
    const components = recordOf(row)?.['components'];
    for (const one of Array.isArray(components) ? components.slice(0, 40) : []) {
      const component = recordOf(one);
      const options: unknown[] = Array.isArray(component?.['options']) ? component['options'].slice(0, 25) : [];
      const found =
        component?.['custom_id'] === id ? component : options.map(recordOf).find((option) => option?.['value'] === id);
      const label = nameLine(stringOf(found?.['label']) ?? '');
      if (label !== '') return label;
    }
  }
  return '';
}

/** The value of one field of a form: in an action row, or in a label. */
function fieldOf(data: Fields | null, customId: string): string {
  const rows = data?.['components'];
  for (const row of Array.isArray(rows) ? rows.slice(0, 5) : []) {
    const fields = recordOf(row);
    const inner = Array.isArray(fields?.['components']) ? fields['components'].slice(0, 5) : [fields?.['component']];
    for (const one of inner) {
      const field = recordOf(one);
      if (field?.['custom_id'] === customId) return stringOf(field['value']) ?? '';
    }
  }
  return '';
}
