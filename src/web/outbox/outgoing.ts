import type { Attachment } from '../api/model.ts';
import { type LetterToSend, readLetterToSend } from '../letters/recipients.ts';

/** A file that goes along: already at the server, under its own id. */
export interface OutgoingFile {
  id: string;
  kind: Attachment['kind'] | null;
  name: string | null;
}

/** Something an agent wrote that the server has not confirmed yet. */
export interface Outgoing {
  /** Made here, a UUID: the server stores one id once, so sending again can never double it. */
  id: string;
  conversationId: string;
  kind: 'reply' | 'note';
  /** May be empty where files go along. */
  text: string;
  files: readonly OutgoingFile[];
  /** The message it answers. */
  answered: { id: string; author: string; text: string } | null;
  /** Of a letter: who gets it, under which subject. */
  letter: LetterToSend | null;
  /** The agent was told that everybody will read it. */
  publicly: boolean;
  atMs: number;
  state: 'queued' | 'sending' | 'stored' | 'refused';
  /** Why it was refused. */
  reason: string | null;
  /** The API's code of that, for words in the agent's language. */
  code: string | null;
  requestId: string | null;
}

/** What is kept over a reload; null when it is none of ours. */
export function readOutgoing(stored: string | null): Outgoing | null {
  if (stored === null) return null;
  try {
    return readEntry(JSON.parse(stored));
  } catch {
    return null;
  }
}

function readEntry(value: unknown): Outgoing | null {
  if (typeof value !== 'object' || value === null) return null;
  const {
    id,
    conversationId,
    kind,
    text,
    files,
    answered,
    letter,
    publicly,
    atMs,
    state,
    reason,
    code,
    requestId,
  }: Record<string, unknown> = { ...value };
  if (typeof id !== 'string' || typeof conversationId !== 'string' || typeof text !== 'string') return null;
  return {
    id,
    conversationId,
    kind: kind === 'note' ? 'note' : 'reply',
    text,
    files: Array.isArray(files) ? files.flatMap((file: unknown) => readFile(file) ?? []) : [],
    answered: readAnswered(answered),
    letter: readLetterToSend(letter),
    publicly: publicly === true,
    atMs: typeof atMs === 'number' ? atMs : 0,
    // What was under way when the page went is asked again: the same id, so nothing doubles.
    state: state === 'refused' ? 'refused' : 'queued',
    reason: typeof reason === 'string' ? reason : null,
    code: typeof code === 'string' ? code : null,
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}

const KINDS: readonly string[] = ['photo', 'video', 'animation', 'audio', 'voice', 'videoNote', 'document', 'sticker'];

function isKind(value: unknown): value is Attachment['kind'] {
  return typeof value === 'string' && KINDS.includes(value);
}

function readFile(value: unknown): OutgoingFile | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, kind, name }: Record<string, unknown> = { ...value };
  if (typeof id !== 'string') return null;
  return { id, kind: isKind(kind) ? kind : null, name: typeof name === 'string' ? name : null };
}

function readAnswered(value: unknown): Outgoing['answered'] {
  if (typeof value !== 'object' || value === null) return null;
  const { id, author, text }: Record<string, unknown> = { ...value };
  return typeof id === 'string' && typeof author === 'string' && typeof text === 'string' ? { id, author, text } : null;
}
