import { spawn } from 'node:child_process';

/** Under whom a program runs: a prefix (such as `unshare …`), a uid and gid to change to, or neither. */
export interface RunAs {
  /** For the log: `this user`, `user postgres`, `user namespace`. */
  readonly label: string;
  readonly prefix: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
  /** Who owns the files it writes, as seen from outside. */
  readonly fileUid: number;
  readonly fileGid: number;
}

/** How a program ended, with all it printed (the last 64 KB). */
export interface RunResult {
  readonly exitCode: number | null;
  readonly output: string;
}

const MAX_OUTPUT = 64 * 1024;
const OUTPUT_GRACE_MS = 500;

/**
 * The whole environment of the server's programs. Nothing is inherited: a broken LANG stops initdb, PGDATA and PGPORT
 * redirect it, and secrets in the gateway's environment are none of the server's business.
 */
function cleanEnvironment(): Record<string, string> {
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Runs a program to its end; never throws for its failure, so that callers can read the output. A program that cannot
 * be started ends with exit code null and the reason as output.
 * @param timeoutMs after which it is killed
 */
export function run(
  as: RunAs,
  program: string,
  args: readonly string[],
  timeoutMs: number,
  cwd = '/',
): Promise<RunResult> {
  const [command = program, ...rest] = [...as.prefix, program, ...args];
  return new Promise((resolve) => {
    let output = '';
    const start = () =>
      spawn(command, rest, {
        cwd,
        env: cleanEnvironment(),
        stdio: ['ignore', 'pipe', 'pipe'],
        // A Ctrl-C at the terminal goes to the whole process group; the server must outlive it until we stop it in order.
        detached: true,
        ...(as.uid === undefined ? {} : { uid: as.uid }),
        ...(as.gid === undefined ? {} : { gid: as.gid }),
      });
    let child: ReturnType<typeof start>;
    try {
      child = start();
    } catch (error) {
      // Some failures (a uid that does not exist in this namespace) are thrown, others are events.
      resolve({ exitCode: null, output: String(error) });
      return;
    }
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-MAX_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = setTimeout(() => {
      keep(Buffer.from(`\n(killed after ${timeoutMs} ms)`));
      child.kill('SIGKILL');
    }, timeoutMs);
    let grace: NodeJS.Timeout | undefined;
    const finish = (exitCode: number | null): void => {
      clearTimeout(timer);
      clearTimeout(grace);
      resolve({ exitCode, output: output.trim() });
    };
    child.once('error', (error) => {
      keep(Buffer.from(error.message));
      finish(null);
    });
    child.once('close', (code) => finish(code));
    // A daemon that inherited the pipes would hold 'close' back for as long as it lives.
    child.once('exit', (code) => {
      grace = setTimeout(() => {
        finish(code);
        child.stdout.destroy();
        child.stderr.destroy();
      }, OUTPUT_GRACE_MS);
    });
  });
}

/** The last lines of a program's output, for an error message. */
export function lastLines(output: string, count = 8): string {
  return output.split('\n').slice(-count).join('\n');
}
