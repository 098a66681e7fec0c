import { Mailbox } from './mailbox.ts';

/** Every mailbox of the simulated world, ours and the customers'; made when first written to. */
export interface Mailboxes {
  /** The mailbox of an address, whatever its tag (`name+tag@domain`) and case. */
  of(address: string): Mailbox;
  /** The mailbox whose owner signs in as this user, if there is one. */
  find(user: string): Mailbox | undefined;
  readonly all: readonly Mailbox[];
}

export function createMailboxes(): Mailboxes {
  const boxes = new Map<string, Mailbox>();
  return {
    of(address) {
      const key = mailboxKeyOf(address);
      const known = boxes.get(key);
      if (known !== undefined) return known;
      const made = new Mailbox(key, null);
      boxes.set(key, made);
      return made;
    },
    find: (user) => boxes.get(mailboxKeyOf(user)),
    get all() {
      return [...boxes.values()];
    },
  };
}

/** An address without its tag, lower case: what says whose mailbox it is. */
export function mailboxKeyOf(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at).toLowerCase();
  const plus = local.indexOf('+');
  return `${plus > 0 ? local.slice(0, plus) : local}@${address.slice(at + 1).toLowerCase()}`;
}
