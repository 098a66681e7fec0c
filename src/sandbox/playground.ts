import { join } from 'node:path';
import type { MailSimulator } from '../../channels/email/simulator/index.ts';
import type { TelegramSimulator } from '../../channels/telegram/simulator/index.ts';
import type { Log } from '../core/ports/log.ts';
import type { Database } from '../store/database.ts';
import type { SandboxState } from './contract.ts';
import { DEMO_PEOPLE } from './demo-people.ts';
import { watchFirstSteps } from './first-steps.ts';
import { createLetters, type Letters } from './letters.ts';
import type { Marks } from './marks.ts';
import { keepPhones, readPhones } from './phone-file.ts';
import { createPhones, type Phones } from './phones.ts';
import { createTroubles, type Troubles } from './troubles.ts';
import type { WorkerKeeper } from './worker-keeper.ts';

/** All that the visitor of a sandbox plays with. */
export interface Playground {
  readonly phones: Phones;
  readonly letters: Letters;
  readonly troubles: Troubles;
  readonly worker: Pick<WorkerKeeper, 'kill'>;
  readonly marks: Marks;
  state(): SandboxState;
  /** Lets waiting requests go and writes what is not written yet. */
  close(): Promise<void>;
}

export interface PlaygroundOptions {
  simulator: TelegramSimulator;
  mail: MailSimulator;
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
/** What the simulated bot is called; see the simulator's own default. */
const BOT_NAME = 'Support';

/** Puts phones, troubles, the worker and the first steps together. */
export function createPlayground(options: PlaygroundOptions): Playground {
  const { simulator, mail, worker, marks, database, dataFolder, password, log } = options;
  const file = join(dataFolder, PHONES_FILE);
  const phones = createPhones({
    simulator,
    kept: readPhones(file, log),
    onChange: () => {
      keeper.touch();
      marks.bump();
    },
  });
  const keeper = keepPhones(file, phones.list, log);
  const troubles = createTroubles(simulator, mail, marks.bump);
  const letters = createLetters({ simulator: mail, onChange: marks.bump });
  const steps = watchFirstSteps({ database, log, onChange: marks.bump });

  return {
    phones,
    letters,
    troubles,
    worker,
    marks,
    state: () => ({
      mark: marks.current(),
      botName: BOT_NAME,
      phones: phones.list(),
      mailAddress: mail.address,
      correspondents: letters.list(),
      troubles: troubles.list(),
      people: DEMO_PEOPLE.map(({ name, email, role }) => ({ name, email, role })),
      password,
      worker: worker.state(),
      steps: steps.list(),
    }),
    async close() {
      marks.release();
      steps.close();
      troubles.close();
      letters.close();
      phones.close();
      await keeper.close();
    },
  };
}
