import { createPasswords } from '../access/passwords.ts';
import { createUuidV7, systemClock } from '../core/ids-and-time.ts';
import type { Role } from '../core/model/agent.ts';
import type { Database } from '../store/database.ts';

/** Somebody who works at the sandbox's desk. */
export interface DemoPerson {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly teams: readonly string[];
}

/** The sandbox's teams; languages decide who gets a handed-over conversation. */
export const DEMO_TEAMS = [
  { id: 'support', name: 'Support', languages: ['en', 'es', 'ru'] },
  { id: 'asia', name: 'Support Asia', languages: ['zh', 'ja', 'ko'] },
] as const;

/** A reserved domain: nobody has such a mailbox, so nobody in a real installation is called so. */
const DOMAIN = 'parley.example';

/** The first is the one the sign-in page offers. */
export const DEMO_PEOPLE: readonly [DemoPerson, ...DemoPerson[]] = [
  { name: 'Mei Tan', email: `mei@${DOMAIN}`, role: 'lead', teams: ['support', 'asia'] },
  { name: 'Tom Berg', email: `tom@${DOMAIN}`, role: 'agent', teams: ['support'] },
  { name: 'Ada Okoye', email: `ada@${DOMAIN}`, role: 'admin', teams: [] },
];

/**
 * Makes the demo people, or brings their password, role and place back to what the start prints: in a training ground
 * somebody has always changed something.
 */
export async function bringInDemoPeople({ db }: Database, password: string): Promise<void> {
  const ids = createUuidV7(systemClock);
  const passwords = createPasswords();
  for (const { id, name, languages } of DEMO_TEAMS) {
    await db
      .insertInto('team')
      .values({ id, name, languages: [...languages], from_file: true })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
  await Promise.all(
    DEMO_PEOPLE.map(async ({ name, email, role, teams }) => {
      const known = await db.selectFrom('agent').selectAll().where('email', '=', email).executeTakeFirst();
      const fits = known !== undefined && (await passwords.fits(known.password_hash, password).catch(() => false));
      const passwordHash = fits ? known.password_hash : await passwords.hash(password);
      const row = { name, role, password_hash: passwordHash, disabled_at: null };
      const { id } = await db
        .insertInto('agent')
        .values({ id: ids.uuid(), email, ...row })
        .onConflict((conflict) => conflict.column('email').doUpdateSet(row))
        .returning('id')
        .executeTakeFirstOrThrow();
      for (const team of teams) {
        await db
          .insertInto('team_member')
          .values({ team_id: team, agent_id: id })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    }),
  );
}

/**
 * A store that was a sandbox once and now serves real accounts: its demo people, whose password was printed on a
 * terminal, can no longer sign in. @returns how many could until now
 */
export async function retireDemoPeople({ db }: Database): Promise<number> {
  const emails = DEMO_PEOPLE.map(({ email }) => email);
  const retired = await db
    .updateTable('agent')
    .set({ disabled_at: new Date() })
    .where('email', 'in', emails)
    .where('disabled_at', 'is', null)
    .returning('id')
    .execute();
  for (const { id } of retired) {
    await db
      .insertInto('audit')
      .values({
        actor_kind: 'system',
        actor_id: 'sandbox',
        action: 'agent.disabled',
        subject_kind: 'agent',
        subject_id: id,
        detail: JSON.stringify({ why: 'a demo person of the sandbox, on a store that serves real accounts' }),
      })
      .execute();
  }
  return retired.length;
}
