import { describeFailure } from './failure.ts';
import { printable } from './output.ts';

/** One line of `parley doctor`. `note`: worth knowing, nothing is wrong. */
export interface Finding {
  check: string;
  result: 'ok' | 'wrong' | 'note';
  message: string;
  mend?: string;
}

const SIGN: Readonly<Record<Finding['result'], string>> = { ok: '✓', wrong: '✗', note: '·' };

/** A check whose trouble is a finding, not the end of the command. */
export async function finding(check: string, run: () => Promise<Omit<Finding, 'check'>>): Promise<Finding> {
  try {
    return { check, ...(await run()) };
  } catch (error) {
    return { check, result: 'wrong', message: describeFailure(error) };
  }
}

/** A finding as people read it: the mend on a line of its own. */
export function findingLine({ check, result, message, mend }: Finding): string {
  const lines = message.split('\n').map(printable);
  const rest = [...lines.slice(1), ...(mend === undefined ? [] : [`→ ${printable(mend)}`])];
  return [`${SIGN[result]} ${check}: ${lines[0] ?? ''}`, ...rest.map((line) => `    ${line.trim()}`)].join('\n');
}
