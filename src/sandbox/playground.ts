import { join } from 'node:path';
import type { DiscordGuild, DiscordSimulator } from '../../channels/discord/simulator/index.ts';
import type { MailSimulator } from '../../channels/email/simulator/index.ts';
import type { TelegramSimulator } from '../../channels/telegram/simulator/index.ts';
import type { XSimulator } from '../../channels/x/simulator/index.ts';
import type { Log } from '../core/ports/log.ts';
import type { Database } from '../store/database.ts';
import type { BegunChat } from './begun-chats.ts';
import type { SandboxState } from './contract.ts';
import { DEMO_PEOPLE } from './demo-people.ts';
import { createDiscordPeople, type DiscordPeople } from './discord/people.ts';
import { SERVER_NAME } from './discord/server.ts';
import { watchFirstSteps } from './first-steps.ts';
import { createLetters, type Letters } from './letters.ts';
import type { Marks } from './marks.ts';
import { keepPhones, readPhones } from './phone-file.ts';
import { createPhones, type Phones } from './phones.ts';
import { discordTroubles } from './troubles/of-discord.ts';
import { mailTroubles } from './troubles/of-mail.ts';
import { telegramTroubles } from './troubles/of-telegram.ts';
import { webChatTroubles } from './troubles/of-web-chat.ts';
import { xTroubles } from './troubles/of-x.ts';
import { createTroubles, type Troubles } from './troubles/troubles.ts';
import type { VisitorLine } from './web-chat/visitor-line.ts';
import { type ChatVisitors, createChatVisitors } from './web-chat/visitors.ts';
import type { WorkerKeeper } from './worker-keeper.ts';
import { createXPeople, type XPeople } from './x/people.ts';

/** All that the visitor of a sandbox plays with. */
export interface Playground {
  readonly phones: Phones;
  readonly letters: Letters;
  readonly discord: DiscordPeople;
  readonly x: XPeople;
  readonly visitors: ChatVisitors;
  readonly troubles: Troubles;
  readonly worker: Pick<WorkerKeeper, 'kill'>;
  readonly marks: Marks;
  state(): SandboxState;
  /** Lets waiting requests go and writes what is not written yet. */
  close(): Promise<void>;
}

export interface PlaygroundOptions {
  simulator: TelegramSimulator;
  /** Who has written to its bot, as the store knows. */
  begun: readonly BegunChat[];
  mail: MailSimulator;
  discord: DiscordSimulator;
  /** The demo server on it. */
  server: DiscordGuild;
  x: XSimulator;
  /** The demo site's chat: its page, what its server signs with, and the line to its visitors. */
  webChat: { page: string; secret: string; line: VisitorLine };
  worker: WorkerKeeper;
  marks: Marks;
  database: Database;
  dataFolder: string;
  /** Of the demo people. */
  password: string;
  log: Log;
}

/** Name of the file that holds the phones, inside the data folder. */
const PHONES_FILE = 'sandbox-phones.json';
/** What the simulated bots are called; see the simulators' own defaults. */
const BOT_NAME = 'Support';
/** The bot connects right after the start; on a busy machine that takes a while. */
const BOT_WITHIN_MS = 15_000;

/** Puts phones, troubles, the worker and the first steps together. */
export function createPlayground(options: PlaygroundOptions): Playground {
  const { simulator, mail, discord, webChat, worker, marks, database, dataFolder, password, log } = options;
  const file = join(dataFolder, PHONES_FILE);
  const phones = createPhones({
    simulator,
    kept: readPhones(file, log),
    begun: options.begun,
    onChange: () => {
      keeper.touch();
      marks.bump();
    },
  });
  const keeper = keepPhones(file, phones.list, log);
  const platforms = [
    telegramTroubles(simulator),
    mailTroubles(mail),
    discordTroubles(discord, options.server),
    xTroubles(options.x),
    webChatTroubles(webChat.line),
  ];
  const troubles = createTroubles(platforms, marks.bump);
  const people = createDiscordPeople({
    simulator: discord,
    botName: BOT_NAME,
    botWithinMs: BOT_WITHIN_MS,
    onChange: marks.bump,
  });
  const onX = createXPeople({ simulator: options.x, onChange: marks.bump });
  const visitors = createChatVisitors({ secret: webChat.secret, nowMs: Date.now, onChange: marks.bump });
  const letters = createLetters({ simulator: mail, onChange: marks.bump });
  const steps = watchFirstSteps({ database, log, onChange: marks.bump });

  return {
    phones,
    letters,
    discord: people,
    x: onX,
    visitors,
    troubles,
    worker,
    marks,
    state: () => ({
      mark: marks.current(),
      botName: BOT_NAME,
      phones: phones.list(),
      mailAddress: mail.address,
      correspondents: letters.list(),
      discord: { server: SERVER_NAME, people: people.list() },
      x: { account: { name: BOT_NAME, handle: options.x.handle }, people: onX.list() },
      webChat: { page: webChat.page, visitors: [...visitors.list()] },
      troubles: troubles.list(),
      people: DEMO_PEOPLE.map(({ name, email, role }) => ({ name, email, role })),
      password,
      worker: worker.state(),
      steps: steps.list(),
    }),
    async close() {
      marks.release();
      steps.close();
      people.close();
      onX.close();
      letters.close();
      phones.close();
      await keeper.close();
    },
  };
}
