import { setTimeout as sleep } from 'node:timers/promises';
import { FORM_TEXT_ID, SUPPORT_COMMAND } from '../../../channels/discord/form.ts';
import type { DiscordCustomer, DiscordSimulator } from '../../../channels/discord/simulator/index.ts';
import { type Deeds, headOf } from './said.ts';

/** Longest a customer looks at an answer before they press, ms; the shortest is at once, before we know its id. */
const LOOK_MS = 60;
/** A client gives up on a command that is not answered, ms; the platform after three seconds. */
const FORM_MS = 3_200;

/** Customers who press what stands below answers, each button once. */
export interface Pressing {
  /** Private threads that were opened for somebody's forms, as the lines tell them that only they see. */
  roomsOf(customer: DiscordCustomer, channels: readonly string[]): string[];
  /** No press begins any more; those begun are made. */
  stop(): Promise<void>;
}

/** @param whois the customer with this number */
export function startPressing(
  simulator: DiscordSimulator,
  random: () => number,
  deeds: Deeds,
  whois: (who: number) => DiscordCustomer | undefined,
): Pressing {
  const pending = new Set<Promise<void>>();
  const seen = new Set<string>();

  async function press(customer: DiscordCustomer, channelId: string, messageId: string): Promise<void> {
    await sleep(random() * LOOK_MS);
    const shown = customer.sees(channelId).find(({ id }) => id === messageId);
    const button = shown?.buttons[0]?.[0];
    if (button?.customId == null) return;
    const interaction = customer.press(button.customId, { channelId, messageId });
    deeds.gestures.push({ kind: 'press', interaction, head: headOf(button.label) ?? button.label });
  }

  const stopListening = simulator.log.onMessage(({ id, channelId, content }) => {
    const head = headOf(content);
    if (head === null || !head.startsWith('menu') || seen.has(head)) return;
    seen.add(head);
    const customer = whois(Number(/ (\d+)-/.exec(head)?.[1]));
    if (customer === undefined) return;
    const done = press(customer, channelId, id);
    pending.add(done);
    void done.then(() => pending.delete(done));
  });
  return {
    roomsOf: (customer, channels) =>
      channels.flatMap((channelId) =>
        customer
          .sees(channelId)
          .filter(({ ephemeral }) => ephemeral)
          .flatMap(({ content }) => [...content.matchAll(/<#(\d+)>/g)].map((match) => match[1] ?? '')),
      ),
    async stop() {
      stopListening();
      await Promise.all(pending);
    },
  };
}

/** Asks for the form with /support and sends it; where none opens, the customer gives up, as they must in Discord. */
export async function sendForm(
  customer: DiscordCustomer,
  channelId: string,
  head: string,
  deeds: Deeds,
): Promise<void> {
  const asked = customer.command(SUPPORT_COMMAND, { channelId });
  for (const untilMs = performance.now() + FORM_MS; asked.answer === null; await sleep(20)) {
    if (performance.now() > untilMs) return;
  }
  const interaction = customer.submit(asked, { [FORM_TEXT_ID]: `${head} @everyone` });
  deeds.gestures.push({ kind: 'form', interaction, head });
}
