import { expect, test } from '@jest/globals';
import { normaliseDispatch } from '../../../../channels/discord/normalise.ts';
import { guardPayload } from '../../../../src/guard/guard.ts';

const SEED = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const words = SEED.split(' ');
const dispatch = (content: string) => ({
  v: 1,
  t: 'MESSAGE_CREATE',
  d: {
    id: '300000000000000010',
    channel_id: '400000000000000001',
    author: { id: '2', username: 'ana' },
    content,
    type: 0,
  },
  shardId: 0,
  source: 'gateway',
  about: { selfId: '1', atMs: 1 },
});

test.each([
  ['plain', SEED],
  ['spoiler', `||${SEED}||`],
  ['code', `\`\`\`\n${SEED}\n\`\`\``],
  ['inline code', `my words \`${SEED}\``],
  ['bold', `**${SEED}**`],
  ['a list', words.map((word, index) => `${index + 1}. ${word}`).join('\n')],
  ['a quote', words.map((word) => `> ${word}`).join('\n')],
  ['each word bold', words.map((word) => `**${word}**`).join(' ')],
  ['each word hidden', words.map((word) => `||${word}||`).join(' ')],
])('a recovery phrase written as %s is masked before it is read', (_how, content) => {
  const { payload } = guardPayload(dispatch(content));
  const [got] = normaliseDispatch(payload, {
    selfId: '1',
    support: { servers: [], channels: [], forums: [], roles: [] },
  });
  const said = JSON.stringify(got);
  expect(got).toMatchObject({ outcome: 'event' });
  for (const word of ['sausage', 'yellow', 'winner']) expect(said).not.toContain(word);
});
