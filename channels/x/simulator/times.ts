/** How long things take at the platform, ms; all of it may be set shorter. */
export interface Times {
  /** Between the heartbeats of a stream. */
  heartbeatMs: number;
  /** Between two checks of a webhook that passed. */
  checkEveryMs: number;
  /** How long a webhook may take to answer. */
  webhookTimeoutMs: number;
  /** A webhook that has not passed a check for so long is no longer valid. */
  checkGraceMs: number;
  /** What a webhook did not take is tried again after this, then twice as long … */
  firstRetryMs: number;
  maxRetryMs: number;
  /** How often in all. */
  attempts: number;
  accessTokenMs: number;
  codeMs: number;
  /** Looking through a video or an animation. */
  processingMs: number;
  /** How far back direct messages are told. */
  directHistoryMs: number;
  /** How long the same text is refused again. */
  duplicateMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** X's own where it says them (docs.x.com, "Webhooks", "Handling disconnections", "OAuth 2.0"); the times of retries are not known. */
export const TIMES: Times = {
  heartbeatMs: 20_000,
  checkEveryMs: HOUR_MS,
  webhookTimeoutMs: 10_000,
  checkGraceMs: 28 * HOUR_MS,
  firstRetryMs: 1_000,
  maxRetryMs: 30_000,
  attempts: 5,
  accessTokenMs: 2 * HOUR_MS,
  codeMs: 30_000,
  processingMs: 1_000,
  directHistoryMs: 30 * DAY_MS,
  duplicateMs: DAY_MS,
};
