/** What writing on Discord and on the demo site needs of the sandbox that is filled. */
interface Doors {
  /** Of the gateway, without a slash at its end. */
  address: string;
  call(path: string, body: object): Promise<Response>;
  reply(conversation: string, text: string): Promise<Response>;
  /** The conversation of somebody who has just written, once it is there and settled. */
  arrived(name: string): Promise<string>;
  settled(): Promise<unknown>;
}

const PRIYA = '200000000000000001';
const KAI = '200000000000000002';
const SUPPORT = '300000000000000003';
const FORUM = '300000000000000004';

/** People on Discord in their direct messages, the support channel and the forum, a form that is open, and a visitor of the demo site. */
export async function fillChannels({ address, call, reply, arrived, settled }: Doors): Promise<void> {
  const say = (person: string, place: string, text: string, more: object = {}): Promise<Response> =>
    call('/sandbox/discord/say', { person, place, text, ...more });
  await say(PRIYA, '210000000000000001', 'Hello, my withdrawal is **stuck**, see the picture', { picture: true });
  await reply(await arrived('Priya Nair'), 'Hello Priya, which network did you use?');
  await settled();
  await say(KAI, SUPPORT, 'I want to talk to a person');
  await say(KAI, FORUM, 'Fees went up, why?', { title: 'Fees of this month' });
  await call('/sandbox/discord/command', { person: '200000000000000003', place: SUPPORT });
  const { token } = (await (await call('/sandbox/visitors/token', { visitor: 'customer-1' })).json()) as {
    token: string;
  };
  const ask = async (path: string, body: object, session = ''): Promise<Response> =>
    fetch(`${address}/chat/sandbox-web/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${session}` },
      body: JSON.stringify(body),
    });
  const { session } = (await (await ask('session', { token })).json()) as { session: string };
  await ask('messages', { clientId: 'a-first-one', text: 'Can I change my address?' }, session);
  await reply(await arrived('Grace Hall'), 'Yes, in your profile. Shall I show you how?');
  await settled();
}
