import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CHANNEL_PARTS, missingParts } from '../../channels/contract.ts';
import { channelFactories } from '../../channels/registry.ts';
import { ROOT } from './source-tree.ts';

const folders = readdirSync(join(ROOT, 'channels'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
  .map((entry) => entry.name)
  .sort();

describe('channels', () => {
  test.each(folders)('the folder of %s is complete', async (folder) => {
    expect(await missingParts(join(ROOT, 'channels', folder))).toEqual([]);
  });

  test('every folder is in the registry, under its own name, and nothing else is', () => {
    expect(channelFactories.map((factory) => factory.channel).sort()).toEqual(folders);
  });

  test('every channel calls the contract suite', () => {
    const suites = readdirSync(join(ROOT, 'tests/contract/channels'));
    expect(folders.filter((folder) => !suites.includes(`${folder}.test.ts`))).toEqual([]);
  });

  test('a folder with a part missing is told which', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-channel-'));
    try {
      for (const part of CHANNEL_PARTS) if (part !== 'errors') writeFileSync(join(folder, `${part}.ts`), '');
      expect(await missingParts(folder)).toEqual(['errors', 'README.md']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
