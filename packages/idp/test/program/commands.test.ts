import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { openDatabase } from '../../src/storage/open-database.ts';
import { describeEveryVerb, type RecordedEvent } from './commands-suite.ts';
import { describeEffects } from './effects-suite.ts';
import { makeFolder, startLatchkey, type Folder, type Started } from './latchkey-program.ts';

const readEvents = async (dataDir: string): Promise<readonly RecordedEvent[]> => {
  const database = await openDatabase({ dataDir });
  try {
    return await database.knex<RecordedEvent>('security_events').orderBy('id');
  } finally {
    await database.close();
  }
};

describe('latchkey on the embedded database', { timeout: 240_000 }, () => {
  let folder: Folder;
  let dataDir: string;
  let started: Started | undefined;
  before(async () => {
    folder = await makeFolder();
  });
  after(() => folder.remove());

  describe('while no provider runs', () => {
    before(async () => {
      dataDir = await folder.migrated();
    });
    describeEveryVerb(
      () => ({ DATA_DIR: dataDir }),
      () => readEvents(dataDir),
    );
  });

  describe('while the provider runs', () => {
    before(async () => {
      dataDir = await folder.migrated();
      started = await startLatchkey({ DATA_DIR: dataDir });
    });
    describeEveryVerb(
      () => ({ DATA_DIR: dataDir }),
      async () => {
        await started?.stop();
        return readEvents(dataDir);
      },
      { concurrency: 2 },
    );
  });

  describe('in a provider that runs', () => {
    before(async () => {
      dataDir = await folder.migrated();
      started = await startLatchkey({ DATA_DIR: dataDir });
    });
    after(async () => {
      await started?.stop();
    });
    describeEffects(
      () => ({ DATA_DIR: dataDir }),
      () => started ?? assert.fail('it does not run'),
    );
  });
});
