/**
 * The process's clock, passed in so that tests can hold it. It is for durations and for stamping ids only:
 * leases, due times and everything two processes compare use the database's clock.
 */
export interface Clock {
  /** Wall time, milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Monotonic time in milliseconds; goes on while the process is stopped by SIGSTOP. */
  monotonicMs(): number;
}

/** Makes row ids. */
export interface IdGenerator {
  /** A new UUIDv7 (RFC 9562, 5.7), lower case with hyphens; ordered by time within one process. */
  uuid(): string;
}
