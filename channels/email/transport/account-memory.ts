/**
 * What an account must remember beyond one process: tokens that its provider exchanged. Whoever keeps it encrypts it.
 * Names are made by us and hold no secret.
 */
export interface AccountMemory {
  /** What was written last under this name, or null. */
  read(name: string): Promise<string | null>;
  /**
   * Runs `act` while nobody else, in whatever process, is inside for the same name. `current`: what is written now. What `write`
   * was given is committed when it resolves, also if `act` fails later.
   */
  exclusively<T>(
    name: string,
    act: (current: string | null, write: (next: string) => Promise<void>) => Promise<T>,
  ): Promise<T>;
}
