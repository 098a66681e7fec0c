import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { EmbeddedStoreError } from './errors.ts';
import { lastLines, type RunAs, run } from './run.ts';

const PROBE_TIMEOUT_MS = 15_000;

interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Decides under whom the server runs. An ordinary user simply runs it. Postgres refuses to run as root, so root uses the
 * owner of the existing data, `postgres` or `nobody`, whoever reaches both binaries and data; and where folders are
 * closed to them, a user namespace, in which the server is root's own process but does not see uid 0.
 * @param dataDir exists
 * @param clusterDir the server's own folder in it, which may not exist yet
 * @throws EmbeddedStoreError `no-user`, `no-binaries`
 */
export async function chooseRunAs(dataDir: string, clusterDir: string, postgres: string): Promise<RunAs> {
  const refused: string[] = [];
  for (const candidate of candidates(clusterDir)) {
    const result = await run(
      candidate,
      '/bin/sh',
      ['-c', 'cd -- "$1" && exec "$2" --version', 'sh', dataDir, postgres],
      PROBE_TIMEOUT_MS,
    );
    if (result.exitCode === 0) return candidate;
    refused.push(`- as ${candidate.label}: ${lastLines(result.output, 2)}`);
  }
  if (process.getuid?.() !== 0) {
    throw new EmbeddedStoreError(
      'no-binaries',
      `The embedded Postgres does not run here:\n${refused.join('\n')}\n`,
      'It needs a Linux with glibc, or macOS. Elsewhere set store.url to a Postgres of your own.',
    );
  }
  throw new EmbeddedStoreError(
    'no-user',
    `Postgres refuses to run as root, and nobody else can run ${postgres} with the data in ${dataDir}:\n${refused.join('\n')}\n`,
    `Make both folders passable for other users (chmod o+x on ${dataDir} and on each folder above it and above the program), or run the gateway as an ordinary user.`,
  );
}

function candidates(clusterDir: string): RunAs[] {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const users = systemUsers();
  if (uid !== 0) {
    const self: RunAs = { label: 'this user', prefix: [], fileUid: uid, fileGid: gid };
    // initdb looks its user up by name; in a container started with a bare number there is none, but a namespace can lend one.
    return hasName() ? [self] : [...inNamespace(users, uid, gid), self];
  }
  const owner = ownerOf(clusterDir);
  const other = users.filter((user) => user.uid !== 0);
  const ofOwner = owner === undefined || owner.uid === 0 ? [] : [{ name: `#${owner.uid}`, ...owner }];
  const named = ['postgres', 'nobody'].flatMap((name) => other.filter((user) => user.name === name));
  const direct = [...ofOwner, ...named].map(asUser);
  const namespace = inNamespace(users, 0, 0);
  // Data that root owns was made in a namespace: staying there saves a change of owner.
  return owner?.uid === 0 ? [...namespace, ...direct] : [...direct, ...namespace];
}

function asUser(user: SystemUser): RunAs {
  return {
    label: `user ${user.name}`,
    prefix: [],
    uid: user.uid,
    gid: user.gid,
    fileUid: user.uid,
    fileGid: user.gid,
  };
}

function inNamespace(users: readonly SystemUser[], fileUid: number, fileGid: number): RunAs[] {
  if (process.platform !== 'linux') return [];
  const inside =
    users.find((user) => user.name === 'postgres') ??
    users.find((user) => user.name === 'nobody') ??
    users.find((user) => user.uid !== 0);
  if (inside === undefined) return [];
  return [
    {
      label: 'a user namespace (unshare)',
      prefix: ['unshare', '--user', `--map-user=${inside.uid}`, `--map-group=${inside.gid}`, '--'],
      fileUid,
      fileGid,
    },
  ];
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

function ownerOf(path: string): { uid: number; gid: number } | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : { uid: stat.uid, gid: stat.gid };
}

function systemUsers(): SystemUser[] {
  let text: string;
  try {
    text = readFileSync('/etc/passwd', 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || uid === undefined || gid === undefined || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) {
      return [];
    }
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}
