import type { Locator, Page } from 'playwright-core';

/** Hands on the page: what a visitor does, in the words of the English page. */
export interface Visitor {
  readonly page: Page;
  signIn(email: string, password: string): Promise<void>;
  /** Where the simulated channels are. */
  dock(): Locator;
  /** Chooses there: a channel, a person, a place. */
  choose(name: string | RegExp): Promise<void>;
  /** Writes there as the person who is chosen. */
  writeInto(field: RegExp, text: string): Promise<void>;
  /** Chooses whose phone is shown. */
  holdPhoneOf(name: string): Promise<void>;
  /** Writes on the phone that is shown. */
  write(text: string): Promise<void>;
  /** What is on the phone that is shown. */
  phone(): Locator;
  openView(name: 'Mine' | 'Unassigned' | 'All' | 'With the bot' | 'Resolved' | 'Spam and noise'): Promise<void>;
  /** Opens a customer's conversation from the list. */
  open(customer: string): Promise<void>;
  thread(): Locator;
  reply(text: string): Promise<void>;
  /** Shows a part of the dock. */
  showDock(part: 'Phone' | 'Trouble' | 'First steps'): Promise<void>;
}

/** A visitor at this tab. */
export function createVisitor(page: Page): Visitor {
  const dock = page.getByRole('region', { name: 'Sandbox', exact: true });
  // Radio buttons are drawn by their labels, which lie over them.
  const choose = (name: string | RegExp): Promise<void> =>
    dock.getByRole('radio', { name, exact: true }).check({ force: true });
  const writeInto = async (field: RegExp, text: string): Promise<void> => {
    await dock.getByLabel(field).fill(text);
    await dock.getByLabel(field).press('Enter');
  };
  return {
    page,
    async signIn(email, password) {
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('region', { name: 'Conversations' }).waitFor();
    },
    dock: () => dock,
    choose,
    writeInto,
    holdPhoneOf: (name) => choose(new RegExp(`^${name}`)),
    write: (text) => writeInto(/^Message as/, text),
    phone: () => dock.getByRole('log'),
    async openView(name) {
      await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click();
    },
    async open(customer) {
      await page.getByRole('region', { name: 'Conversations' }).getByRole('link', { name: customer }).click();
      await page.getByRole('heading', { name: customer }).waitFor();
    },
    thread: () => page.getByRole('main').getByRole('log'),
    async reply(text) {
      await page.getByLabel(/^Reply to/).fill(text);
      await page.getByRole('button', { name: 'Send', exact: true }).click();
    },
    showDock: (part) => choose(new RegExp(`^${part}`)),
  };
}
