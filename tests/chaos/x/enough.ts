import type { Amends } from '../amends.ts';
import type { Deeds } from './said.ts';
import { SAYS } from './trouble.ts';
import type { XWorld } from './x-world.ts';

/** Calls that showed something to somebody and whose answers never came. */
export function lostIn({ simulator }: XWorld): readonly unknown[] {
  return simulator.log.calls.filter(
    ({ route, acted, answered }) => acted && !answered && SAYS.some((say) => say === route),
  );
}

/**
 * What there is too little of yet: less trouble than this would prove less than the storm's name says. A storm goes on until nothing is
 * named, so that a busy machine has time to come to it.
 * @returns each with how many there are of how many
 */
export async function lacking(world: XWorld, deeds: Deeds, amends: Amends): Promise<string[]> {
  const said = [...deeds.values()];
  const [row] = await world.query<{ public: string; approved: string; suggestions: string }>(`SELECT
    (SELECT count(*) FROM delivery d JOIN thread t ON t.id = d.thread_id WHERE d.action = 'send' AND t.address LIKE 'post:%') AS public,
    (SELECT count(DISTINCT t.contact_id) FROM delivery d JOIN thread t ON t.id = d.thread_id JOIN message m ON m.id = d.message_id
      WHERE d.action = 'send' AND t.address LIKE 'post:%' AND m.author_kind = 'bot') AS approved,
    (SELECT count(*) FROM conversation WHERE suggestion IS NOT NULL) AS suggestions`);
  const wanted: [what: string, count: number, least: number][] = [
    ['messages', said.length, 150],
    ['messages in public', said.filter(({ address }) => address.startsWith('post:')).length, 30],
    ['edits of customers', said.filter(({ edited }) => edited).length, 1],
    ['answers lost', lostIn(world).length, 9],
    ['parts in public', Number(row?.public), 6],
    ['approved texts', Number(row?.approved), world.publicReplies === 'auto' ? 3 : 0],
    ['suggestions', Number(row?.suggestions), 1],
    ['deletions', [...amends.values()].filter(({ accepted }) => accepted).length, 1],
  ];
  return wanted
    .filter(([, count, least]) => !(count >= least))
    .map(([what, count, least]) => `${what}: ${count} of ${least}`);
}
