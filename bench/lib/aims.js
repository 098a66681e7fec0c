/** What the project promises of its speed, as ratios within one run, and whether this run kept it. */
import { median } from '../load/summary.js';

/** Median over the rounds of one figure of one contender in one scenario. */
export function figure(rows, scenario, contender, pick) {
  const values = rows.filter((row) => row.scenario === scenario && row.contender === contender).map(pick);
  return values.length === 0 ? Number.NaN : median(values);
}

const rate = (row) => row.perSecond;
const cpu = (row) => row.cpuMs.total;
const OURS = [
  'parley',
  'embedded',
  'parleydc',
  'embeddeddc',
  'parleyx',
  'parleyxpoll',
  'embeddedx',
  'parleyweb',
  'embeddedweb',
];
const FAST = '1,000 chats, 0 ms';
const SLOW = '1,000 chats, 50 ms';
const CALM = '100 a second';
const KILL = 'kill -9 at half load';
const SERVERS = 'Discord: chatter in many servers';

/** @returns {{aim: string, atLeast?: number, atMost?: number, value: number, unit: string}[]} */
export function aims(rows) {
  const of = (scenario, contender, pick) => figure(rows, scenario, contender, pick);
  const ratio = (scenario, one, other, pick) => of(scenario, one, pick) / of(scenario, other, pick);
  const grown = (what) => {
    const of = rows
      .filter((row) => row.scenario === `growth: ${what}`)
      .sort((a, b) => a.conversations - b.conversations);
    return of.length < 2 ? Number.NaN : of.at(-1).takesMs.p99 / of[0].takesMs.p99;
  };
  const list = [
    { aim: 'Parley ÷ bare telegraf, 0 ms', atLeast: 0.6, value: ratio(FAST, 'parley', 'telegraf', rate) },
    { aim: 'Parley ÷ bare telegraf, 50 ms', atLeast: 2, value: ratio(SLOW, 'parley', 'telegraf', rate) },
    { aim: 'Parley ÷ Chat SDK, 0 ms', atLeast: 4, value: ratio(FAST, 'parley', 'chatsdk', rate) },
    { aim: 'embedded ÷ bare telegraf, 0 ms', atLeast: 0.4, value: ratio(FAST, 'embedded', 'telegraf', rate) },
    { aim: 'CPU a message ÷ bare telegraf', atMost: 2.5, value: ratio(FAST, 'parley', 'telegraf', cpu) },
    { aim: 'ack p99 at 100/s', unit: 'ms', atMost: 15, value: of(CALM, 'parley', (row) => row.ackMs.p99) },
    {
      aim: 'end-to-end p99 at 100/s ÷ two-hop BullMQ',
      atMost: 4,
      value: ratio(CALM, 'parley', 'twohop', (row) => row.endToEndMs.p99),
    },
    {
      aim: 'answered after kill -9',
      unit: 's',
      atMost: 5,
      value: of(KILL, 'parley', (row) => row.recoveredMs / 1_000),
    },
    {
      aim: 'answered after kill -9, embedded',
      unit: 's',
      atMost: 5,
      value: of(KILL, 'embedded', (row) => row.recoveredMs / 1_000),
    },
    { aim: 'memory, all in one', unit: 'MB', atMost: 180, value: of('10,000 chats', 'parley', (row) => row.rssMb) },
    {
      aim: 'Discord, memory late ÷ early while thousands of servers chatter',
      atMost: 1.1,
      value: of(SERVERS, 'parleydc', (row) => row.lateMb / row.earlyMb),
    },
    {
      aim: 'Discord, memory beside discord.js with its caches, thousands of servers',
      atMost: 1,
      value: of(SERVERS, 'parleydc', (row) => row.lateMb) / of(SERVERS, 'discordjs', (row) => row.lateMb),
    },
    ...['ingest batch of 50', 'inbox list', 'thread'].map((what) => ({
      aim: `growth, ${what}, p99`,
      atMost: 1.3,
      value: grown(what),
    })),
    {
      aim: 'lost, reordered or sent to the wrong chat',
      atMost: 0,
      value: wrongs(rows),
    },
  ];
  return list.filter(({ value }) => Number.isFinite(value));
}

function wrongs(rows) {
  const ours = rows.filter((row) => row.lost !== undefined && OURS.includes(row.contender));
  return ours.length === 0 ? Number.NaN : ours.reduce((sum, row) => sum + row.lost + row.reordered + row.wrongChat, 0);
}

/** Whether an aim was kept. */
export function kept({ value, atLeast, atMost }) {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}
