/** Builds the inbox page into dist/web. The server hands it out; nothing of it runs on the server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

// Whatever the shell or a test runner says: what is built here is what agents get.
process.env.NODE_ENV = 'production';

const CATALOGUE = /\/catalogues\/[a-z-]+\.json$/;

/** Message catalogues hold ICU text; the page gets them compiled, so that it carries no parser. */
function catalogues() {
  return {
    name: 'parley-catalogues',
    enforce: 'pre',
    load(id) {
      if (!CATALOGUE.test(id)) return null;
      const messages = JSON.parse(readFileSync(id, 'utf8'));
      return JSON.stringify(
        Object.fromEntries(Object.entries(messages).map(([key, text]) => [key, compileMessage(text)])),
      );
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  cacheDir: join(import.meta.dirname, '../../node_modules/.cache/vite'),
  logLevel: 'warn',
  plugins: [catalogues(), tailwindcss()],
  oxc: { jsx: { runtime: 'automatic' } },
  json: { namedExports: false },
  build: {
    outDir: join(import.meta.dirname, '../../dist/web'),
    emptyOutDir: true,
    manifest: true,
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // A file the policy of the page would have to allow by its hash.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      onLog(level, log, handler) {
        // "use client" means nothing to a page that has no server components.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handler(level, log);
      },
    },
  },
});
