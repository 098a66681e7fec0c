import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { checkConfig, schemaTree } from '../../../config/check.ts';
import { configExport } from '../../../config/export.ts';
import { loadConfig } from '../../../config/load.ts';
import type { SchemaNode } from '../../../config/mistakes.ts';
import { accountBase, fileSchema } from '../../../config/schema.ts';

const root = join(import.meta.dirname, '../../..');
const example = readFileSync(join(root, 'config/default.yaml'), 'utf8');
const envFile = readFileSync(join(root, 'config/example.env'), 'utf8');
const complete = example.replaceAll(/^(\s*)#(?=[a-zA-Z])/gm, '$1');
const none = new Map();

/** Key paths of a schema; lists of objects count as `list.key`. */
function schemaKeys(node: SchemaNode, prefix = ''): string[] {
  const inner = node.items === undefined ? [] : schemaKeys(node.items, prefix);
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    `${prefix}${key}`,
    ...schemaKeys(child, `${prefix}${key}.`),
  ]);
  return [...own, ...inner];
}

function valueKeys(value: unknown, prefix = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => valueKeys(entry, prefix));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [`${prefix}${key}`, ...valueKeys(child, `${prefix}${key}.`)]);
}

describe('config/default.yaml', () => {
  it('shows every setting of the schema and no other', () => {
    expect([...new Set(valueKeys(parse(complete)))].sort()).toEqual(schemaKeys(schemaTree(fileSchema)).sort());
  });

  it('as it stands is exactly the defaults', () => {
    expect(checkConfig(parse(example), none, '/w')).toEqual(checkConfig({}, none, '/w'));
  });

  it('with everything switched on is accepted', () => {
    const filled = {
      ...parse(complete),
      masterKey: 'ab'.repeat(32),
      masterKeys: [{ version: 2, key: 'cd'.repeat(32) }],
    };
    expect(checkConfig(filled, none, '/w').mistakes).toEqual([]);
  });

  it('asks only for variables that config/example.env names', () => {
    const asked = [...example.matchAll(/(?<!\$)\$\{([A-Z_]+)\}/g)]
      .map((match) => match[1])
      .filter((name) => name !== 'NAME');
    const named = [...envFile.matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]);
    expect(new Set(named)).toEqual(new Set([...asked, 'PARLEY_CONFIG']));
  });
});

describe('configExport', () => {
  it('hides secrets, keeps the rest and can be read back', () => {
    const checked = checkConfig(
      {
        masterKey: 'ab'.repeat(32),
        store: { url: 'postgres://parley:hunter2@db.example:5432/parley?sslpassword=hunter2' },
        queue: { url: 'redis://:hunter2@redis:6379' },
        accounts: [
          { id: 'm', channel: 'email', imap: { host: 'h', user: 'u', password: 'hunter2' }, appKey: 'hunter2' },
          {
            id: 't',
            channel: 'email',
            webhookSecret: 'hunter2',
            accessToken: 'hunter2',
            list: ['http://u:hunter2@proxy/x'],
          },
        ],
      },
      new Map([['email', accountBase]]),
      '/w',
    );
    if (checked.config === null) throw new Error('not accepted');
    const text = configExport(checked.config);
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('abab');
    expect(text).toContain('postgres://db.example:5432/parley (redacted)');
    expect(text).toContain('host: h');
  });

  it('of the defaults is the defaults', () => {
    const { config } = loadConfig({ channels: none, env: {}, folder: '/w' });
    expect(checkConfig(parse(configExport(config)), none, '/w').config).toEqual(config);
  });
});
