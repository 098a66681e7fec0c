import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Log } from '../core/ports/log.ts';
import { writeDurably } from '../files/durable-file.ts';
import { guardText } from '../guard/guard.ts';
import { type Phone, phone } from './contract.ts';

const kept = z.object({ version: z.literal(1), phones: z.array(phone) });
const SAVE_AFTER_MS = 500;

/** The phones of earlier runs; none when the file is missing or no longer makes sense. */
export function readPhones(file: string, log: Log): readonly Phone[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  try {
    return kept.parse(JSON.parse(text)).phones;
  } catch {
    log.warn({ file }, "the sandbox's phones of earlier runs cannot be read; it begins with new ones");
    return [];
  }
}

/** Keeps the phones in a file. */
export interface PhoneFile {
  /** Something changed: it is written soon. */
  touch(): void;
  /** Writes what was not written yet. */
  close(): Promise<void>;
}

/**
 * Writes the phones a moment after each change. A phone shows its owner what they typed, but what lands on our disk is
 * masked like everything else: nobody should find a seed phrase in the data folder, not even one of the sandbox.
 */
export function keepPhones(file: string, phones: () => readonly Phone[], log: Log): PhoneFile {
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  const save = (): Promise<void> => {
    timer = null;
    writing = writing.then(async () => {
      const masked = phones().map((one) => ({
        ...one,
        messages: one.messages.map((message) => ({
          ...message,
          text: guardText(message.text).text,
          things: message.things.map((thing) => ({
            ...thing,
            name: thing.name === null ? null : guardText(thing.name).text,
          })),
        })),
      }));
      try {
        await writeDurably(file, Buffer.from(JSON.stringify({ version: 1, phones: masked })));
      } catch (error) {
        log.warn({ err: error instanceof Error ? error.message : 'unknown' }, "the sandbox's phones could not be kept");
      }
    });
    return writing;
  };

  return {
    touch() {
      timer ??= setTimeout(() => void save(), SAVE_AFTER_MS);
    },
    async close() {
      if (timer !== null) {
        clearTimeout(timer);
        await save();
      }
      await writing;
    },
  };
}
