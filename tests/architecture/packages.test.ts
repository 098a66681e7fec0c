import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { VERSION } from '../../src/version.ts';
import { importsOf, parse, ROOT, readSources } from './source-tree.ts';

const versions = z.record(z.string(), z.string()).default({});
const manifestSchema = z.looseObject({
  version: z.string(),
  engines: z.object({ node: z.string() }),
  bin: versions,
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
});
type Manifest = z.infer<typeof manifestSchema>;

const read = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const manifest = manifestSchema.parse(read('package.json'));
const lockText = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');

/** Dependencies whose version leaves room. */
function unpinned(of: Pick<Manifest, 'dependencies' | 'devDependencies' | 'optionalDependencies'>): string[] {
  const all = { ...of.dependencies, ...of.devDependencies, ...of.optionalDependencies };
  return Object.entries(all)
    .filter(([, version]) => !/^(?:npm:[a-z-]+@)?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(version))
    .map(([name, version]) => `${name}@${version}`);
}

/** Addresses in a lockfile: they tie a clone to one registry. */
function hostsIn(text: string): string[] {
  return [...text.matchAll(/"resolved":\s*"([^"]+)"/g)].map((match) => match[1] ?? '');
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      integrity: z.string().optional(),
      optional: z.boolean().default(false),
      os: z.array(z.string()).optional(),
      optionalDependencies: versions,
    }),
  ),
});
type Lock = z.infer<typeof lockSchema>;
const lock = lockSchema.parse(JSON.parse(lockText));

/** Optional dependencies, mostly of other platforms, that have no entry where npm would look for one. */
function missingOptional({ packages }: Lock): string[] {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies)
      .filter((name) => packages[`${path}/node_modules/${name}`] === undefined)
      .filter((name) => packages[`node_modules/${name}`] === undefined)
      .map((name) => `${name}, which ${path} asks for`),
  );
}

function packageOf(specifier: string): string {
  return specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '');
}

describe('package.json', () => {
  test('the version in code is the version of the package', () => {
    expect(VERSION).toBe(manifest.version);
  });

  test('every dependency is pinned exactly', () => {
    expect(unpinned(manifest)).toEqual([]);
    const loose = {
      dependencies: { a: '^1.0.0', b: '1.x', c: '1.0.0' },
      devDependencies: { d: '*' },
      optionalDependencies: {},
    };
    expect(unpinned(loose)).toEqual(['a@^1.0.0', 'b@1.x', 'd@*']);
  });

  test('what the program imports is a dependency of production', () => {
    const named = readSources('src', 'channels', 'config')
      .filter(({ path }) => !path.startsWith('src/web/'))
      .flatMap((file) => importsOf(parse(file)))
      .filter(({ specifier, typeOnly }) => !typeOnly && !/^(?:\.|node:)/.test(specifier))
      .map(({ specifier }) => packageOf(specifier));
    const known = new Set(Object.keys(manifest.dependencies));
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
    expect(named).toContain('pg');
  });

  test('what the page imports is bundled: an install for production does not carry it', () => {
    const named = readSources('src/web')
      .flatMap((file) => importsOf(parse(file)))
      .filter(({ specifier }) => !specifier.startsWith('.'))
      .map(({ specifier }) => packageOf(specifier));
    const known = new Set(Object.keys(manifest.devDependencies));
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
    expect(named).toContain('react');
  });

  test('the command it installs is there', () => {
    expect(Object.values(manifest.bin).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  test('names no registry', () => {
    expect(hostsIn(lockText)).toEqual([]);
    expect(hostsIn('{"a": {"resolved": "https://registry.example/a.tgz"}}')).toHaveLength(1);
  });

  test('holds an integrity hash for every package but those of other platforms', () => {
    const bare = Object.entries(lock.packages).filter(
      ([path, entry]) => path !== '' && entry.integrity === undefined && !(entry.optional && entry.os !== undefined),
    );
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  test('names every optional dependency of every package: npm ci refuses a lockfile that leaves one out', () => {
    expect(missingOptional(lock)).toEqual([]);
    const planted = { packages: { '': {}, 'node_modules/a': { optionalDependencies: { 'a-darwin': '1.0.0' } } } };
    expect(missingOptional(lockSchema.parse(planted))).toEqual(['a-darwin, which node_modules/a asks for']);
  });
});
