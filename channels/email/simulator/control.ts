import { once } from 'node:events';
import http from 'node:http';
import { z } from 'zod';
import { type ControlRoute, createControlHandler } from '../../shared/simulator/control.ts';
import { withoutUndefined } from '../../shared/without-undefined.ts';
import { FAULT_KINDS, type FaultRule, SMTP_STEPS } from './faults.ts';
import type { MailSimulator } from './index.ts';
import type { AcceptedMail } from './mail-log.ts';
import type { ReadLetter } from './read-letter.ts';

const letter = z.strictObject({
  from: z.string(),
  name: z.string().optional(),
  to: z.array(z.string()).optional(),
  subject: z.string().optional(),
  text: z.string().optional(),
  html: z.string().optional(),
  files: z
    .array(
      z.strictObject({ filename: z.string(), base64: z.string(), contentType: z.string(), cid: z.string().optional() }),
    )
    .optional(),
  proof: z.enum(['dkim', 'fail', 'none']).optional(),
  folder: z.string().optional(),
  /** Message-ID of one of our mails that is answered, quoted below. */
  replyTo: z.string().optional(),
});
const raw = z.strictObject({ from: z.string(), base64: z.string(), folder: z.string().optional() });
const fault = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  command: z.string().optional(),
  at: z.enum(SMTP_STEPS).optional(),
  address: z.string().optional(),
  times: z.int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  code: z.int().min(400).max(599).optional(),
  words: z.string().optional(),
  afterBytes: z.int().min(0).optional(),
  latencyMs: z.number().min(0).max(600_000).optional(),
  lost: z.boolean().optional(),
  action: z.enum(['failed', 'delayed']).optional(),
});

/** The simulator driven over HTTP on loopback, for tests in other processes and for people at a terminal. */
export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts it: `POST write {from, subject, text, html, files, replyTo…}`, `raw {from, base64}`, `fault`, `renumber`, `cut`, `suspend`,
 * `resume`; `GET mails?after=ORDER` (accepted), `inbox?address=` (as its reader sees it), `faults`, `addresses`; `DELETE fault`.
 */
export async function startControl(simulator: MailSimulator, port = 0): Promise<ControlServer> {
  const server = http.createServer(createControlHandler(routesOf(simulator), { prefix: '/' }));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the control has no TCP address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function routesOf(simulator: MailSimulator): ReadonlyMap<string, ControlRoute> {
  return new Map<string, ControlRoute>([
    ['GET addresses', () => addressesOf(simulator)],
    ['POST write', (body) => write(simulator, letter.parse(body))],
    [
      'POST raw',
      (body) => {
        const { from, base64, folder } = raw.parse(body);
        const sent = simulator
          .customer(from)
          .writeRaw(Buffer.from(base64, 'base64'), { exact: true, ...(folder === undefined ? {} : { folder }) });
        return { messageId: sent.messageId, uid: sent.uid };
      },
    ],
    ['POST fault', (body) => void simulator.faults.add(withoutUndefined<FaultRule>(fault.parse(body)))],
    ['GET faults', () => simulator.faults.rules],
    ['DELETE fault', () => simulator.faults.clear()],
    ['POST renumber', () => simulator.mailbox().inbox.renumber()],
    ['POST cut', () => simulator.cutAll()],
    ['POST suspend', () => simulator.suspend()],
    ['POST resume', () => simulator.resume()],
    [
      'GET mails',
      (_, query) => simulator.log.mails.filter(({ order }) => order > Number(query.get('after') ?? 0)).map(shown),
    ],
    [
      'GET inbox',
      async (_, query) => (await simulator.customer(query.get('address') ?? simulator.address).inbox()).map(readable),
    ],
  ]);
}

async function write(simulator: MailSimulator, order: z.infer<typeof letter>): Promise<unknown> {
  const { from, name, to, proof, folder, replyTo, files = [], ...rest } = order;
  const customer = simulator.customer(from, withoutUndefined<{ name?: string }>({ name }));
  const what = {
    ...withoutUndefined<{ subject?: string; text?: string; html?: string }>(rest),
    files: files.map(({ base64, cid, ...file }) => ({
      ...file,
      content: Buffer.from(base64, 'base64'),
      ...(cid === undefined ? {} : { cid }),
    })),
  };
  const options = withoutUndefined<NonNullable<Parameters<typeof customer.write>[1]>>({ to, proof, folder });
  if (replyTo === undefined) {
    const { messageId, uid } = await customer.write(what, options);
    return { messageId, uid };
  }
  const answered = (await customer.inbox()).find(({ messageId }) => messageId === replyTo);
  if (answered === undefined) throw new Error(`no mail ${replyTo} reached ${from}`);
  const { messageId, uid } = await customer.reply(answered, what, options);
  return { messageId, uid };
}

function addressesOf({ address, password, imap, smtp, mx }: MailSimulator): object {
  return { address, password, imap, smtp, mx };
}

function shown({ raw, ...mail }: AcceptedMail): object {
  return { ...mail, sizeBytes: raw.byteLength };
}

function readable({ raw, files, ...mail }: ReadLetter): object {
  return {
    ...mail,
    sizeBytes: raw.byteLength,
    files: files.map(({ content, ...file }) => ({ ...file, sizeBytes: content.byteLength })),
  };
}
