import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openDatabase } from '../../src/storage/open-database.ts';
import { password, redirectUri } from '../support/running-provider.ts';
import { commandsWith, describeEveryVerb, type RecordedEvent } from './commands-suite.ts';
import { describeCredentialEffects, describeEffects } from './effects-suite.ts';
import { makeFolder, startLatchkey, type Folder, type Settings, type Started } from './latchkey-program.ts';

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

  // Each opens the database, which costs the most; the other verbs run beside a database in the PostgreSQL suite.
  it('while no provider runs, opens the database itself for each command', async () => {
    dataDir = await folder.migrated();
    const { run, json } = commandsWith({ DATA_DIR: dataDir });
    const account = ['account', 'add', '--username', 'alice', '--email', 'alice@example.org', '--password-stdin'];
    const { sub } = await json(account, `${password}\n`);
    const client = await json(['client', 'add', '--id', 'notes', '--name', 'Notes', '--redirect-uri', redirectUri]);
    assert.match(String(client['client_secret']), /^lks_/);
    const listed = await run(['client', 'list']);
    assert.match(listed.stdout, /^CLIENT ID +NAME[^\n]+\nnotes +Notes/);
    const { keys } = await json(['keys', 'rotate']);
    assert.equal((keys as unknown[]).length, 4);
    assert.deepEqual(await run(['migrate']), { code: 0, stdout: 'The database is up to date.', stderr: '' });
    const events = (await readEvents(dataDir)).map((row) => [row.event, row.actor, row.account_id, row.client_id]);
    assert.deepEqual(events, [
      ['account.added', 'command-line', sub, null],
      ['client.added', 'command-line', null, 'notes'],
      ['keys.rotated', 'command-line', null, null],
    ]);
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
    const settings = (): Settings => ({ DATA_DIR: dataDir });
    const provider = (): Started => started ?? assert.fail('it does not run');
    describeEffects(settings, provider);
    describeCredentialEffects(settings, provider);
  });
});
