import { type Logger, pino, stdTimeFunctions } from 'pino';
import type { Log } from '../core/ports/log.ts';
import { cleanFields, cleanString } from './redact.ts';

export interface LogOptions {
  level: 'debug' | 'info' | 'warn' | 'error';
  /** One line for people instead of JSON; meant for a terminal. */
  pretty?: boolean;
  /** Takes each finished line, its newline included. Left out: standard output. */
  write?: (line: string) => void;
}

function wrap(logger: Logger): Log {
  return {
    debug(fields, message) {
      if (logger.isLevelEnabled('debug')) logger.debug(cleanFields(fields), message);
    },
    info(fields, message) {
      if (logger.isLevelEnabled('info')) logger.info(cleanFields(fields), message);
    },
    warn(fields, message) {
      logger.warn(cleanFields(fields), message);
    },
    error(fields, message) {
      logger.error(cleanFields(fields), message);
    },
    child: (fields) => wrap(logger.child(cleanFields(fields))),
  };
}

/** Control characters as escapes: a name chosen by a stranger must not begin a line or colour a terminal. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** One JSON line as people read it: time, level, sentence, then the fields. */
export function prettyLine(line: string): string {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) return line;
  const { time, level, message, ...fields } = parsed as Record<string, unknown>;
  const rest = Object.entries(fields).map(([name, value]) => {
    return `${name}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`;
  });
  const clockTime = String(time).slice(11, 23);
  return `${printable([clockTime, String(level).padEnd(5), String(message), ...rest].join(' '))}\n`;
}

/** The process's log: JSON lines with time, level, message and cleaned fields. Satisfies the port of core. */
export function createLog(options: LogOptions): Log {
  const write = options.write ?? ((line: string) => void process.stdout.write(line));
  const stream = { write: (line: string) => write(options.pretty === true ? prettyLine(line) : line) };
  const settings = {
    level: options.level,
    base: null,
    messageKey: 'message',
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: {
      logMethod(this: Logger, args: Parameters<Logger['info']>, method: (...all: Parameters<Logger['info']>) => void) {
        const [fields, message, ...others] = args;
        method.apply(this, typeof message === 'string' ? [fields, cleanString(message), ...others] : args);
      },
    },
  };
  return wrap(options.write === undefined && options.pretty !== true ? pino(settings) : pino(settings, stream));
}
