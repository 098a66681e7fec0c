/** An error of the API, as its body says it (docs, "JSON Error Codes"). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: number;
  readonly errors: unknown;

  constructor(status: number, code: number, message: string, errors?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

export const unknownChannel = (): ApiError => new ApiError(404, 10003, 'Unknown Channel');
export const unknownGuild = (): ApiError => new ApiError(404, 10004, 'Unknown Guild');
export const unknownMessage = (): ApiError => new ApiError(404, 10008, 'Unknown Message');
export const unknownUser = (): ApiError => new ApiError(404, 10013, 'Unknown User');
export const unknownWebhook = (): ApiError => new ApiError(404, 10015, 'Unknown Webhook');
export const unknownInteraction = (): ApiError => new ApiError(404, 10062, 'Unknown interaction');
export const tooLarge = (): ApiError => new ApiError(413, 40005, 'Request entity too large');
export const alreadyAnswered = (): ApiError => new ApiError(400, 40060, 'Interaction has already been acknowledged.');
export const missingAccess = (): ApiError => new ApiError(403, 50001, 'Missing Access');
export const notTheAuthor = (): ApiError => new ApiError(403, 50005, 'Cannot edit a message authored by another user');
export const emptyMessage = (): ApiError => new ApiError(400, 50006, 'Cannot send an empty message');
export const cannotWriteTo = (): ApiError => new ApiError(403, 50007, 'Cannot send messages to this user');
export const noText = (): ApiError => new ApiError(400, 50008, 'Cannot send messages in a non-text channel');
export const missingPermissions = (): ApiError => new ApiError(403, 50013, 'Missing Permissions');
export const archivedThread = (): ApiError => new ApiError(400, 50083, 'Thread is archived');
export const lockedThread = (): ApiError => new ApiError(403, 160005, 'Thread is locked');

/** 50035 with the place of the fault: `content`, `components.0.components.1.custom_id`. */
export function invalidForm(path: string, code: string, message: string): ApiError {
  const leaf: unknown = { _errors: [{ code, message }] };
  const errors = path.split('.').reduceRight((inner, key) => ({ [key]: inner }), leaf);
  return new ApiError(400, 50035, 'Invalid Form Body', errors);
}
