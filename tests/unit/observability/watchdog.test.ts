import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { transformSync } from '@swc/core';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-watchdog-'));
  const source = readFileSync(join(import.meta.dirname, '../../../src/observability/watchdog.ts'), 'utf8');
  const { code } = transformSync(source, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
  });
  writeFileSync(join(folder, 'watchdog.mjs'), code);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function child(body: string): ChildProcess {
  const file = join(folder, `child-${Math.random().toString(16).slice(2)}.mjs`);
  writeFileSync(
    file,
    `import { startWatchdog } from './watchdog.mjs';
     const block = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };
     const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
     ${body}`,
  );
  return spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function outcome(process: ChildProcess) {
  let stderr = '';
  process.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const begunMs = performance.now();
  const [code, signal] = await once(process, 'close');
  return { code, signal, stderr, tookMs: performance.now() - begunMs };
}

describe('the watchdog', () => {
  it('kills a process whose loop is blocked past the limit, and says why', async () => {
    const result = await outcome(child('startWatchdog(400); await pause(200); block(20_000);'));
    expect(result).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(JSON.parse(result.stderr)).toMatchObject({ level: 'fatal', limitMs: 400 });
    expect(result.tookMs).toBeLessThan(10_000);
  });

  it('lets a busy process live that turns often enough, and keeps none alive', async () => {
    const body = 'startWatchdog(2_000); for (let turn = 0; turn < 12; turn += 1) { block(250); await pause(1); }';
    expect(await outcome(child(body))).toMatchObject({ code: 0, stderr: '' });
  });

  it('does nothing after stop', async () => {
    expect(await outcome(child('const dog = startWatchdog(300); await dog.stop(); block(1_500);'))).toMatchObject({
      code: 0,
    });
  });

  it('forgives being suspended for longer than the limit', async () => {
    const process = child('startWatchdog(1_000); console.log("up"); await pause(3_500);');
    if (process.stdout === null) throw new Error('no output');
    await once(process.stdout, 'data');
    process.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    process.kill('SIGCONT');
    expect(await outcome(process)).toMatchObject({ code: 0, signal: null });
  });
});
