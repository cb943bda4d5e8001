import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { KnexRefreshTokenStore } from '../../src/storage/knex-refresh-token-store.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

describe('refresh tokens that replaced the same one, used at the same moment', () => {
  let database: TestDatabase;
  before(async () => {
    database = await openTestDatabase('postgresql');
    await database.knex('accounts').insert({ id: 'alice', username: 'alice' });
    await database.knex('clients').insert({
      client_id: 'reader',
      client_name: 'Reader',
      token_endpoint_auth_method: 'none',
      redirect_uris: '[]',
      scope: 'openid offline_access',
    });
    await database.knex('grants').insert({ id: 'grant', client_id: 'reader', account_id: 'alice' });
  });
  after(() => database.close());

  // Each locked its own row and then wanted the other's: one in sixteen such pairs ended in a deadlock.
  it('one of them is good, the other dead, and neither fails because of the other', async () => {
    const store = new KnexRefreshTokenStore(database.knex);
    const insert = async (predecessorHash?: Buffer): Promise<Buffer> => {
      const idHash = randomBytes(32);
      const token = { idHash, grantId: 'grant', sessionUid: undefined, codeHash: undefined, predecessorHash };
      assert.ok(await store.insert({ ...token, sealedPayload: Buffer.from('sealed'), ttlSeconds: 600 }));
      return idHash;
    };
    for (let round = 0; round < 120; round += 1) {
      const first = await insert();
      assert.equal(await store.consume(first), true);
      const successors = [await insert(first), await insert(first)];
      const used = await Promise.all([...successors, ...successors].map((idHash) => store.consume(idHash)));
      const good = [0, 1].filter((index) => used[index] === true || used[index + 2] === true);
      assert.equal(good.length, 1);
      assert.equal(await store.consume(first), false);
    }
  });
});
