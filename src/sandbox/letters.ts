import type { AcceptedMail, MailCustomer, MailSimulator, ReadLetter } from '../../channels/email/simulator/index.ts';
import { readLetter } from '../../channels/email/simulator/index.ts';
import { Refused } from '../core/errors.ts';
import type { Correspondent, CorrespondentLetter } from './contract.ts';
import { letterPicture, statement } from './samples.ts';

/** Letters kept per person. */
const KEPT = 60;
const MOST_PEOPLE = 30;

/** Who writes mail from the start: one whose sender can be proven, one whose cannot. */
const READY_PEOPLE = [
  { address: 'olga@customer.test', name: 'Olga Petrova', proven: true },
  { address: 'li.wei@customer.test', name: '李伟', proven: true },
  { address: 'official-support@parley-help.test', name: 'Parley Support', proven: false },
] as const;

interface Kept {
  id: number;
  from: 'customer' | 'support';
  atMs: number;
  letter: ReadLetter;
}

interface Person {
  address: string;
  name: string;
  proven: boolean;
  hand: MailCustomer;
  letters: Kept[];
}

/** What one writes besides words. */
export interface NewLetter {
  subject: string;
  text: string;
  /** A picture within the text. */
  picture: boolean;
  file: boolean;
}

/** The mail programs of simulated customers: what they wrote, and what came back. */
export interface Letters {
  list(): Correspondent[];
  add(name: string, address: string): void;
  write(address: string, letter: NewLetter): Promise<void>;
  /** Answers a letter of ours as Gmail does, with the old mail quoted below. */
  answer(address: string, id: number, letter: Omit<NewLetter, 'subject'>): Promise<void>;
  close(): void;
}

function shown({ id, from, atMs, letter }: Kept): CorrespondentLetter {
  return {
    id,
    from,
    subject: letter.subject,
    text: letter.text,
    cc: [...letter.cc],
    files: letter.files.map(({ filename, contentType }) => filename ?? contentType),
    answers: letter.inReplyTo !== null,
    at: new Date(atMs).toISOString(),
  };
}

/** Puts mail programs into the hands of simulated customers. */
export function createLetters({ simulator, onChange }: { simulator: MailSimulator; onChange(): void }): Letters {
  const people = new Map<string, Person>();
  let nextId = 1;

  const open = (one: { address: string; name: string; proven: boolean }): Person => {
    const person = { ...one, hand: simulator.customer(one.address, { name: one.name }), letters: [] };
    people.set(one.address, person);
    return person;
  };
  for (const one of READY_PEOPLE) open(one);

  const personOf = (address: string): Person => {
    const person = people.get(address);
    if (person === undefined) {
      throw new Refused('not_found', `nobody in the sandbox has the address ${address}`, {
        mend: 'choose one of the list, or add one',
      });
    }
    return person;
  };
  const keep = (person: Person, from: Kept['from'], letter: ReadLetter): void => {
    person.letters.push({ id: nextId, from, atMs: Date.now(), letter });
    nextId += 1;
    if (person.letters.length > KEPT) person.letters.shift();
    onChange();
  };

  /** Of ours, and of the server's own when something could not be delivered. */
  const stop = simulator.log.onMail((mail: AcceptedMail) => {
    for (const recipient of mail.recipients) {
      const person = people.get(recipient.toLowerCase());
      if (person === undefined || mail.by === 'inside') continue;
      void readLetter({ uid: 0, raw: mail.raw }).then((letter) => keep(person, 'support', letter));
    }
  });

  async function things({ text, picture, file }: Omit<NewLetter, 'subject'>) {
    const files = [
      ...(picture
        ? [
            {
              filename: 'screen.png',
              content: await letterPicture(),
              contentType: 'image/png',
              cid: 'screen@customer.test',
            },
          ]
        : []),
      ...(file ? [{ filename: 'statement.pdf', content: statement(), contentType: 'application/pdf' }] : []),
    ];
    const html = picture
      ? `<p>${escaped(text)}</p><p><img src="cid:screen@customer.test" alt="screen" width="320"></p>`
      : undefined;
    return { text, files, ...(html === undefined ? {} : { html }) };
  }

  const proofOf = ({ proven }: Person) => ({ proof: proven ? ('dkim' as const) : ('none' as const) });

  return {
    list: () =>
      [...people.values()].map(({ address, name, proven, letters }) => ({
        address,
        name,
        proven,
        letters: letters.map(shown),
      })),
    add(name, address) {
      if (people.size >= MOST_PEOPLE || people.has(address.toLowerCase())) {
        throw new Refused(
          'invalid',
          people.has(address.toLowerCase()) ? `${address} is there already` : 'the sandbox holds no more people',
          {
            mend: 'write as one of them',
          },
        );
      }
      open({ address: address.toLowerCase(), name, proven: true });
      onChange();
    },
    async write(address, letter) {
      const person = personOf(address);
      const { raw } = await person.hand.write({ subject: letter.subject, ...(await things(letter)) }, proofOf(person));
      keep(person, 'customer', await readLetter({ uid: 0, raw }));
    },
    async answer(address, id, letter) {
      const person = personOf(address);
      const to = person.letters.find((one) => one.id === id && one.from === 'support');
      if (to === undefined) {
        throw new Refused('not_found', 'there is no such letter to answer', {
          mend: 'answer one that came from the desk',
        });
      }
      const { raw } = await person.hand.reply(to.letter, await things(letter), proofOf(person));
      keep(person, 'customer', await readLetter({ uid: 0, raw }));
    },
    close: stop,
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>');
}
