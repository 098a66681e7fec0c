import { type DeliveryRow, placeOf, type Shown } from './shown.ts';
import { APPROVED, PER_HOUR, type XWorld } from './x-world.ts';

/**
 * Decision 0014 at X: the bot says nothing in public but the approved text, once to each author and so often an hour, with the way into
 * private below its last part; parts of one answer go on from each other. Answers how often it was said.
 */
export function judgePublic(
  { publicReplies }: XWorld,
  sends: readonly DeliveryRow[],
  byPlace: ReadonlyMap<string, Shown[]>,
  found: string[],
): number {
  const inPublic = sends.filter(({ address }) => address.startsWith('post:'));
  const byBot = inPublic.filter(({ author_kind: kind }) => kind === 'bot');
  const answered = new Map<string, string>();
  for (const { whole, contact_id: contact, message_id: message, text } of byBot) {
    if (publicReplies === 'draft') found.push(`0014: the bot said "${text}" in public, where people answer`);
    if (whole.trim() !== APPROVED.trim()) found.push(`0014: the bot said "${text}" in public, which nobody approved`);
    if ((answered.get(contact) ?? message) !== message) found.push(`0014: ${contact} was answered twice by the bot`);
    answered.set(contact, message);
  }
  if (answered.size > PER_HOUR) found.push(`0014: ${answered.size} answers of the bot in an hour of ${PER_HOUR}`);

  const last = new Map<string, DeliveryRow>();
  for (const row of inPublic) {
    const [shown] = byPlace.get(placeOf(row)) ?? [];
    const before = last.get(row.message_id);
    last.set(row.message_id, row);
    if (shown === undefined) continue;
    const wanted = before === undefined ? row.reply_to : before.external_id;
    if (shown.answers !== wanted) found.push(`I9: "${row.text}" answers ${shown.answers} instead of ${wanted}`);
  }
  for (const row of last.values()) {
    const [shown] = byPlace.get(placeOf(row)) ?? [];
    if (row.author_kind === 'bot' && shown?.invites === false)
      found.push(`0014: below "${row.text}" nothing leads into private`);
  }
  return answered.size;
}
