import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTeamBoard, type TeamBoard } from '../../../src/conversation/team-board.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import { createAccessStore } from '../../../src/store/access-store.ts';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { type DeskStand, handingBot, startDeskStand } from '../../kit/desk/stand.ts';
import { eventually } from '../../kit/eventually.ts';

let stand: DeskStand;
let board: TeamBoard | undefined;
let admin: DeskClient;
beforeAll(async () => {
  stand = await startDeskStand({
    bot: { ...handingBot, echoOnly: false },
    pipeline: {
      teamFor: (language) => board?.teamFor(language) ?? brandId('support'),
      languageOf: (texts) => (texts.some((text) => text.includes('中')) ? 'zh' : 'es'),
    },
  });
  const staff = createAccessStore(stand.gateway.database);
  board = createTeamBoard({
    configured: [
      { id: 'support', languages: [] },
      { id: 'kyc', languages: ['zh'] },
    ],
    read: () => staff.teams(),
    log: stand.log,
    everyMs: 50,
  });
  admin = await stand.signedIn('admin');
}, 60_000);
afterAll(async () => {
  board?.stop();
  await stand.stop();
});

async function handedTo(chat: string, text: string): Promise<unknown> {
  const id = await stand.write(chat, text);
  return eventually(async () => {
    const owner = at((await admin.get(`conversations/${id}`)).body, 'owner');
    expect(at(owner, 'kind')).toBe('queue');
    return at(owner, 'teamId');
  });
}

test('a team made on the page gets the customers of its language, after the teams of the file', async () => {
  const wish = 'a person, please';
  expect(await handedTo('chat1', wish)).toBe('support');
  for (const [id, languages] of [
    ['latam', ['es']],
    ['beijing', ['zh']],
  ] as const) {
    expect((await admin.post('teams', { id, name: id, languages })).status).toBe(201);
  }
  await eventually(() => {
    expect(board?.teamFor('es')).toBe('latam');
    return Promise.resolve();
  });
  expect(await handedTo('chat2', wish)).toBe('latam');
  expect(await handedTo('chat3', `${wish} 中`)).toBe('kyc');
  await admin.ask('PATCH', 'teams/latam', { body: { languages: ['ko'] } });
  await eventually(() => {
    expect(board?.teamFor('es')).toBe('support');
    return Promise.resolve();
  });
  expect(await handedTo('chat4', wish)).toBe('support');
});
