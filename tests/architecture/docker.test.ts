import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { channelFactories } from '../../channels/registry.ts';
import { loadConfig } from '../../config/load.ts';
import { ROLES } from '../../src/app.ts';
import { ROOT } from './source-tree.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const healthcheck = z.union([
  z.strictObject({ disable: z.literal(true) }),
  z.looseObject({ test: z.array(z.string()).min(2), interval: z.string(), timeout: z.string() }),
]);
const composeSchema = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string()).default({}),
      volumes: z.array(z.string()).default([]),
      ports: z.array(z.string()).default([]),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
      healthcheck: healthcheck.optional(),
      build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()),
});
type Compose = z.infer<typeof composeSchema>;

const dockerfileText = read('docker/Dockerfile');
const composeText = read('docker/compose.yaml');
const compose = composeSchema.parse(parse(composeText, { merge: true }));

/** The instructions of a Dockerfile, continued lines joined, comments left out. */
function instructionsOf(text: string): { name: string; rest: string }[] {
  return text
    .replaceAll(/^\s*#.*$/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.trim().split(/\s+/);
      return { name, rest: rest.join(' ') };
    });
}

/** What is wrong with a reference to an image: the tag is missing or moves. */
function imageTrouble(image: string): string[] {
  const tag = /:([^/]+)$/.exec(image)?.[1];
  if (tag === undefined) return [`${image} has no tag`];
  return tag === 'latest' || !/^(?:\d|local$)/.test(tag) ? [`${image} moves`] : [];
}

/** What is wrong with the services of a compose file, beside their images. */
function composeTrouble({ services, volumes }: Compose, ownImageHasCheck: boolean): string[] {
  return Object.entries(services).flatMap(([name, service]) => {
    const wrong: string[] = [...imageTrouble(service.image)];
    const isOurs = service.image === 'parley:local';
    if (service.healthcheck === undefined && !(isOurs && ownImageHasCheck)) wrong.push(`${name} has no health check`);
    for (const [other, { condition }] of Object.entries(service.depends_on)) {
      const target = services[other];
      if (target === undefined) wrong.push(`${name} waits for the unknown ${other}`);
      else if (condition === 'service_healthy' && target.healthcheck === undefined)
        wrong.push(`${name} waits for the health of ${other}`);
    }
    for (const volume of service.volumes) {
      const [source = ''] = volume.split(':');
      if (!source.startsWith('.') && !Object.keys(volumes).includes(source))
        wrong.push(`${name} uses the undeclared volume ${source}`);
    }
    const role = service.command?.indexOf('--role') ?? -1;
    const roles = role < 0 ? [] : (service.command?.[role + 1] ?? '').split(',');
    for (const one of roles)
      if (!ROLES.some((known) => known === one)) wrong.push(`${name} has the unknown role ${one}`);
    return wrong;
  });
}

const instructions = instructionsOf(dockerfileText);
const all = (name: string): string[] => instructions.filter((one) => one.name === name).map(({ rest }) => rest);
const scripts = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json'))).scripts;
const named = new Set(
  [...`${read('config/example.env')}\n${read('docker/example.env')}`.matchAll(/^([A-Z_]+)=/gm)].map(
    ([, name]) => name ?? '',
  ),
);

