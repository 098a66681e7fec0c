import { configurationOf } from './configuration.ts';
import { say } from './output.ts';
import { commandLog, migrateStore, withStoreUrl } from './store-access.ts';

/** `parley migrate`: brings the schema up to date; safe to run at any time and from several machines at once. */
export function migrateCommand(options: { config?: string | undefined }): Promise<void> {
  const { config } = configurationOf(options);
  return withStoreUrl(config, commandLog(), async (url) => {
    const steps = await migrateStore(url, config.queue.url);
    say(steps.length === 0 ? 'The schema is up to date.' : `The schema is up to date: took steps ${steps.join(', ')}.`);
  });
}
