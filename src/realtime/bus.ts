/** Carries words between processes. At most once: what gets lost is made good by the log of changes. */
export interface Bus {
  /** Rejects when it could not be handed over. */
  publish(payload: string): Promise<void>;
  /** Connects and keeps connected; `onPayload` gets what any process published, this one included. */
  listen(onPayload: (payload: string) => void): Promise<void>;
  close(): Promise<void>;
}

/** Longest payload, bytes: Postgres refuses 8000. */
export const MAX_PAYLOAD_BYTES = 7_900;
