import { after, before, describe } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { describeEveryVerb, type RecordedEvent } from './commands-suite.ts';
import { describeEffects } from './effects-suite.ts';
import { makeFolder, startLatchkey, type Folder, type Settings, type Started } from './latchkey-program.ts';

describe('latchkey on PostgreSQL', { timeout: 240_000 }, () => {
  let folder: Folder;
  let database: TestDatabase;
  let settings: Settings;
  before(async () => {
    folder = await makeFolder();
    database = await openTestDatabase('postgresql');
    settings = { DATABASE_URL: database.url ?? '', DATA_DIR: await folder.fresh() };
  });
  after(async () => {
    await folder.remove();
    await database.close();
  });
  const readEvents = (): Promise<readonly RecordedEvent[]> =>
    database.knex<RecordedEvent>('security_events').orderBy('id');

  // With PostgreSQL a command never asks a provider, so whether one runs makes no difference to it.
  describe('while no provider runs', () => {
    describeEveryVerb(() => settings, readEvents, { concurrency: 2 });
  });

  describe('beside a provider that runs', () => {
    let started: Started;
    before(async () => {
      await database.reset();
      started = await startLatchkey(settings);
    });
    after(() => started.stop());
    describeEffects(
      () => settings,
      () => started,
    );
  });
});
