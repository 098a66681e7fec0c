import { type LetterDraft, readLetterDraft } from '../letters/recipients.ts';

/** What somebody began to write. Kept for each conversation, reply and note apart. */
export interface Draft {
  reply: string;
  note: string;
  mode: 'reply' | 'note';
  /** Of a letter: what was decided about its recipients and subject. */
  letter?: LetterDraft;
}

const NOTHING: Draft = { reply: '', note: '', mode: 'reply' };
const PREFIX = 'parley.draft.';

/** Reads a stored draft; what does not fit is empty. */
export function readDraft(stored: string | null): Draft {
  if (stored === null) return NOTHING;
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value !== 'object' || value === null) return NOTHING;
    const { reply, note, mode, letter: kept }: Record<string, unknown> = { ...value };
    const letter = readLetterDraft(kept);
    return {
      reply: typeof reply === 'string' ? reply : '',
      note: typeof note === 'string' ? note : '',
      mode: mode === 'note' ? 'note' : 'reply',
      ...(letter === undefined ? {} : { letter }),
    };
  } catch {
    return NOTHING;
  }
}

/** Where drafts are kept: by agent, so that two who share a browser never see each other's. */
export class Drafts {
  readonly #agentId: string;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly #listeners = new Set<(conversationId: string) => void>();

  constructor(agentId: string, storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    this.#agentId = agentId;
    this.#storage = storage;
  }

  read(conversationId: string): Draft {
    return readDraft(this.#storage.getItem(this.#key(conversationId)));
  }

  /** An empty draft leaves nothing behind. A full storage is no reason to stop somebody from writing. */
  write(conversationId: string, draft: Draft): void {
    try {
      if (draft.reply === '' && draft.note === '' && draft.letter === undefined)
        this.#storage.removeItem(this.#key(conversationId));
      else this.#storage.setItem(this.#key(conversationId), JSON.stringify(draft));
    } catch {
      // It stays in the page until this is left.
    }
  }

  /** Words that were sent and not taken stand again where they were written, above what was begun since. */
  giveBack(conversationId: string, mode: Draft['mode'], words: string): void {
    const now = this.read(conversationId);
    const text = now[mode].trim() === '' ? words : `${words}\n\n${now[mode]}`;
    this.write(conversationId, { ...now, [mode]: text, mode });
    for (const listener of this.#listeners) listener(conversationId);
  }

  /** Told of what is given back; a draft may be open. @returns ends it */
  onGivenBack(listener: (conversationId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #key(conversationId: string): string {
    return `${PREFIX}${this.#agentId}.${conversationId}`;
  }
}
