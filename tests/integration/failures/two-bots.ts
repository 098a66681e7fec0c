import {
  type Customer,
  createTelegramSimulator,
  type TelegramSimulator,
  type TelegramSimulatorOptions,
} from '../../../channels/telegram/simulator/index.ts';

const POLLED = '700000001:polled-token-of-this-test';
const HOOKED = '700000002:hooked-token-of-this-test';

/** Telegram with one bot (the first) that is polled and one that is called, so that both ways in are under test at once. */
export interface TwoBots {
  readonly simulator: TelegramSimulator;
  /** The configuration's `accounts`: `polled` and `hooked`. */
  readonly accounts: readonly object[];
  /** The secret of the called one's webhook. */
  readonly secret: string;
  /** Customers with an even number write to the bot that is called, the others to the polled one. */
  customer(chat: number): Customer;
}

export async function startTwoBots(
  options: Pick<TelegramSimulatorOptions, 'webhookTimes' | 'latencyMs'>,
): Promise<TwoBots> {
  const simulator = createTelegramSimulator({ bots: [{ token: POLLED }, { token: HOOKED }], ...options });
  await simulator.start();
  const account = { channel: 'telegram', apiRoot: simulator.url };
  const secret = 'a-webhook-secret-of-this-test';
  return {
    simulator,
    accounts: [
      { ...account, id: 'polled', token: POLLED },
      { ...account, id: 'hooked', token: HOOKED, mode: 'webhook', webhookSecret: secret, registerWebhook: true },
    ],
    secret,
    customer: (chat) => simulator.customer(chat, { bot: chat % 2 === 0 ? HOOKED : POLLED }),
  };
}
