import assert from 'node:assert/strict';
import { after, describe } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { describeReadme } from './readme-suite.ts';

describe('the README, typed in a fresh clone with PostgreSQL', { timeout: 240_000 }, () => {
  let database: TestDatabase;
  after(() => database.close());

  describeReadme(
    // The URL is that of `.env`, which every command needs.
    (readme) => {
      const command = /^DATABASE_URL=postgres:\/\/\S+ (npm start)$/m.exec(readme)?.[1];
      return command ?? assert.fail('README.md does not say how to start with PostgreSQL');
    },
    async () => {
      database = await openTestDatabase('postgresql');
      await database.knex.raw('drop schema public cascade; create schema public');
      return { DATABASE_URL: database.url ?? '' };
    },
  );
});
