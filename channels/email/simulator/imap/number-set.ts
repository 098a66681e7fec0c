import { BadCommand } from './tokens.ts';

/** Numbers as `1:3,7,9:*` names them. `*` is the greatest there is; a range may be written either way round (RFC 3501, 9). */
export interface NumberSet {
  has(number: number): boolean;
}

/**
 * @param greatest what `*` stands for; with nothing there, 0. So `5:*` holds the last one even when its number is below 5.
 * @throws {BadCommand}
 */
export function numberSetOf(text: string, greatest: number): NumberSet {
  const ranges = text.split(',').map((part) => {
    const bounds = /^(\d+|\*)(?::(\d+|\*))?$/u.exec(part);
    if (bounds === null) throw new BadCommand(`${part} is no set of numbers`);
    const from = boundOf(bounds[1], greatest);
    const to = bounds[2] === undefined ? from : boundOf(bounds[2], greatest);
    return from <= to ? ([from, to] as const) : ([to, from] as const);
  });
  return { has: (number) => ranges.some(([from, to]) => number >= from && number <= to) };
}

function boundOf(text: string | undefined, greatest: number): number {
  return text === '*' ? greatest : Number(text);
}

/** Numbers in order, written short: `1:3,7`. */
export function writeSet(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < numbers.length; ) {
    let end = at;
    while (end + 1 < numbers.length && numbers[end + 1] === (numbers[end] ?? 0) + 1) end += 1;
    parts.push(end === at ? `${numbers[at]}` : `${numbers[at]}:${numbers[end]}`);
    at = end + 1;
  }
  return parts.join(',');
}
