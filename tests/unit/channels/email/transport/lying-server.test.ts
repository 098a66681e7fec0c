import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createMailSimulator, type MailSimulator } from '../../../../../channels/email/simulator/index.ts';
import { accountOn, startReceiver } from '../../../../kit/email/receiver.ts';
import { eventually } from '../../../../kit/eventually.ts';

let simulator: MailSimulator;
let liar: { cutsShort: boolean; port: number; connections: number; close: () => Promise<void> };

/** A server that says every mail is small, and sends all of it where a part was asked for, unless it `cutsShort`. */
async function startLiar(target: number): Promise<typeof liar> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    made.connections += 1;
    const upstream = net.connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      const said = bytes.toString('latin1');
      upstream.write(made.cutsShort ? said : said.replace(/BODY\.PEEK\[\]<0\.\d+>/u, 'BODY.PEEK[]'), 'latin1');
    });
    upstream.on('data', (bytes: Buffer) => {
      client.write(bytes.toString('latin1').replace(/RFC822\.SIZE \d{6,}/u, 'RFC822.SIZE 100'), 'latin1');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const made = {
    port: address.port,
    connections: 0,
    cutsShort: false,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  return made;
}

beforeEach(async () => {
  simulator = createMailSimulator();
  await simulator.start();
  liar = await startLiar(simulator.imap.port);
});
afterEach(async () => {
  await liar.close();
  await simulator.stop();
});

const HUGE = Buffer.concat([Buffer.from('Subject: huge\r\n\r\n'), Buffer.alloc(11_000_000, 'x')]);
const start = () => startReceiver(accountOn(simulator, { imap: { port: liar.port, maxMailBytes: 20_000 } }));

test('a mail larger than said comes as its header block, over the next connection', async () => {
  liar.cutsShort = true;
  const receiver = start();
  await eventually(() => expect(receiver.state).toEqual({ state: 'connected' }));
  simulator.mailbox().inbox.add(HUGE);
  await eventually(() => expect(receiver.intake.subjects()).toEqual(['huge']), 5_000);
  expect(receiver.intake.taken[0]).toMatchObject({ raw: null, head: Buffer.from('Subject: huge\r\n\r\n') });
  expect(liar.connections).toBe(2);
  expect(receiver.states.some(({ state }) => state === 'retrying')).toBe(false);
  await receiver.stop();
}, 20_000);

test('a mail larger than said that comes whole whatever is asked for is left out after some tries, with pauses between', async () => {
  const receiver = start();
  await eventually(() => expect(receiver.state).toEqual({ state: 'connected' }));
  const { inbox } = simulator.mailbox();
  inbox.add(HUGE);
  inbox.add(Buffer.from('Subject: behind it\r\n\r\nsmall\r\n'));
  await eventually(() => expect(receiver.intake.taken).toHaveLength(2), 10_000);
  const [huge] = receiver.intake.taken;
  expect(huge).toMatchObject({ uid: 1, raw: null, head: null });
  expect(receiver.intake.subjects()).toEqual(['', 'behind it']);
  expect(receiver.states).toContainEqual(expect.objectContaining({ code: 'mail_stuck' }));
  // The first, one for the short cut at once, and those of the tries.
  expect(liar.connections).toBeLessThanOrEqual(12);
  await receiver.stop();
}, 20_000);
