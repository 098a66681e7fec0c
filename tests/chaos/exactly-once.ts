import type { Traffic } from './traffic.ts';
import type { World } from './world.ts';

/**
 * Where no process that sends has died and the platform lost no answer, every answer stands there exactly once, and each chat's
 * answers stand in the order in which its texts were written. What is violated of that, as sentences.
 * @param options.allAnswered every text gets an answer: nobody asked for people, and nothing was edited
 */
export function unevenAnswers(
  world: World,
  traffic: Pick<Traffic, 'written' | 'files'>,
  options: { allAnswered: boolean },
): string[] {
  const found: string[] = [];
  const wanted = new Map<number, string[]>();
  for (const [id, { chatId, text, edited }] of traffic.written) {
    if (edited || traffic.files.has(id) || id.startsWith('callback:')) continue;
    wanted.set(chatId, [...(wanted.get(chatId) ?? []), `echo ${text}`]);
  }
  const came = new Map<number, string[]>();
  for (const { chatId, text } of world.simulator.log.messages) {
    const list = came.get(chatId);
    if (list === undefined) came.set(chatId, [text]);
    else list.push(text);
  }
  for (const [chatId, texts] of came) {
    const echoes = texts.filter((text) => text.startsWith('echo '));
    const twice = echoes.filter((text, index) => echoes.indexOf(text) !== index);
    for (const text of twice) found.push(`"${text}" came more than once to ${chatId}`);
    const order = new Map((wanted.get(chatId) ?? []).map((text, index) => [text, index]));
    let last = -1;
    for (const text of echoes) {
      const place = order.get(text);
      if (place === undefined) continue;
      if (place < last) found.push(`"${text}" came to ${chatId} after the answer to a later text`);
      last = Math.max(last, place);
    }
  }
  if (!options.allAnswered) return found;
  for (const [chatId, texts] of wanted) {
    const there = new Set(came.get(chatId));
    for (const text of texts) if (!there.has(text)) found.push(`"${text}" never came to ${chatId}`);
  }
  return found;
}
