import { headerOf, type MimePart, readParameters } from './mime-part.ts';
import { quote } from './tokens.ts';

/** ENVELOPE (RFC 3501, 7.4.2). */
export function envelopeOf(head: string): string {
  const field = (name: string): string => quote(headerOf(head, name));
  const from = addressesOf(headerOf(head, 'from'));
  const or = (name: string): string => {
    const own = headerOf(head, name);
    return own === null ? from : addressesOf(own);
  };
  const list = (name: string): string => addressesOf(headerOf(head, name));
  return `(${field('date')} ${field('subject')} ${from} ${or('sender')} ${or('reply-to')} ${list('to')} ${list('cc')} ${list('bcc')} ${field('in-reply-to')} ${field('message-id')})`;
}

function addressesOf(text: string | null): string {
  if (text === null || text === '') return 'NIL';
  const found = [...text.matchAll(/(?:"((?:[^"\\]|\\.)*)"|([^<>,"]*?))\s*<([^<>\s]*)>|([^<>,\s"]+@[^<>,\s"]+)/gu)];
  if (found.length === 0) return 'NIL';
  const addresses = found.map(([, quoted, plain, angle, bare]) => {
    const address = angle ?? bare ?? '';
    const at = address.lastIndexOf('@');
    const name = (quoted ?? plain ?? '').trim();
    return `(${quote(name === '' ? null : name)} NIL ${quote(at < 0 ? address : address.slice(0, at))} ${quote(at < 0 ? '' : address.slice(at + 1))})`;
  });
  return `(${addresses.join('')})`;
}

/** BODYSTRUCTURE, or BODY without what only the former has (RFC 3501, 7.4.2). */
export function bodyStructureOf(part: MimePart, extended: boolean): string {
  const { head, parameters } = part;
  if (part.parts.length > 0) {
    const parts = part.parts.map((one) => bodyStructureOf(one, extended)).join('');
    const more = extended ? ` ${parametersOf(parameters)} ${dispositionOf(head)} NIL NIL` : '';
    return `(${parts} ${quote(part.subtype.toUpperCase())}${more})`;
  }
  const fields = [
    quote(part.type.toUpperCase()),
    quote(part.subtype.toUpperCase()),
    parametersOf(parameters),
    quote(headerOf(head, 'content-id')),
    quote(headerOf(head, 'content-description')),
    quote((headerOf(head, 'content-transfer-encoding') ?? '7BIT').toUpperCase()),
    String(part.body.length),
  ];
  const lines = String(part.body.split('\n').length - 1);
  if (part.message !== null) fields.push(envelopeOf(part.message.head), bodyStructureOf(part.message, extended), lines);
  else if (part.type === 'text') fields.push(lines);
  if (extended) fields.push('NIL', dispositionOf(head), 'NIL', 'NIL');
  return `(${fields.join(' ')})`;
}

function dispositionOf(head: string): string {
  const text = headerOf(head, 'content-disposition');
  if (text === null) return 'NIL';
  const { value, parameters } = readParameters(text);
  return `(${quote(value.toUpperCase())} ${parametersOf(parameters)})`;
}

function parametersOf(parameters: ReadonlyMap<string, string>): string {
  if (parameters.size === 0) return 'NIL';
  return `(${[...parameters].map(([name, value]) => `${quote(name.toUpperCase())} ${quote(value)}`).join(' ')})`;
}
