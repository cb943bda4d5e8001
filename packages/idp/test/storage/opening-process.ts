// The other process in the tests of opening and migrating. Says on stdout, one line each, what it has done.
import { openDatabase } from '../../src/storage/open-database.ts';
import { openEmbeddedDatabase } from '../../src/storage/embedded-database.ts';
import { migrate } from '../../src/storage/migrate.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

const commands: Record<string, (place: string, directory?: string) => Promise<void>> = {
  /** Opens the data directory and keeps it until the process is killed. */
  async hold(dataDir) {
    await openDatabase({ dataDir });
    say('open');
    setInterval(() => {}, 60_000);
  },

  /** Tries to open the data directory and tells how that went. */
  async try(dataDir) {
    try {
      const database = await openDatabase({ dataDir });
      say('open');
      await database.close();
    } catch (error) {
      say(`${(error as { code?: string }).code} ${(error as Error).message}`);
    }
  },

  /** Adds rows until it is killed, naming each once it is committed. */
  async write(dataDir) {
    const { knex } = await openDatabase({ dataDir });
    await knex.schema.createTable('numbers', (table) => table.integer('number').primary());
    for (let number = 1; ; number += 1) {
      await knex('numbers').insert({ number });
      say(String(number));
    }
  },

  /** Asks something that holds the thread much longer than the limit. */
  async hang(dataDir) {
    const { knex } = await openEmbeddedDatabase({ dataDir, unansweredLimitMs: 1000 });
    say('open');
    await knex.raw('select pg_sleep(60)');
  },

  async migrate(databaseUrl, directory) {
    const database = await openDatabase({ databaseUrl, dataDir: 'unused' });
    say('open');
    const { applied } = await migrate(database, directory);
    say(JSON.stringify(applied));
    await database.close();
  },
};

const [name = '', place = '', directory] = process.argv.slice(2);
await commands[name]?.(place, directory);
