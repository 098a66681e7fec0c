import { eventually } from '../eventually.ts';

/** What writing letters needs of the sandbox that is filled. */
interface Doors {
  call(path: string, body: object): Promise<Response>;
  reply(conversation: string, text: string): Promise<Response>;
  /** The conversation of somebody who has just written, once it is there and settled. */
  arrived(name: string): Promise<string>;
  /** What is in the mailbox of a simulated person. */
  mailsOf(address: string): Promise<readonly { id: number; from: string }[]>;
  settled(): Promise<unknown>;
}

const OLGA = 'olga@customer.test';

/** A thread of letters with a picture, a file and an answer that was answered, and one of somebody nobody vouches for. */
export async function fillLetters({ call, reply, arrived, mailsOf, settled }: Doors): Promise<{
  letters: string;
  claimed: string;
}> {
  await call('/sandbox/letters/write', {
    address: OLGA,
    subject: 'My withdrawal',
    text: 'Hello,\n\nI want to talk to a person about this picture.\n\nOlga',
    picture: true,
    file: true,
  });
  const letters = await arrived('Olga Petrova');
  await reply(letters, 'Hello Olga, I am looking at it now.');
  await settled();
  let letter: number | undefined;
  await eventually(
    async () => {
      letter = (await mailsOf(OLGA)).findLast(({ from }) => from === 'support')?.id;
      return letter !== undefined;
    },
    15_000,
    50,
  );
  await call('/sandbox/letters/answer', { address: OLGA, letter, text: 'Thank you.', picture: false, file: false });
  await call('/sandbox/letters/write', {
    address: 'official-support@parley-help.test',
    subject: 'Your account',
    text: 'I want to talk to a person',
    picture: false,
    file: false,
  });
  const claimed = await arrived('Parley Support');
  return { letters, claimed };
}
