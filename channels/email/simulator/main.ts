import { parseArgs } from 'node:util';
import { runAsProcess } from '../../shared/simulator/own-process.ts';
import { startControl } from './control.ts';
import { createMailSimulator, DEFAULT_ADDRESS, DEFAULT_PASSWORD } from './index.ts';

/**
 * The simulator as a process of its own: `node main.js [--address support@parley.test] [--password …] [--control PORT] [--imap PORT]
 * [--smtp PORT] [--seed N]`. Prints one line of JSON with its addresses when it listens, and sends the same to a parent that forked
 * it; SIGTERM and SIGINT end it.
 */
const { values } = parseArgs({
  options: {
    address: { type: 'string', default: DEFAULT_ADDRESS },
    password: { type: 'string', default: DEFAULT_PASSWORD },
    control: { type: 'string', default: '0' },
    imap: { type: 'string', default: '0' },
    smtp: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});

const simulator = createMailSimulator({
  address: values.address,
  password: values.password,
  imapPort: Number(values.imap),
  smtpPort: Number(values.smtp),
  seed: Number(values.seed),
});
await simulator.start();
const control = await startControl(simulator, Number(values.control));
const { address, password, imap, smtp, mx } = simulator;
runAsProcess({ address, password, imap, smtp, mx, control: control.url }, () =>
  Promise.all([simulator.stop(), control.close()]),
);
