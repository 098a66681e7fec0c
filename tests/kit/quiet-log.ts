import type { Log } from '../../src/core/ports/log.ts';

/** One recorded line. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

/** A log that keeps its lines for the test instead of printing them. */
export function quietLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write =
    (level: LogLine['level'], bound: object) =>
    (fields: object, message: string): void => {
      lines.push({ level, fields: { ...bound, ...fields }, message });
    };
  const make = (bound: object): Log => ({
    debug: write('debug', bound),
    info: write('info', bound),
    warn: write('warn', bound),
    error: write('error', bound),
    child: (fields) => make({ ...bound, ...fields }),
  });
  return { ...make({}), lines };
}
