import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ProviderOptions } from '../support/running-provider.ts';
import type { OpenTestDatabase, TestDatabase } from '../support/test-database.ts';
import { assertRefusal } from './assert-refusal.ts';
import { readingText, type Section } from './refusal.ts';
import { World } from './world.ts';

/** Does what is in the rows, one after the other, with one provider; at last its log is searched for what must not be there. */
export const describeRefusals = (
  open: OpenTestDatabase,
  sections: readonly Section[],
  options?: ProviderOptions,
): void => {
  let database: TestDatabase;
  let world: World;
  before(async () => {
    database = await open();
    world = await World.open(database, options);
  });
  after(async () => {
    await world.close();
    await database.close();
  });

  for (const { where, rows } of sections) {
    describe(`${where}:`, () => {
      for (const row of rows) {
        it(`${row.done}: ${row.status}, ${readingText(row.reads)}`, async () => {
          const logged = world.provider.log().length;
          const answers = [await row.ask(world)].flat();
          assert.ok(answers.length > 0, 'nothing was asked');
          for (const answer of answers) assertRefusal(row, answer);
          if (row.noisy !== true) assertQuietLog(world.provider.log().slice(logged));
        });
      }
    });
  }

  it('leaves no secret, code, token, password, name or address in the log', () => {
    const log = world.provider.log();
    assert.match(log, /"msg":"request"/, 'the log holds the requests');
    assert.deepEqual(world.secrets.foundIn(log), []);
    const requests = log.replaceAll(/^.*"msg":"listening".*$/gm, '');
    assert.doesNotMatch(requests, /(?<!\d)\d{1,3}(?:\.\d{1,3}){2}\.(?!0\/24)\d{1,3}(?!\d)/, 'an IP address');
  });
};

/** A refusal is no fault of the server: whoever reads the log for errors finds none. */
const assertQuietLog = (log: string): void => {
  const errors = log.split('\n').filter((text) => /"level":"(?:warn|error|fatal)"/.test(text));
  assert.deepEqual(errors, []);
};
