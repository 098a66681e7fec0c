import { readdir } from 'node:fs/promises';

/** What a channel implements and uses; everything a new folder needs from the core, in one place. */
export type { Capabilities } from '../src/core/capabilities.ts';
export type { Normalised } from '../src/core/model/inbound.ts';
export type { OutboundContent, RenderedPart, SendOutcome } from '../src/core/model/outbound.ts';
export type {
  ChannelAccount,
  ChannelDeps,
  ChannelFactory,
  ConnectionState,
  InboundSink,
  Pace,
  ProbeResult,
  SendRequest,
  WebhookRequest,
  WebhookVerdict,
} from '../src/core/ports/channel.ts';

/**
 * What a channel's folder holds, each as a file `name.ts` or a folder `name/`:
 * - `index`: the factory, and nothing but joining the rest.
 * - `config`: the strict schema of one account. `capabilities`: what the platform can do, as data.
 * - `transport`: how bytes come and go; knows nothing of meaning.
 * - `normalise`: payload to events. `render`: content to parts. Both pure.
 * - `send`: one call. `errors`: the table from the platform's trouble to outcomes.
 * - `simulator`: the platform on loopback.
 */
export const CHANNEL_PARTS = [
  'index',
  'config',
  'capabilities',
  'transport',
  'normalise',
  'render',
  'send',
  'errors',
  'simulator',
] as const;

/** Names what is missing in a channel's folder; empty when it is complete. @throws when the folder cannot be read. */
export async function missingParts(folder: string): Promise<string[]> {
  const entries = new Set(await readdir(folder));
  const missing: string[] = CHANNEL_PARTS.filter((part) => !entries.has(`${part}.ts`) && !entries.has(part));
  if (!entries.has('README.md')) missing.push('README.md');
  return missing;
}
