import { after, before, describe } from 'node:test';
import { startPostgresqlServer } from '../support/postgresql-server.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { describeRefusals } from './describe-refusals.ts';
import { interruptCodes, outageSections, type Outage } from './outage-rows.ts';

describe('with a PostgreSQL server that goes and comes back', () => {
  const outage: Outage = { server: undefined, beforeNextCode: undefined };
  const common = process.env['LATCHKEY_TEST_POSTGRESQL'];
  before(async () => {
    // A server of its own: the common one must not be stopped.
    outage.server = await startPostgresqlServer({ fsync: false });
    process.env['LATCHKEY_TEST_POSTGRESQL'] = outage.server.url();
  });
  after(async () => {
    if (common === undefined) delete process.env['LATCHKEY_TEST_POSTGRESQL'];
    else process.env['LATCHKEY_TEST_POSTGRESQL'] = common;
    await outage.server?.remove();
  });
  describe('the provider', () => {
    const wrapStores = interruptCodes(outage);
    describeRefusals(() => openTestDatabase('postgresql'), outageSections(outage), { wrapStores });
  });
});
