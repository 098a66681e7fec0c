import { ParleyError } from '../../../../src/core/errors.ts';

/** X no longer lets us in with what we have. Nothing changes without a person. */
export class NeedsLogin extends ParleyError {
  constructor(message: string, mend: string) {
    super('needs_login', message, { mend });
  }
}

/** A token could not be had just now; nothing was asked of the API itself, and the next try may well work. */
export class TokenUnavailable extends ParleyError {
  constructor(message: string, cause?: unknown) {
    super('token_unavailable', message, { mend: 'nothing: it is asked for again', cause });
  }
}
