import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** A free TCP port on 127.0.0.1. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no address'));
      });
    });
  });
}

/** A user other than root to run a server as, or {} when we are an ordinary user ourselves. */
export function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  return { uid: Number(user?.[2] ?? 65534), gid: Number(user?.[3] ?? 65534) };
}

/** Runs a program to its end; rejects with what it printed when it fails. */
export function runProgram(
  program: string,
  args: readonly string[],
  as: { uid?: number; gid?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], ...as });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ended with ${code}:\n${output}`));
    });
  });
}

/** Waits for a process's end. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

const running = new Set<ChildProcess>();

/**
 * Starts a server that dies with us: however the test process ends (but for kill -9), no server stays behind.
 */
export function startServer(
  program: string,
  args: readonly string[],
  as: { uid?: number; gid?: number } = {},
): ChildProcess {
  if (running.size === 0) process.once('exit', killAll);
  const child = spawn(program, args, { cwd: '/', stdio: 'ignore', ...as });
  running.add(child);
  child.once('exit', () => running.delete(child));
  // Reported by whoever waits for the server to answer.
  child.once('error', () => running.delete(child));
  return child;
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
