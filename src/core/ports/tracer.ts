/**
 * One piece of work that has ended. Names and attributes are our own words, ids and numbers: never what a customer wrote,
 * never a secret.
 */
export interface FinishedSpan {
  name: string;
  /**
   * The UUID the trace is named by: the customer's message, or the request. So no context has to travel between
   * processes, and who knows a message's id finds its trace.
   */
  trace: string;
  /** The piece under which the others of its trace hang; once a trace. */
  root?: boolean;
  kind?: 'server' | 'client';
  /** Milliseconds since the epoch, with fractions. */
  startMs: number;
  endMs: number;
  attributes: Readonly<Record<string, string | number | boolean>>;
  /** A code, when it failed. */
  failed?: string | null;
}

/**
 * Where traces go. Off by default: then there is no tracer, nothing is wrapped and the hot path costs nothing. Telling it
 * never throws and never waits.
 */
export interface Tracer {
  ended(span: FinishedSpan): void;
  /** Sends what is still held, for less than a second. */
  stop(): Promise<void>;
}
