import type { InboundAttachment } from '../../../src/core/model/attachment.ts';
import type { Body } from '../../../src/core/model/body.ts';
import type { MessageExtras, SpecialContent } from '../../../src/core/model/extras.ts';
import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine, wellFormed } from '../../shared/well-formed.ts';
import { type NameOf, parseMarkdown } from '../markdown/parse.ts';
import { authorOf, type Fields, momentOf } from './dispatch.ts';
import { filesOf } from './files.ts';

/** How much of an answered message is kept with the answer, UTF-16 units. */
const MAX_QUOTE = 1_024;
const MAX_QUESTION = 300;
const MAX_OPTION = 100;
const MAX_OPTIONS = 20;
const MAX_EMBEDS = 10;
/** A message that passes on another (resources/message#message-reference-types). */
const FORWARD = 1;

/** What a message says. */
export interface MessageContent {
  text: string;
  body?: Body;
  extras?: MessageExtras;
  attachments?: readonly InboundAttachment[];
}

/** Names of those a message mentions, as it brings them along. */
function namesIn(message: Fields): NameOf {
  const users = new Map<string, string>();
  for (const one of Array.isArray(message['mentions']) ? message['mentions'].slice(0, 100) : []) {
    const author = authorOf(recordOf(one));
    if (author !== null) users.set(author.externalId, author.displayName);
  }
  return (kind, id) => (kind === 'user' ? (users.get(id) ?? null) : null);
}

function readWords(message: Fields): { text: string; body: Body | null } {
  return parseMarkdown(wellFormed(stringOf(message['content']) ?? ''), namesIn(message));
}

/** What a message of a person contains; where nobody wrote words, ours say what was sent. */
export function contentOf(message: Fields, where: { channelId: string; messageId: string }): MessageContent {
  const passedOn = forwardedIn(message);
  const source = passedOn?.message ?? message;
  const { text: written, body } = readWords(source);
  const { attachments, words, onlyStickers } = filesOf(source, where);
  const special = pollOf(recordOf(source['poll'])) ?? null;
  const context: MessageExtras = {
    ...(passedOn === null
      ? {}
      : { forwardedFrom: { kind: 'hidden', name: '', atMs: momentOf(passedOn.message['timestamp']) } }),
    ...quoteOf(message),
    ...(special === null ? {} : { content: special }),
  };
  const files = attachments.length === 0 ? {} : { attachments };
  if (written.trim() !== '') {
    return { text: written, ...(body === null ? {} : { body }), ...extras(context), ...files };
  }
  if (attachments.length > 0) {
    return { text: words, ...extras({ ...context, standIn: onlyStickers ? 'gesture' : 'file' }), ...files };
  }
  if (special?.type === 'poll')
    return { text: `[poll] ${special.question}`, ...extras({ ...context, standIn: 'thing' }) };
  const embedded = embedWords(source);
  if (embedded !== '') return { text: embedded, ...extras(context) };
  const content = { type: 'unsupported', kind: 'empty message' } as const;
  return { text: '[unsupported: empty message]', extras: { ...context, standIn: 'thing', content } };
}

function extras(given: MessageExtras): { extras?: MessageExtras } {
  return Object.keys(given).length === 0 ? {} : { extras: given };
}

/** The message somebody passes on; Discord does not say whose it was. */
function forwardedIn(message: Fields): { message: Fields } | null {
  if (recordOf(message['message_reference'])?.['type'] !== FORWARD) return null;
  const snapshots = message['message_snapshots'];
  const first = recordOf(Array.isArray(snapshots) ? recordOf(snapshots[0])?.['message'] : null);
  return first === null ? null : { message: first };
}

/** The words a message answers. */
function quoteOf(message: Fields): Pick<MessageExtras, 'quote'> {
  const answered = recordOf(message['referenced_message']);
  if (answered === null) return {};
  const { text } = readWords(answered);
  if (text === '') return {};
  const author = authorOf(recordOf(answered['author']))?.displayName ?? null;
  return { quote: { text: text.slice(0, MAX_QUOTE).toWellFormed(), author } };
}

function pollOf(poll: Fields | null): (SpecialContent & { type: 'poll' }) | null {
  const question = stringOf(recordOf(poll?.['question'])?.['text']);
  if (poll === null || question === null) return null;
  const answers = Array.isArray(poll['answers']) ? poll['answers'].slice(0, MAX_OPTIONS) : [];
  return {
    type: 'poll',
    question: wellFormed(question).slice(0, MAX_QUESTION).toWellFormed(),
    options: answers.map((one: unknown) =>
      nameLine(stringOf(recordOf(recordOf(one)?.['poll_media'])?.['text']) ?? '', MAX_OPTION),
    ),
  };
}

/** The words of embeds, where nothing else was said: they are what was passed on, or a card an app made for its user. */
function embedWords(message: Fields): string {
  const embeds = Array.isArray(message['embeds']) ? message['embeds'].slice(0, MAX_EMBEDS) : [];
  const lines = embeds.flatMap((one: unknown) => {
    const embed = recordOf(one);
    const fields = Array.isArray(embed?.['fields']) ? embed['fields'].slice(0, 25) : [];
    const pairs = fields.map((field: unknown) => {
      const { name, value } = recordOf(field) ?? {};
      return `${stringOf(name) ?? ''}: ${stringOf(value) ?? ''}`;
    });
    return [stringOf(embed?.['title']), stringOf(embed?.['description']), ...pairs, stringOf(embed?.['url'])];
  });
  return wellFormed(lines.filter((line) => line !== null && line.trim() !== '').join('\n')).trim();
}
