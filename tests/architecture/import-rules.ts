import { posix } from 'node:path';
import { type ImportEdge, importsOf, parse, type SourceFile } from './source-tree.ts';

const USE_CASES = ['guard', 'ingest', 'conversation', 'routing', 'bot', 'knowledge', 'delivery', 'inbox', 'access'];
const DRIVERS = ['store', 'queue', 'files', 'api', 'realtime', 'observability', 'net'];
/** Files directly under src/ and folders that put the parts together. */
const JOINERS = [
  'app.ts',
  'desk.ts',
  'account-services.ts',
  'account-side.ts',
  'files-side.ts',
  'main.ts',
  'official-accounts.ts',
  'sandbox-start.ts',
  'sandbox',
  'cli',
];

/** Use cases that stand on another one: a drain sends in the same job. */
const STANDS_ON: Readonly<Record<string, readonly string[]>> = { conversation: ['delivery'] };

/** A backup holds rows and files in one, written as durably as the file store writes. */
const MAY_USE: readonly { from: string; to: string }[] = [{ from: 'src/store/backup/', to: 'src/files/' }];

/** Libraries that one part alone knows; everything else speaks to it through a port. */
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  pg: ['store', 'queue', 'cli'],
  '@node-rs/argon2': ['access'],
  kysely: ['store', 'cli'],
  bullmq: ['queue'],
  ioredis: ['queue', 'realtime'],
  fastify: ['api'],
  ws: ['realtime', 'channels/discord'],
  pino: ['observability'],
  'prom-client': ['observability'],
  '@opentelemetry/api': ['observability'],
  '@opentelemetry/sdk-trace-base': ['observability'],
  '@opentelemetry/resources': ['observability'],
  '@opentelemetry/exporter-trace-otlp-http': ['observability'],
  commander: ['cli', 'main.ts'],
  telegraf: ['channels/telegram'],
  'discord.js': ['channels/discord'],
  'twitter-api-v2': ['channels/x'],
  yaml: ['config', 'bot', 'knowledge', 'cli'],
};

/** The inbox page runs in browsers: it is bundled, speaks to the server over HTTP alone, and knows it by its generated schema. */
const PAGE = 'web';
const PAGE_MAY_USE = [
  'react',
  'react-dom',
  '@lingui/core',
  '@lingui/react',
  '@tanstack/react-query',
  '@tanstack/react-virtual',
  'lucide-react',
  'openapi-fetch',
  'radix-ui',
  'dompurify',
];

/** Core is pure rules: what it may use besides itself does no I/O. */
const CORE_MAY_USE = ['zod', 'node:crypto', 'node:events'];

/** The part of the program a file belongs to: `core`, `store`, `app.ts`, `channels/telegram`, `config` … */
export function partOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  if (top === 'src') return second;
  return top === 'channels' ? `${top}/${second}` : top;
}

/** Every import that goes the wrong way, as one sentence each. */
export function importViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    importsOf(parse(file)).flatMap((edge) => {
      const wrong = edge.specifier.startsWith('.') ? wrongWay(file.path, edge) : wrongLibrary(file.path, edge);
      return wrong === null ? [] : [`${file.path} imports ${edge.specifier}: ${wrong}`];
    }),
  );
}

function wrongWay(path: string, { specifier, typeOnly }: ImportEdge): string | null {
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  const from = partOf(path);
  const to = partOf(target);
  if (!/^(?:src|channels|config)\//.test(target)) return 'it lies outside the program';
  if (from === PAGE && to !== PAGE) return 'the page knows the server by its generated schema alone';
  if (to === PAGE && from !== PAGE) return 'the page is built apart and imported by nothing';
  if (from === to || to === 'version.ts' || JOINERS.includes(from)) return null;
  if (from === 'core') return 'core imports nothing of ours';
  if (to === 'core') return null;
  if (MAY_USE.some((one) => path.startsWith(one.from) && target.startsWith(one.to))) return null;
  if (JOINERS.includes(to)) return 'nothing imports what joins everything';
  if (USE_CASES.includes(from)) {
    return STANDS_ON[from]?.includes(to) === true ? null : 'a use case imports core alone';
  }
  if (DRIVERS.includes(from)) {
    const known = [...USE_CASES, ...DRIVERS, 'config'].includes(to);
    return known && typeOnly ? null : 'a driver imports core, and of others only types';
  }
  if (from === 'channels/registry.ts') {
    return /^channels\/[^/]+\/index\.ts$/.test(target) ? null : 'the registry imports the factories of channels';
  }
  if (from.startsWith('channels/')) {
    return to === 'channels/shared' ? null : 'a channel imports core and channels/shared, never another channel';
  }
  if (from === 'config') return 'configuration imports nothing of ours';
  return `${from} is a part no rule knows: add it to the architecture test and to the design`;
}

function wrongLibrary(path: string, { specifier }: ImportEdge): string | null {
  const from = partOf(path);
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '');
  if (specifier === '(computed)') return 'an import that is computed hides what depends on what';
  if (from === PAGE) return PAGE_MAY_USE.includes(name) ? null : `${name} is not in the page's list of libraries`;
  if (PAGE_MAY_USE.includes(name)) return `${name} is for the page`;
  if (from === 'core' && !CORE_MAY_USE.includes(name)) return 'core does no I/O';
  const allowed = BEHIND[name];
  return allowed === undefined || allowed.includes(from) ? null : `${name} stays behind ${allowed.join(', ')}`;
}
