import { setTimeout as sleep } from 'node:timers/promises';
import { CUSTOMERS, type MailProvider } from './provider.ts';

/** What customers wrote, by Message-ID. */
export interface Written {
  from: string;
  text: string;
  /** The Message-ID of the first letter of its thread. */
  root: string;
}

/** Customers who write letters and answer answers, until told to stop. */
export interface Writers {
  readonly written: ReadonlyMap<string, Written>;
  stop(): Promise<void>;
}

const PAUSE_MS = 120;

/** Each customer writes a new letter now and then, and answers some of what comes back with a mail that names it. */
export function startWriters(provider: MailProvider, random: () => number): Writers {
  const written = new Map<string, Written>();
  let stopped = false;
  let count = 0;
  const answered = new Set<string>();

  const write = async (from: string, root: string | null, more: { inReplyTo?: string; to?: string }): Promise<void> => {
    count += 1;
    const text = `${random() < 0.2 ? 'single' : 'text'} ${count}`;
    const messageId = `<m${count}@customer.test>`;
    // Written down first: what the server took counts, whether we heard so or not.
    written.set(messageId, { from, text, root: root ?? messageId });
    const quoted =
      more.inReplyTo === undefined ? '' : '\n\nOn Mon, 1 Jan 2024, Support <support@parley.test> wrote:\n> before\n';
    await provider.write({ from, messageId, subject: `letter of ${from}`, text: `${text}${quoted}`, ...more });
  };

  async function live(from: string): Promise<void> {
    while (!stopped) {
      await sleep(PAUSE_MS * (0.5 + random()) * CUSTOMERS.length);
      const open = (await provider.inbox(from)).filter(
        ({ messageId, inReplyTo }) => inReplyTo !== null && written.has(inReplyTo) && !answered.has(messageId),
      );
      const chosen = random() < 0.5 ? open[Math.floor(random() * open.length)] : undefined;
      if (chosen === undefined || chosen.inReplyTo === null) await write(from, null, {});
      else {
        answered.add(chosen.messageId);
        const root = written.get(chosen.inReplyTo)?.root ?? null;
        await write(from, root, { inReplyTo: chosen.messageId, to: chosen.replyTo });
      }
    }
  }
  const lives = CUSTOMERS.map(live);
  return {
    written,
    async stop() {
      stopped = true;
      await Promise.all(lives);
    },
  };
}
