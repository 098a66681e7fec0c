import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { XSimulator } from '../../../channels/x/simulator/index.ts';
import { eventually } from '../../kit/eventually.ts';
import { freePort } from '../../kit/servers/process.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'dist', 'src', 'main.js');
/** A server that was just started anew may take no connection yet. */
const LOGIN_WITHIN_MS = 30_000;

/** Whoever the account belongs to, at their browser and at our command line. */
export interface Owner {
  /** How often they gave consent. */
  readonly logins: number;
  /**
   * Gives consent where X refuses the account's tokens. A refresh token is good for one use, so a process that is killed between X's
   * answer and its being kept loses the consent, and no process can mend that.
   */
  tend(): Promise<void>;
  /** Gives consent with `parley account login`. */
  logIn(): Promise<void>;
}

/** @param configFile of the gateway whose store keeps the tokens */
export function createOwner(simulator: XSimulator, configFile: string): Owner {
  let logins = 0;
  let seen = 0;

  async function once(): Promise<void> {
    const redirect = `http://127.0.0.1:${await freePort()}/callback`;
    const args = [MAIN, 'account', 'login', 'x', '--config', configFile, '--redirect', redirect];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let page: string | undefined;
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const [named] = /http:\/\/\S+\/i\/oauth2\/authorize\S+/u.exec(said) ?? [];
      if (named === undefined || page !== undefined) return;
      page = named;
      // Where this fails the login says so.
      fetch(page).catch(() => child.kill());
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`nobody could log in:\n${said}`);
  }

  const owner: Owner = {
    get logins() {
      return logins;
    },
    async logIn() {
      await eventually(once, LOGIN_WITHIN_MS, 500);
      logins += 1;
    },
    async tend() {
      const asked = simulator.log.calls.filter(({ route }) => route === 'POST /2/oauth2/token');
      const refused = asked.slice(seen).some(({ status }) => status === 400);
      seen = asked.length;
      if (refused) await owner.logIn();
    },
  };
  return owner;
}
