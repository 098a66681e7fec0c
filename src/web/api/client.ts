import createClient from 'openapi-fetch';
import { type ApiFailure, asFailure, failureOf } from './failure.ts';
import type { paths } from './schema.d.ts';

/** Requests that take longer are given up: what hangs behind the server may hang for as long as it likes. */
const TIMEOUT_MS = 20_000;

let csrfToken = '';
let signedOut: () => void = () => {};
let sessionChanged: () => void = () => {};

/** Changes carry this from now on. */
export function carryCsrfToken(token: string): void {
  csrfToken = token;
}

/** What changes carry, for requests that do not go through {@link client}. */
export function csrfTokenNow(): string {
  return csrfToken;
}

/** Called when an answer says that nobody is signed in any more. */
export function whenSignedOut(listener: () => void): void {
  signedOut = listener;
}

/** Called when an answer says that this browser's session is not the one this page began with. */
export function whenSessionChanged(listener: () => void): void {
  sessionChanged = listener;
}

/** Typed by the server's own OpenAPI document. */
export const client = createClient<paths>({
  baseUrl: '/',
  fetch: (request: Request) =>
    fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]) }),
});

client.use({
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('x-csrf-token', csrfToken);
    return request;
  },
});

interface Outcome<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The data of an answer. @throws {ApiFailure} */
export async function answerOf<Data>(request: Promise<Outcome<Data>>): Promise<Data> {
  let outcome: Outcome<Data>;
  try {
    outcome = await request;
  } catch (thrown) {
    throw asFailure(thrown);
  }
  if (outcome.response.ok) {
    // An answer without a body (204) has no data; its type says so.
    return outcome.data as Data;
  }
  throw toldOfSession(failureOf(outcome.response, outcome.error));
}

/** Tells the page when a failure is about who is signed in; the failure itself comes back. */
export function toldOfSession(failure: ApiFailure): ApiFailure {
  if (failure.status === 401 && failure.code !== 'wrong_credentials') signedOut();
  if (failure.code === 'csrf') sessionChanged();
  return failure;
}
