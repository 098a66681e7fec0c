import { fileURLToPath } from 'node:url';
import { channelContract } from '../../kit/channels/channel-contract.ts';
import { toyConfig } from '../../kit/channels/toy/config.ts';
import { toy } from '../../kit/channels/toy/index.ts';
import { startToyPlatform } from '../../kit/channels/toy/simulator.ts';

const KEY = 'key-of-the-toy-platform';

channelContract('toy', {
  factory: toy,
  folder: fileURLToPath(new URL('../../kit/channels/toy/', import.meta.url)),
  async start() {
    const platform = await startToyPlatform(KEY);
    const entry = { id: 'toy', channel: 'toy', url: platform.url, key: KEY };
    const status = (code: number) => (): void => platform.fail({ status: code });
    return {
      entry,
      badEntry: { ...entry, key: 'refused-key' },
      secrets: [KEY, 'refused-key'],
      createAccount: (given, deps) => toy.create(toyConfig.parse(given), deps),
      threadKey: 'ana',
      write: async (text) => platform.write('ana', text),
      confirmed: platform.confirmed,
      visible: () => platform.kept().map(({ id, text }) => ({ externalId: id, text })),
      failures: {
        rate_limited: status(429),
        transient: null,
        auth: status(401),
        forbidden: status(403),
        invalid: status(400),
        moved: null,
        unknown: status(500),
      },
      loseAnswer: () => platform.fail('lose answer'),
      webhook: null,
      files: null,
      publicPlace: null,
      buttons: null,
      stop: () => platform.stop(),
    };
  },
});
