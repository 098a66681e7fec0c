import type { ProbeResult } from '../../../src/core/ports/channel.ts';
import { watchedFolders } from '../config.ts';
import { connectImap, IMAP_TIMES, type LinkOptions } from './imap-link.ts';
import { FolderMissing, troubleOf } from './imap-trouble.ts';

/** Connects, signs in and looks for every folder that is watched, for `doctor`. */
export async function probeImap(options: Omit<LinkOptions, 'times'>, signal: AbortSignal): Promise<ProbeResult> {
  const { config } = options;
  try {
    const link = await connectImap({ ...options, times: IMAP_TIMES }, signal);
    try {
      const there = (await link.run((client) => client.list())).map(({ path }) => path);
      const missing = watchedFolders(config).find((folder) => !there.includes(folder));
      if (missing !== undefined) throw new FolderMissing(missing, there);
    } finally {
      link.end();
    }
    return { ok: true, message: `IMAP: ${config.host} lets us in, with ${watchedFolders(config).join(', ')}` };
  } catch (error) {
    const { state } = troubleOf(error, config);
    return {
      ok: false,
      message: `IMAP: ${state.message}`,
      mend: state.mend ?? 'Nothing to change here: it is tried again by itself.',
    };
  }
}
