/**
 * Structured logging: fields first (ids, counts, milliseconds), then a short constant sentence. Never a customer's text,
 * never a secret. pino satisfies it.
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}
