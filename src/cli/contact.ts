import type { Config } from '../../config/schema.ts';
import { ParleyError } from '../core/errors.ts';
import { type ContactDataKeys, eraseContact, exportContact } from '../store/maintenance/contact-data.ts';
import { configurationOf } from './configuration.ts';
import { openKeys, rawPlace } from './keys.ts';
import { operator } from './operator.ts';
import { checkUuid } from './outbox.ts';
import { say } from './output.ts';
import { withStore } from './store-access.ts';

async function access(config: Config): Promise<ContactDataKeys> {
  return { ...(await openKeys(config)), rawPlace };
}

/** `parley contact export ID`: everything kept about a contact as one JSON object on standard output. */
export function contactExport(options: { config?: string | undefined }, id: string): Promise<void> {
  checkUuid(id);
  const { config } = configurationOf(options);
  return withStore(config, async (database) => {
    say(JSON.stringify(await exportContact(database, id, await access(config), operator().id), null, 2));
  });
}

/** `parley contact erase ID --yes`: empties everything about a contact, for good. */
export function contactErase(
  options: { config?: string | undefined; yes?: boolean | undefined },
  id: string,
): Promise<void> {
  checkUuid(id);
  if (options.yes !== true) {
    throw new ParleyError('confirm', 'erasing a contact cannot be undone', {
      mend: 'add --yes; parley contact export keeps a copy',
    });
  }
  const { config } = configurationOf(options);
  return withStore(config, async (database) => {
    const { messages, payloads, files } = await eraseContact(database, id, await access(config), operator().id);
    say(
      `Erased: ${messages} messages, ${payloads} raw payloads, ${files} files. The keys that recognise repeats stay.`,
    );
    say(
      'Backups made before still hold the contact: they have to be deleted, or the contact erased again after a restore.',
    );
  });
}
