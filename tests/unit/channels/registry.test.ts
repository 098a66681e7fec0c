import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { missingParts } from '../../../channels/contract.ts';
import { channelFactories } from '../../../channels/registry.ts';

const CHANNELS = new URL('../../../channels/', import.meta.url);

test('every folder of a channel is complete and in the registry once', async () => {
  const folders = readdirSync(CHANNELS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
    .map((entry) => entry.name);
  expect(channelFactories.map((factory) => factory.channel).sort()).toEqual(folders.sort());
  for (const folder of folders)
    expect([folder, await missingParts(new URL(folder, CHANNELS).pathname)]).toEqual([folder, []]);
});

test('a folder that lacks something is told so', async () => {
  expect(await missingParts(new URL('shared', CHANNELS).pathname)).toContain('normalise');
});
