import type { Mailbox } from '../mailbox.ts';
import type { Answer, Command, ImapSession } from './session.ts';
import { BadCommand, textOf } from './tokens.ts';

const BASE = 'IMAP4rev1 LITERAL+ SASL-IR ID NAMESPACE CHILDREN SPECIAL-USE UIDPLUS MOVE UNSELECT';

/** What the server says it can do. */
export function capabilities(session: ImapSession): string {
  const idle = session.faults.draw(['no_idle']) === null ? ' IDLE' : '';
  const disabled = session.mailbox === null && session.faults.draw(['login_disabled']) !== null;
  return `${BASE}${idle}${disabled ? ' LOGINDISABLED' : ' AUTH=PLAIN AUTH=XOAUTH2'}`;
}

export const ACCOUNT_COMMANDS: Readonly<Record<string, Command>> = {
  CAPABILITY(session) {
    session.write(`* CAPABILITY ${capabilities(session)}`);
    return { ok: 'done' };
  },
  NOOP: () => ({ ok: 'done' }),
  ID(session) {
    session.write('* ID ("name" "mail simulator")');
    return { ok: 'done' };
  },
  LOGOUT(session) {
    session.write('* BYE good bye');
    return { ok: 'done', bye: true };
  },
  LOGIN(session, args) {
    return letIn(session, textOf(args[0], 'user'), (mailbox) => mailbox.password === textOf(args[1], 'password'));
  },
  async AUTHENTICATE(session, args) {
    const mechanism = textOf(args[0], 'mechanism').toUpperCase();
    const given = args[1] === undefined ? await challenge(session, '') : textOf(args[1], 'answer');
    const answer = Buffer.from(given, 'base64').toString('utf8');
    if (mechanism === 'PLAIN') {
      const [, user = '', password = ''] = answer.split('\0');
      return letIn(session, user, (mailbox) => mailbox.password === password);
    }
    if (mechanism === 'XOAUTH2') {
      const fields = new Map(answer.split('\u0001').map((field) => [field.split('=')[0], field]));
      const user = fields.get('user')?.slice('user='.length) ?? '';
      const token = fields.get('auth')?.slice('auth=Bearer '.length) ?? '';
      const result = letIn(session, user, (mailbox) => mailbox.tokens.has(token));
      // As Google and Microsoft do: the reason comes as a challenge, the client answers with an empty line.
      if ('no' in result)
        await challenge(session, Buffer.from('{"status":"400","schemes":"Bearer"}').toString('base64'));
      return result;
    }
    throw new BadCommand(`${mechanism} is no mechanism`);
  },
};

function letIn(session: ImapSession, user: string, isRight: (mailbox: Mailbox) => boolean): Answer {
  const mailbox = session.mailboxes.find(user);
  const refused = session.faults.draw(['login_refused'], { address: user });
  if (refused !== null || mailbox === undefined || mailbox.password === null || !isRight(mailbox)) {
    return { no: '[AUTHENTICATIONFAILED] Invalid credentials' };
  }
  session.mailbox = mailbox;
  return { ok: `[CAPABILITY ${capabilities(session)}] welcome` };
}

/** Asks for a line; resolves with it. */
function challenge(session: ImapSession, words: string): Promise<string> {
  return new Promise((resolve) => {
    session.challenge = resolve;
    session.write(`+ ${words}`);
  });
}
