import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  answerOf,
  ask,
  isRoot,
  NOBODY,
  openTempDir,
  packageWithoutLinks,
  startOwner,
  stopOwner,
} from './embedded-kit.ts';
import type { OwnerAnswer, OwnerOrder } from './embedded-owner.ts';

const temp = openTempDir();
chmodSync(temp, 0o755);
const packageDir = packageWithoutLinks(temp);

/** Who runs the tests that need no root: nobody when we are root, else ourselves. */
const ordinary = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

function folder(name: string, mode = 0o755, owner = isRoot ? 0 : undefined): string {
  const path = join(temp, name);
  mkdirSync(path, { mode });
  chmodSync(path, mode);
  if (owner !== undefined) chownSync(path, owner, owner);
  return path;
}

function linksIn(dir: string): string[] {
  const lib = join(dir, 'native', 'lib');
  return readdirSync(lib).filter((name) => lstatSync(join(lib, name)).isSymbolicLink());
}

/** Starts, looks at the server, stops; returns the answer. */
async function once(order: OwnerOrder, env?: Record<string, string>): Promise<OwnerAnswer> {
  const owner = startOwner(order, env);
  const answer = await answerOf(owner);
  if (answer.ok) {
    expect(await ask(answer.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await stopOwner(owner);
  }
  return answer;
}

function hasNamespaces(): boolean {
  return spawnSync('unshare', ['--user', `--map-user=${NOBODY}`, '--', 'true']).status === 0;
}

afterAll(() => rmSync(temp, { recursive: true, force: true }));

describe('the embedded store runs', () => {
  test('after an install without scripts: makes the links the libraries need', async () => {
    expect(linksIn(packageDir)).toEqual([]);
    // Gives the package back as it was, for the tests below.
    const answer = await once({ dataDir: join(temp, 'in', 'links'), packageDir });
    expect(answer).toMatchObject({ ok: true });
    expect(linksIn(packageDir)).toContain('libicuuc.so.60');
  });

  test('for an ordinary user', async () => {
    const dataDir = folder('user', 0o700, isRoot ? NOBODY : undefined);
    const answer = await once({ dataDir, packageDir, ...ordinary });
    expect(answer).toMatchObject({ ok: true, adopted: false });
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(isRoot ? NOBODY : process.getuid?.());
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
  });

  test('with an environment that is empty, and with a broken one', async () => {
    const dataDir = join(temp, 'in', 'environment');
    expect(await once({ dataDir, packageDir }, {})).toMatchObject({ ok: true });
    const broken = {
      LANG: 'xx_XX.none',
      LC_ALL: 'xx_XX.none',
      PGDATA: '/nowhere',
      PGPORT: '1',
      PGHOST: 'nowhere.invalid',
    };
    rmSync(dataDir, { recursive: true });
    expect(await once({ dataDir, packageDir }, broken)).toMatchObject({ ok: true });
  });
});

(isRoot ? describe : describe.skip)('the embedded store as root', () => {
  test('never has a server process that is root where others can reach the data', async () => {
    const owner = startOwner({ dataDir: join(temp, 'in', 'root'), packageDir });
    const answer = await answerOf(owner);
    if (!answer.ok) throw new Error(answer.message);
    const status = readFileSync(`/proc/${answer.pid}/status`, 'utf8');
    expect(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])).not.toBe(0);
    await stopOwner(owner);
  });

  test('in a folder closed to everybody else: in a user namespace, or names the folder to open', async () => {
    const closed = folder('closed', 0o700);
    const answer = await once({ dataDir: join(closed, 'data'), packageDir });
    if (hasNamespaces()) expect(answer).toMatchObject({ ok: true });
    else expect(answer).toMatchObject({ ok: false, code: 'no-user', message: expect.stringContaining(closed) });
  });

  test('changes the owner of the data when the folder is opened or closed later', async () => {
    const place = folder('moved', 0o755);
    const dataDir = join(place, 'data');
    expect(await once({ dataDir, packageDir })).toMatchObject({ ok: true });
    expect(statSync(join(dataDir, 'postgres')).uid).not.toBe(0);
    chmodSync(place, 0o700);
    const answer = await once({ dataDir, packageDir });
    if (!hasNamespaces()) {
      expect(answer).toMatchObject({ ok: false, code: 'no-user' });
      return;
    }
    expect(answer).toMatchObject({ ok: true });
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(0);
  });

  test('without any way to be somebody else stops and names the folder', async () => {
    if (!hasNamespaces()) return;
    // Inside: uid 0 is the only user there is, and no further namespace may be made.
    const order: OwnerOrder = { dataDir: join(temp, 'in', 'stuck'), packageDir };
    const kit = join(import.meta.dirname, '..', '..', 'kit');
    const inside = [
      `echo 0 > /proc/sys/user/max_user_namespaces && exec "$0" --import "$1" "$2" "$3"`,
      process.execPath,
      pathToFileURL(join(kit, 'typescript-loader.js')).href,
      join(import.meta.dirname, 'embedded-owner-print.ts'),
      JSON.stringify(order),
    ];
    const output = execFileSync('unshare', ['--user', '--map-root-user', 'sh', '-c', ...inside], { encoding: 'utf8' });
    const answer = JSON.parse(output) as OwnerAnswer;
    expect(answer).toMatchObject({
      ok: false,
      code: 'no-user',
      mend: expect.stringContaining(order.dataDir),
    });
  });
});

