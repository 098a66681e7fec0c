/** An error of the API, with the body that says it (docs.x.com, "Response codes and errors"). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>> = {}) {
    super(`the simulated platform answers ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  /** Last part of the problem's type, else the older API's code, else null: what the log keeps. */
  get problem(): string | number | null {
    const type: unknown = this.body['type'];
    if (typeof type === 'string' && type !== 'about:blank') return type.slice(type.lastIndexOf('/') + 1);
    const errors: unknown = this.body['errors'];
    const first: unknown = Array.isArray(errors) ? errors[0] : null;
    if (typeof first === 'object' && first !== null && 'code' in first && typeof first.code === 'number')
      return first.code;
    return null;
  }
}

const TYPES = 'https://api.x.com/2/problems/';

/** @param kind last part of the problem's type; null: `about:blank` */
export function problem(status: number, title: string, detail: string, kind: string | null = null): ApiError {
  return new ApiError(status, { title, detail, type: kind === null ? 'about:blank' : TYPES + kind, status });
}

/** As the older API says it. */
export function oldError(status: number, code: number, message: string): ApiError {
  return new ApiError(status, { errors: [{ code, message }] });
}

export const unauthorized = (): ApiError => problem(401, 'Unauthorized', 'Unauthorized');
export const forbidden = (detail: string): ApiError => problem(403, 'Forbidden', detail);
export const notFound = (detail: string): ApiError => problem(404, 'Not Found Error', detail, 'resource-not-found');

export function invalidRequest(message: string): ApiError {
  return new ApiError(400, {
    errors: [{ message }],
    title: 'Invalid Request',
    detail: 'One or more parameters to your request was invalid.',
    type: `${TYPES}invalid-request`,
  });
}

/** The way a caller showed who it is is none of this endpoint. */
export function unsupportedAuthentication(given: string, supported: readonly string[]): ApiError {
  return problem(
    403,
    'Unsupported Authentication',
    `Authenticating with ${given} is forbidden for this endpoint. Supported authentication types are [${supported.join(', ')}].`,
    'unsupported-authentication',
  );
}

/** The app's plan does not hold this endpoint. */
export function clientForbidden(): ApiError {
  return new ApiError(403, {
    title: 'Client Forbidden',
    detail: 'This endpoint is not part of the access that your app has.',
    required_enrollment: 'Appropriate Level of API Access',
    reason: 'client-not-enrolled',
    type: `${TYPES}client-forbidden`,
  });
}

export function creditsDepleted(status = 402): ApiError {
  return new ApiError(status, {
    title: 'CreditsDepleted',
    detail: 'Your enrolled account does not have any credits to fulfill this request.',
    type: `${TYPES}credits`,
  });
}

export function tooManyRequests(headers: Readonly<Record<string, string>>): ApiError {
  return new ApiError(
    429,
    { title: 'Too Many Requests', detail: 'Too Many Requests', type: 'about:blank', status: 429 },
    headers,
  );
}

export function tooManyConnections(): ApiError {
  return new ApiError(429, {
    title: 'ConnectionException',
    detail: 'This stream is currently at the maximum allowed connection limit.',
    connection_issue: 'TooManyConnections',
    type: `${TYPES}streaming-connection`,
  });
}

/** An error of the token endpoints (RFC 6749, 5.2). */
export function tokenError(status: number, error: string, description: string): ApiError {
  return new ApiError(status, { error, error_description: description });
}