describe('Dockerfile', () => {
  test('builds in one stage and runs in another, both on a pinned image', () => {
    const from = all('FROM');
    expect(from).toHaveLength(2);
    expect(from.flatMap((rest) => imageTrouble(rest.split(' ')[0] ?? ''))).toEqual([]);
  });

  test('runs as an ordinary user, with a health check on readiness', () => {
    expect(all('USER')).toEqual(['node']);
    const order = instructions.map(({ name }) => name);
    expect(order.indexOf('USER')).toBeLessThan(order.indexOf('ENTRYPOINT'));
    expect(all('HEALTHCHECK').join()).toContain('/readyz');
  });

  test('installs what the lockfile says, and runs only scripts and files that exist', () => {
    const runs = all('RUN').join('\n');
    expect(runs).toMatch(/^npm ci$/m);
    expect(runs).toContain('npm ci --omit=dev');
    const called = [...runs.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? '');
    expect(called).toEqual(['build']);
    expect(called.filter((name) => scripts[name] === undefined)).toEqual([]);
    const [program, file = ''] = z.array(z.string()).parse(JSON.parse(all('ENTRYPOINT')[0] ?? ''));
    expect(program).toBe('node');
    expect(existsSync(join(ROOT, file))).toBe(true);
  });

  test('copies only what exists and what the ignore file lets through', () => {
    const copied = all('COPY')
      .filter((rest) => !rest.startsWith('--from='))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const allowed = read('docker/Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    expect(copied.filter((path) => !allowed.includes(`!${path.split('/')[0]}`))).toEqual([]);
  });
});

describe('compose.yaml', () => {
  test('has pinned images, health checks, known roles, declared volumes', () => {
    expect(composeTrouble(compose, all('HEALTHCHECK').length === 1)).toEqual([]);
  });

  test('holds every part of an installation, and every role runs somewhere', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['gateway', 'migrate', 'postgres', 'redis', 'worker']);
    const running = Object.values(compose.services).flatMap(({ command = [] }) =>
      (command[command.indexOf('--role') + 1] ?? '').split(','),
    );
    expect(ROLES.filter((role) => !running.includes(role))).toEqual([]);
  });

  test('migrates once before anything serves', () => {
    const { migrate, gateway, worker } = compose.services;
    expect(migrate?.command).toEqual(['migrate']);
    for (const one of [gateway, worker]) {
      expect(one?.depends_on['migrate']?.condition).toBe('service_completed_successfully');
    }
  });

  test('keeps Redis from evicting and lets it persist', () => {
    const command = compose.services['redis']?.command?.join(' ') ?? '';
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(command).toContain('--appendonly yes');
  });

  test('publishes to this machine alone', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('builds from files that exist', () => {
    const builds = Object.values(compose.services).flatMap(({ build }) => (build === undefined ? [] : [build]));
    expect(builds.map(({ context, dockerfile }) => existsSync(join(ROOT, 'docker', context, dockerfile)))).toEqual([
      true,
    ]);
  });

  test('asks only for variables that an example names, and hands on all that the configuration asks for', () => {
    const asked = [...composeText.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? '');
    expect(asked.filter((name) => !named.has(name))).toEqual([]);
    const wanted = [...read('docker/parley.yaml').matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name]) => name ?? '');
    const given = Object.keys(compose.services['gateway']?.environment ?? {});
    expect(wanted.filter((name) => !given.includes(name))).toEqual([]);
    expect(given.filter((name) => !named.has(name))).toEqual([]);
  });

  test('the configuration it mounts is one the gateway accepts, on the servers and the folder of compose', () => {
    const channels = new Map(channelFactories.map((factory) => [factory.channel, factory.configSchema]));
    const env = { POSTGRES_PASSWORD: 'x', PARLEY_MASTER_KEY: 'ab'.repeat(32), TELEGRAM_TOKEN: '1:a' };
    const { config } = loadConfig({ file: join(ROOT, 'docker/parley.yaml'), channels, env });
    for (const url of [config.store.url, config.queue.url]) {
      expect(Object.keys(compose.services)).toContain(new URL(url).hostname);
    }
    expect(all('VOLUME')).toEqual([config.dataFolder]);
    expect(config.http.host).toBe('0.0.0.0');
    expect(all('EXPOSE')).toEqual([String(config.http.port)]);
  });

  test('planted mistakes are found', () => {
    expect(['node', 'node:latest', 'redis:alpine', 'node:22-slim', 'parley:local'].flatMap(imageTrouble)).toHaveLength(
      3,
    );
    const services = {
      web: {
        image: 'nginx:1.27',
        command: ['serve', '--role', 'ingress,wroker'],
        depends_on: { db: { condition: 'service_healthy' } },
        volumes: ['lost:/x'],
      },
    };
    expect(composeTrouble(composeSchema.parse({ services, volumes: {} }), true)).toEqual([
      'web has no health check',
      'web waits for the unknown db',
      'web uses the undeclared volume lost',
      'web has the unknown role wroker',
    ]);
  });
});
