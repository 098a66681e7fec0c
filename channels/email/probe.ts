import { ParleyError } from '../../src/core/errors.ts';
import type { ProbeResult } from '../../src/core/ports/channel.ts';
import { type EmailConfig, watchedFolders } from './config.ts';
import { connectImap, IMAP_TIMES, type LinkOptions } from './transport/imap-link.ts';
import { FolderMissing, troubleOf } from './transport/imap-trouble.ts';
import type { SmtpSender } from './transport/smtp-sender.ts';

async function probeImap(
  config: EmailConfig,
  options: Omit<LinkOptions, 'times' | 'config'>,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const place = `IMAP ${config.imap.host}:${config.imap.port}`;
  try {
    const link = await connectImap({ ...options, config: config.imap, times: IMAP_TIMES }, signal);
    try {
      const there = (await link.run((client) => client.list())).map(({ path }) => path);
      const missing = watchedFolders(config.imap).find((folder) => !there.includes(folder));
      if (missing !== undefined) throw new FolderMissing(missing, there);
    } finally {
      link.end();
    }
    return { ok: true, message: `${place} lets us in as ${config.imap.user}` };
  } catch (error) {
    if (error instanceof ParleyError && error.code === 'not_started') {
      return {
        ok: true,
        message: `${place} is not tried here: its tokens are in the store, and renewing them is the gateway's`,
      };
    }
    const { state } = troubleOf(error, config.imap);
    return {
      ok: false,
      message: `${place}: ${state.message}`,
      mend: state.mend ?? 'Check host, port, DNS and firewall, then try again.',
    };
  }
}

/** Signs in to both servers and looks for the folders, for `parley doctor`. Never throws for their trouble. */
export async function probeMailbox(
  config: EmailConfig,
  parts: Omit<LinkOptions, 'times' | 'config'> & { smtp: SmtpSender },
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { smtp, ...link } = parts;
  const imap = await probeImap(config, link, signal);
  if (!imap.ok) return imap;
  const sender = await smtp.probe(signal).catch((error: unknown): ProbeResult => {
    if (error instanceof ParleyError && error.code === 'not_started')
      return { ok: true, message: 'SMTP is not tried here' };
    throw error;
  });
  return sender.ok ? { ok: true, message: `${imap.message}; ${sender.message}` } : sender;
}
