/** Databases for Parley on the bench's Postgres: migrated once, then copied. */
import { createLog } from '../../dist/src/observability/log.js';
import { migrateQueue } from '../../dist/src/queue/index.js';
import { openDatabase } from '../../dist/src/store/database.js';
import { migrate } from '../../dist/src/store/migrate.js';
import { migrations } from '../../dist/src/store/migrations/index.js';

const TEMPLATE = 'parley_template';

export function createStores(postgres) {
  let template;
  let count = 0;

  async function makeTemplate() {
    await postgres.query(`CREATE DATABASE ${TEMPLATE}`);
    const log = createLog({ level: 'warn', write: (line) => process.stderr.write(line) });
    const database = openDatabase({ url: postgres.urlOf(TEMPLATE), log, max: 2 });
    await migrate(database.pool, migrations, { alsoBullmq: migrateQueue });
    await database.close();
  }

  return {
    /** An empty database with our schema. */
    async create() {
      template ??= makeTemplate();
      await template;
      count += 1;
      const name = `parley_${count}`;
      await postgres.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
      return {
        name,
        url: postgres.urlOf(name),
        drop: () => postgres.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
      };
    },
  };
}
