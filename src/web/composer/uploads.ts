import { type ApiFailure, asFailure } from '../api/failure.ts';
import type { Attachment } from '../api/model.ts';
import type { UploadRequest } from '../api/upload.ts';
import type { FileRefusal } from './file-check.ts';

/** A file beside the text of a reply that is being written. */
export interface Upload {
  /** Of the attachment it becomes. */
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** Of a picture: where the browser shows it from. */
  readonly thumbnail: string | null;
  readonly state:
    | { is: 'sending'; share: number }
    | { is: 'there'; attachment: Attachment }
    | { is: 'refused'; why: FileRefusal }
    | { is: 'failed'; failure: ApiFailure };
}

export interface UploadsDeps {
  send(request: UploadRequest): Promise<Attachment>;
  /** Forgets one at the server. */
  remove(id: string): Promise<unknown>;
  newId(): string;
  /** Address under which the browser shows a picture, and the end of it. */
  show(file: File): string | null;
  hide(address: string): void;
}

const NONE: readonly Upload[] = [];

/**
 * Files that wait to go out with a reply, by conversation: they stay while the agent looks into another one. What the page leaves
 * behind is taken back.
 */
export class Uploads {
  readonly #deps: UploadsDeps;
  readonly #byConversation = new Map<string, readonly Upload[]>();
  readonly #underWay = new Map<string, { stop: AbortController; file: File }>();
  readonly #listeners = new Set<() => void>();

  constructor(deps: UploadsDeps) {
    this.#deps = deps;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  of(conversationId: string): readonly Upload[] {
    return this.#byConversation.get(conversationId) ?? NONE;
  }

  /** Takes files in and begins to send those nothing speaks against. @param check asked with how many are before it */
  add(
    conversationId: string,
    files: readonly File[],
    check: (file: File, already: number) => FileRefusal | null,
  ): void {
    for (const file of files) {
      const taken = this.of(conversationId).filter(({ state }) => state.is !== 'refused').length;
      const why = check(file, taken);
      const id = this.#deps.newId();
      const state: Upload['state'] = why === null ? { is: 'sending', share: 0 } : { is: 'refused', why };
      const thumbnail = why === null ? this.#deps.show(file) : null;
      const upload: Upload = { id, name: file.name, sizeBytes: file.size, thumbnail, state };
      this.#set(conversationId, [...this.of(conversationId), upload]);
      if (why === null) void this.#send(conversationId, id, file);
    }
  }

  /** Sends one that failed again, under its own id. */
  retry(conversationId: string, id: string): void {
    const file = this.#underWay.get(id)?.file;
    if (file === undefined) return;
    this.#change(conversationId, id, { is: 'sending', share: 0 });
    void this.#send(conversationId, id, file);
  }

  /** Gives one up, wherever it is. */
  remove(conversationId: string, id: string): void {
    const upload = this.of(conversationId).find((one) => one.id === id);
    if (upload === undefined) return;
    this.#underWay.get(id)?.stop.abort();
    this.#drop(conversationId, [upload]);
    // One that was cut off may have arrived all the same.
    if (upload.state.is !== 'refused') this.#deps.remove(id).catch(() => undefined);
  }

  /** Those that are there leave with a reply. */
  take(conversationId: string): Attachment[] {
    const there = this.of(conversationId).filter(({ state }) => state.is === 'there');
    this.#drop(conversationId, this.of(conversationId));
    return there.flatMap(({ state }) => (state.is === 'there' ? [state.attachment] : []));
  }

  /** Ids of all that were sent and belong to no message yet. */
  unsent(): string[] {
    return [...this.#byConversation.values()].flat().flatMap(({ id, state }) => (state.is === 'refused' ? [] : [id]));
  }

  async #send(conversationId: string, id: string, file: File): Promise<void> {
    const stop = new AbortController();
    this.#underWay.set(id, { stop, file });
    try {
      const attachment = await this.#deps.send({
        conversationId,
        id,
        file,
        signal: stop.signal,
        onProgress: (share) => this.#change(conversationId, id, { is: 'sending', share }),
      });
      this.#underWay.delete(id);
      this.#change(conversationId, id, { is: 'there', attachment });
    } catch (thrown) {
      if (!stop.signal.aborted) this.#change(conversationId, id, { is: 'failed', failure: asFailure(thrown) });
    }
  }

  #change(conversationId: string, id: string, state: Upload['state']): void {
    this.#set(
      conversationId,
      this.of(conversationId).map((one) => (one.id === id ? { ...one, state } : one)),
    );
  }

  #drop(conversationId: string, gone: readonly Upload[]): void {
    for (const { id, thumbnail } of gone) {
      this.#underWay.delete(id);
      if (thumbnail !== null) this.#deps.hide(thumbnail);
    }
    this.#set(
      conversationId,
      this.of(conversationId).filter((one) => !gone.includes(one)),
    );
  }

  #set(conversationId: string, uploads: readonly Upload[]): void {
    if (uploads.length === 0) this.#byConversation.delete(conversationId);
    else this.#byConversation.set(conversationId, uploads);
    for (const listener of this.#listeners) listener();
  }
}
