import { type Desk, openDesk, type Serving } from '../cli/cli-kit.ts';

/** One line of a gateway's log, as far as tests look. */
export interface Line {
  level: string;
  message: string;
  code?: string;
  state?: string;
}

/** Every line of its log that is JSON. */
export function linesOf(serving: Pick<Serving, 'output'>): Line[] {
  return serving
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}

/** Lines a person on duty looks at. */
export function troubleIn(serving: Pick<Serving, 'output'>): Line[] {
  return linesOf(serving).filter((line) => line.level === 'warn' || line.level === 'error');
}

/** What no output may hold: a stack, or an error nobody caught. */
export const CRASH = /^ {4}at |unhandled|uncaught|report it as a bug/im;

/** Runs `parley doctor` and gives its lines that begin with ✗, each with its mend. */
export async function doctorWrongs(desk: Desk): Promise<string[]> {
  const { stdout } = await desk.run(['doctor']);
  return stdout
    .split(/\n(?=[✓✗·\n])/u)
    .map((entry) => entry.trim())
    .filter((entry) => entry.startsWith('✗'));
}

/** A desk whose accounts, queue and the rest are given in full, with the echo bot and any free port. */
export function openEchoDesk(): Desk & { configureEcho(changes: object): void } {
  const desk = openDesk();
  return {
    ...desk,
    configureEcho: (changes) => desk.configure({ http: { port: 0 }, bot: { brains: ['echo'] }, ...changes }),
  };
}
