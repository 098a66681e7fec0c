import { userInfo } from 'node:os';
import type { Actor } from '../core/ports/people-store.ts';
import { printable } from './output.ts';

/** Who is at the command line, as the audit names them: the system's user. */
export function operator(): Extract<Actor, { kind: 'operator' }> {
  let name = 'unknown';
  try {
    name = userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in many containers.
    name = `uid ${process.getuid?.() ?? 0}`;
  }
  return { kind: 'operator', id: printable(name) };
}
