import { describe, expect, test } from '@jest/globals';
import { importViolations } from './import-rules.ts';
import { readSources } from './source-tree.ts';

const sources = readSources('src', 'channels', 'config');

describe('imports point one way', () => {
  test('in every file of ours', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(importViolations(sources)).toEqual([]);
  });

  test.each([
    ['src/core/rule.ts', "import { openDatabase } from '../store/database.ts';"],
    ['src/core/rule.ts', "import type { Database } from '../store/database.ts';"],
    ['src/core/rule.ts', "import { readFile } from 'node:fs/promises';"],
    ['src/ingest/intake.ts', "import type { Database } from '../store/database.ts';"],
    ['src/ingest/intake.ts', "export { guardText } from '../guard/guard.ts';"],
    ['src/delivery/attempt.ts', "import { drainThread } from '../conversation/drain-thread.ts';"],
    ['src/store/accounts.ts', "import { createIntake } from '../ingest/intake.ts';"],
    ['src/api/http.ts', "import { createMetrics, type Metrics } from '../observability/metrics.ts';"],
    ['src/store/accounts.ts', "import { startGateway } from '../app.ts';"],
    ['src/bot/faq.ts', "import { sql } from 'kysely';"],
    ['src/api/http.ts', "import { Queue } from 'bullmq';"],
    ['channels/discord/index.ts', "import { telegram } from '../telegram/index.ts';"],
    ['channels/discord/index.ts', "import type { TelegramConfig } from '../telegram/config.ts';"],
    ['channels/discord/index.ts', "import { guardText } from '../../src/guard/guard.ts';"],
    ['channels/discord/index.ts', "const late = await import('../telegram/index.ts');"],
    ['channels/shared/split.ts', "import { telegram } from '../telegram/index.ts';"],
    ['channels/registry.ts', "import { telegramConfig } from './telegram/config.ts';"],
    ['config/load.ts', "import { guardText } from '../src/guard/guard.ts';"],
    ['src/inbox/reply.ts', "import { memoryChannel } from '../../tests/kit/pipeline/memory-channel.ts';"],
    ['src/newcomer/thing.ts', "import { telegram } from '../../channels/telegram/index.ts';"],
    ['src/bot/faq.ts', 'const name = process.argv[2]; await import(name);'],
    ['src/web/app/app.tsx', "import type { Role } from '../../core/model/agent.ts';"],
    ['src/web/app/app.tsx', "import { VERSION } from '../../version.ts';"],
    ['src/web/app/app.tsx', "import { z } from 'zod';"],
    ['src/web/app/app.tsx', "import { join } from 'node:path';"],
    ['src/api/http.ts', "import { parseRoute } from '../web/router/route.ts';"],
    ['src/api/http.ts', "import { createElement } from 'react';"],
  ])('a planted one in %s is found: %s', (path, text) => {
    expect(importViolations([{ path, text }])).toHaveLength(1);
  });

  test.each([
    ['src/conversation/drain-thread.ts', "import { attempt } from '../delivery/attempt.ts';"],
    ['src/store/maintenance/orphans.ts', "import type { BlobStore } from '../../files/blob-store.ts';"],
    ['channels/discord/send.ts', "import { splitText } from '../shared/split-text.ts';"],
    ['src/app.ts', "import { telegram } from '../channels/telegram/index.ts';"],
    ['src/core/model/body.ts', "import { z } from 'zod';"],
  ])('what is allowed passes: %s', (path, text) => {
    expect(importViolations([{ path, text }])).toEqual([]);
  });
});
