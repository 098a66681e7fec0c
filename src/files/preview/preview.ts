import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { PREVIEW_SCRIPT } from './preview-script.ts';

/** A picture made small, without anything of what the camera wrote into it. Sizes in pixels. */
export interface Preview {
  /** Of the picture itself, upright. */
  width: number;
  height: number;
  previewWidth: number;
  previewHeight: number;
  /** WebP. */
  bytes: Buffer;
}

/** Makes previews. Never rejects for a bad picture: null. */
export interface PreviewMaker {
  make(picture: AsyncIterable<Uint8Array>): Promise<Preview | null>;
}

/** What we make previews of, as told by the bytes. */
export const PREVIEWED = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif']);

/** Longest a picture may take, ms of the clock and s of the processor. */
const TIMEOUT_MS = 15_000;
const CPU_SECONDS = 10;
/** Address space, KiB: far above what a picture within the pixel cap needs, far below what a bomb would take. */
const MEMORY_KIB = 6 * 1024 * 1024;
/** A preview within its size is far smaller. */
const MAX_OUTPUT = 8 * 1024 * 1024;

const head = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  previewWidth: z.int().positive(),
  previewHeight: z.int().positive(),
});

const SHARP = createRequire(import.meta.url).resolve('sharp');
const NODE_ARGS = ['--max-old-space-size=128', '-e', PREVIEW_SCRIPT, SHARP];

/**
 * Pictures come from strangers and are decoded by C libraries, so it is done by a process that has nothing: no environment, no
 * secrets, no network where the kernel lets us take it away, no right to write a file, little time and memory. Whatever it does,
 * the worst is that there is no preview.
 */
function startProcess(noNetwork: boolean): ChildProcess {
  const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe'];
  const options = { env: {}, cwd: '/', stdio };
  if (process.platform !== 'linux') return spawn(process.execPath, NODE_ARGS, options);
  const limits = `ulimit -t ${CPU_SECONDS}; ulimit -f 0; ulimit -c 0; ulimit -v ${MEMORY_KIB} 2>/dev/null; exec "$@"`;
  const wrap = noNetwork ? ['/usr/bin/unshare', '--user', '--map-root-user', '--net', '--'] : [];
  return spawn('/bin/sh', ['-c', limits, 'preview', ...wrap, process.execPath, ...NODE_ARGS], options);
}

/** Whether the kernel lets us start a process without a network. */
function canUnshare(): Promise<boolean> {
  if (process.platform !== 'linux') return Promise.resolve(false);
  return new Promise((done) => {
    const tried = spawn('/usr/bin/unshare', ['--user', '--map-root-user', '--net', '--', '/bin/true'], {
      stdio: 'ignore',
    });
    tried.once('error', () => done(false));
    tried.once('exit', (code) => done(code === 0));
  });
}

async function collect(child: ChildProcess): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  child.stdout?.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes > MAX_OUTPUT) child.kill('SIGKILL');
    else parts.push(part);
  });
  // Read, or a long complaint would block it; what a decoder says of a stranger's picture is no news.
  child.stderr?.resume();
  const code = await new Promise<number | null>((done) => {
    child.once('error', () => done(null));
    child.once('close', (ended) => done(ended));
  });
  return code === 0 ? Buffer.concat(parts) : null;
}

async function feed(child: ChildProcess, picture: AsyncIterable<Uint8Array>): Promise<void> {
  const { stdin } = child;
  if (stdin === null) return;
  // It may end before it has read everything; its exit says so.
  stdin.on('error', () => undefined);
  for await (const piece of picture) {
    if (stdin.destroyed) return;
    if (!stdin.write(piece)) {
      await new Promise<void>((done) => {
        stdin.once('drain', done);
        stdin.once('close', done);
      });
    }
  }
  stdin.end();
}

function readAnswer(answer: Buffer): Preview | null {
  if (answer.length < 4) return null;
  const headBytes = answer.readUInt32BE(0);
  if (headBytes > 1_000 || answer.length <= 4 + headBytes) return null;
  try {
    const parsed = head.parse(JSON.parse(answer.subarray(4, 4 + headBytes).toString('utf8')));
    return { ...parsed, bytes: answer.subarray(4 + headBytes) };
  } catch {
    return null;
  }
}

/** Makes the maker; one picture at a time, since each takes a whole core. */
export function createPreviewMaker(): PreviewMaker {
  let unshares: Promise<boolean> | null = null;
  let last: Promise<unknown> = Promise.resolve();

  async function make(picture: AsyncIterable<Uint8Array>): Promise<Preview | null> {
    unshares ??= canUnshare();
    const child = startProcess(await unshares);
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    try {
      const answer = collect(child);
      // What cannot be read of our own file is our trouble, not the picture's.
      await feed(child, picture);
      const bytes = await answer;
      return bytes === null ? null : readAnswer(bytes);
    } finally {
      clearTimeout(timer);
      child.kill('SIGKILL');
    }
  }

  return {
    make(picture) {
      const made = last.then(() => make(picture));
      last = made.catch(() => undefined);
      return made;
    },
  };
}
