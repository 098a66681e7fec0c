import { randomBytes } from 'node:crypto';
import { plainEmail } from '../access/access.ts';
import { hashPassword } from '../access/passwords.ts';
import { ParleyError } from '../core/errors.ts';
import { createUuidV7, systemClock } from '../core/ids-and-time.ts';
import { configurationOf } from './configuration.ts';
import { operator } from './operator.ts';
import { say } from './output.ts';
import { withStore } from './store-access.ts';

export interface AdminOptions {
  config?: string | undefined;
  email: string;
  name: string;
  passwordStdin?: boolean | undefined;
}

const SHORTEST = 12;
const LONGEST = 256;

async function readPassword(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  // The line's end is the terminal's or echo's, not the password's.
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

/** `parley admin create`: the first person who may sign in. The password comes by standard input or is made and shown once. */
export async function adminCreate(options: AdminOptions): Promise<void> {
  const email = plainEmail(options.email);
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new ParleyError('email', `"${email}" is no mail address`);
  const { config } = configurationOf(options);
  const given = options.passwordStdin === true ? await readPassword() : null;
  if (given !== null && (given.length < SHORTEST || given.length > LONGEST)) {
    throw new ParleyError('password', `the password has ${given.length} characters`, {
      mend: `use ${SHORTEST} to ${LONGEST}; a phrase of several words is good`,
    });
  }
  const password = given ?? randomBytes(15).toString('base64url');
  const id = createUuidV7(systemClock).uuid();
  const passwordHash = await hashPassword(password);
  await withStore(config, async ({ db }) => {
    await db.transaction().execute(async (tx) => {
      const made = await tx
        .insertInto('agent')
        .values({ id, email, name: options.name.trim(), role: 'admin', password_hash: passwordHash })
        .onConflict((conflict) => conflict.column('email').doNothing())
        .returning('id')
        .executeTakeFirst();
      if (made === undefined) {
        throw new ParleyError('exists', `somebody with the address ${email} exists already`, {
          mend: 'use another address',
        });
      }
      const actor = operator();
      await tx
        .insertInto('audit')
        .values({
          actor_kind: actor.kind,
          actor_id: actor.id,
          action: 'agent.created',
          subject_kind: 'agent',
          subject_id: id,
          detail: JSON.stringify({ role: 'admin' }),
        })
        .execute();
    });
  });
  say(`${email} is an administrator now.`);
  if (given === null) say(`Password, shown this once: ${password}`);
}
