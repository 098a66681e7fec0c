import { Command, InvalidArgumentError } from 'commander';
import { configExport } from '../../config/export.ts';
import { VERSION } from '../version.ts';
import type { LoginOptions } from './account-login.ts';
import type { AdminOptions } from './admin.ts';
import { configurationOf } from './configuration.ts';
import type { DoctorOptions } from './doctor.ts';
import type { InboundListOptions } from './inbound.ts';
import type { OutboxOptions } from './outbox.ts';
import { say } from './output.ts';
import type { ServeOptions } from './serve.ts';

interface WithConfig {
  config?: string | undefined;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 10_000) throw new InvalidArgumentError('1 to 10000 is meant.');
  return value;
}

/** Where `account login` waits for the browser. */
const REDIRECT = 'http://127.0.0.1:8765/callback';

/** A command that works on an installation: all take `--config`. */
function on(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option(
      '--config <file>',
      'configuration file (default: PARLEY_CONFIG, else config/parley.yaml, else the sandbox)',
    );
}

/** Every command of `parley`. */
export function createProgram(): Command {
  const program = new Command('parley')
    .description('A multi-channel bot gateway and support desk.')
    .version(VERSION, '-V, --version', 'print the version')
    .showHelpAfterError('(parley --help shows every command)');

  on(program, 'serve', 'run the gateway')
    .option('--role <roles>', 'only these roles of a process: ingress,worker,web,connector (default: all)')
    .action(async (options: ServeOptions) => {
      // Whatever still holds the event loop after an orderly stop must not hold the process.
      process.exit(await (await import('./serve.ts')).serve(options));
    });
  on(program, 'migrate', "bring the store's schema up to date").action(async (options: WithConfig) =>
    (await import('./migrate.ts')).migrateCommand(options),
  );
  on(program, 'doctor', 'check configuration, store, queue and every account; say what is wrong and the mend')
    .option('--json', 'print the findings as JSON')
    .action(async (options: DoctorOptions) => {
      process.exitCode = (await (await import('./doctor.ts')).doctor(options)) ? 0 : 1;
    });

  const outbox = program.command('outbox').description('messages that could not be sent, or perhaps were');
  on(outbox, 'list', 'parts that need review or have failed')
    .option('--json', 'print as JSON')
    .option('--limit <n>', 'at most this many', count, 100)
    .action(async (options: OutboxOptions) => (await import('./outbox.ts')).outboxList(options));
  on(outbox, 'retry <id>', 'send a part again, as a new one at the end of its thread').action(
    async (id: string, options: WithConfig) => (await import('./outbox.ts')).outboxReview(options, id, 'resend'),
  );
  on(outbox, 'discard <id>', 'settle a part under review without sending it').action(
    async (id: string, options: WithConfig) => (await import('./outbox.ts')).outboxReview(options, id, 'dismiss'),
  );

  const inbound = program.command('inbound').description('what was received and could not be handled');
  on(inbound, 'list', 'parked payloads and messages')
    .option('--json', 'print as JSON')
    .option('--limit <n>', 'at most this many', count, 100)
    .action(async (options: InboundListOptions) => (await import('./inbound.ts')).inboundList(options));
  on(inbound, 'replay <key>', 'take a parked payload or message up again').action(
    async (key: string, options: WithConfig) => (await import('./inbound-replay.ts')).inboundReplay(options, key),
  );

  const account = program.command('account').description('our accounts at the platforms');
  on(account, 'login <id>', "ask the account's owner for consent, in a browser")
    .option('--redirect <url>', 'where the platform sends the browser afterwards; it has to be named there', REDIRECT)
    .option('--paste', 'ask for that address instead of waiting for the browser, as on a server without one')
    .action(async (id: string, options: LoginOptions) =>
      (await import('./account-login.ts')).accountLogin(options, id),
    );

  const email = program.command('email').description('mails as the gateway reads them');
  email
    .command('parse <file>')
    .description('print a raw mail as one JSON object (- reads standard input)')
    .action(async (file: string) => (await import('./email.ts')).emailParse(file));

  const queue = program.command('queue').description('the wake-ups between processes');
  on(queue, 'rebuild', 'drop all stored wake-ups and add one per shard; loses no work').action(
    async (options: WithConfig) => (await import('./queue.ts')).queueRebuild(options),
  );

  const keys = program.command('keys').description('the master keys under which files and payloads are sealed');
  on(keys, 'list', 'versions of the master key and how much is sealed under each').action(async (options: WithConfig) =>
    (await import('./keys-rotate.ts')).keysList(options),
  );
  on(keys, 'rotate', 'seal everything under the newest key; may be ended and run again').action(
    async (options: WithConfig) => (await import('./keys-rotate.ts')).keysRotate(options),
  );

  const admin = program.command('admin').description('people who may sign in');
  on(admin, 'create', 'make an administrator')
    .requiredOption('--email <address>', 'address to sign in with')
    .requiredOption('--name <name>', 'name shown to colleagues')
    .option('--password-stdin', 'read the password from standard input (default: one is made and printed once)')
    .action(async (options: AdminOptions) => (await import('./admin.ts')).adminCreate(options));

  const contact = program.command('contact').description("one person's data");
  on(contact, 'export <id>', 'everything kept about a contact, as JSON').action(
    async (id: string, options: WithConfig) => (await import('./contact.ts')).contactExport(options, id),
  );
  on(contact, 'erase <id>', 'empty everything about a contact, for good')
    .option('--yes', 'do it')
    .action(async (id: string, options: WithConfig & { yes?: boolean }) =>
      (await import('./contact.ts')).contactErase(options, id),
    );

  const config = program.command('config').description('the configuration');
  on(config, 'export', 'the configuration in force with every default, secrets hidden').action(
    async (options: WithConfig) => say(configExport(configurationOf(options).config).trimEnd()),
  );

  on(program, 'backup <file>', 'copy the whole store into one file, while the gateway runs').action(
    async (file: string, options: WithConfig) => (await import('./backup.ts')).backup(options, file),
  );
  on(program, 'restore <file>', 'bring a backup back into an empty store')
    .option('--force', 'throw away what is in the store')
    .action(async (file: string, options: WithConfig & { force?: boolean }) =>
      (await import('./backup.ts')).restore(options, file),
    );
  program
    .command('version')
    .description('print the version')
    .action(async () => say(VERSION));
  return program;
}

/** Runs what the arguments say. @throws whatever the command throws; see failure.ts for how it is told */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  await createProgram().parseAsync([...argv]);
}