describe('the embedded store stops with a reason and a mend', () => {
  test('when library links are missing and node_modules is read-only', async () => {
    const place = folder('readonly');
    const bare = packageWithoutLinks(place);
    chmodSync(join(bare, 'native', 'lib'), 0o555);
    const dataDir = folder('readonly-data', 0o700, isRoot ? NOBODY : undefined);
    const answer = await once({ dataDir, packageDir: bare, ...ordinary });
    expect(answer).toMatchObject({ ok: false, code: 'library-links', message: expect.stringContaining('libecpg.so') });
  });

  test('when the data was made by another major version', async () => {
    const dataDir = join(temp, 'in', 'old');
    mkdirSync(join(dataDir, 'postgres'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '15\n');
    const answer = await once({ dataDir, packageDir });
    expect(answer).toMatchObject({ ok: false, code: 'other-version', message: expect.stringContaining('Postgres 15') });
  });

  test('when the folder holds something else, and leaves that alone', async () => {
    const dataDir = join(temp, 'in', 'foreign');
    mkdirSync(join(dataDir, 'postgres'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', 'holiday.jpg'), 'x');
    const answer = await once({ dataDir, packageDir });
    expect(answer).toMatchObject({ ok: false, code: 'folder' });
    expect(existsSync(join(dataDir, 'postgres', 'holiday.jpg'))).toBe(true);
  });

  test('when the folder may not be written', async () => {
    const dataDir = join(folder('sealed', 0o555), 'data');
    const answer = await once({ dataDir, packageDir, ...ordinary });
    expect(answer).toMatchObject({ ok: false, code: 'folder', message: expect.stringContaining(dataDir) });
  });

  test('when the programs do not run here, and leaves no half-made folder', async () => {
    const place = folder('broken');
    const bare = packageWithoutLinks(place);
    writeFileSync(join(bare, 'native', 'bin', 'postgres'), '#!/bin/sh\necho "no such loader" >&2\nexit 127\n');
    if (isRoot) chownSync(join(bare, 'native', 'lib'), NOBODY, NOBODY);
    const dataDir = folder('broken-data', 0o700, isRoot ? NOBODY : undefined);
    const answer = await once({ dataDir, packageDir: bare, ...ordinary });
    expect(answer).toMatchObject({
      ok: false,
      code: 'no-binaries',
      message: expect.stringContaining('no such loader'),
    });
    expect(readdirSync(dataDir)).toEqual([]);
  });
});
