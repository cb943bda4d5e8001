import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { parseSecretKey } from '../../src/config/secret-key.ts';
import { Sealer } from '../../src/secrets/sealer.ts';
import { SecretKey } from '../../src/secrets/secret-key.ts';
import { tokenHash } from '../../src/secrets/token-hash.ts';
import { startProvider, type RunningProvider } from '../support/running-provider.ts';
import type { OpenTestDatabase, TestDatabase } from '../support/test-database.ts';
import { authorizationRequest, exchange } from '../support/user-agent.ts';
import { dumpDatabase, findInDump, findWordInDump, type DumpedTable } from './dump-database.ts';
import { browserAddresses, emailAddress, makeJourney, type Journey } from './journey.ts';

const secretKey = randomBytes(32).toString('hex');

/** Where sealed values live, and what the context of a row's seal is made of. */
const sealedColumns = [
  ['authorization_codes', 'sealed_payload', 'id_hash', 'AuthorizationCode'],
  ['access_tokens', 'sealed_payload', 'id_hash', 'AccessToken'],
  ['refresh_tokens', 'sealed_payload', 'id_hash', 'RefreshToken'],
  ['interactions', 'sealed_payload', 'id_hash', 'Interaction'],
  ['pushed_authorization_requests', 'sealed_payload', 'id_hash', 'PushedAuthorizationRequest'],
  ['signing_keys', 'sealed_private_jwk', 'kid', 'signing_keys'],
] as const;

export const describeDump = (open: OpenTestDatabase): void => {
  let database: TestDatabase;
  let provider: RunningProvider;
  let journey: Journey;
  before(async () => {
    database = await open();
    const env = { SECRET_KEY: secretKey, TRUST_PROXY: '1', LOG_LEVEL: 'trace' };
    provider = await startProvider(database, { env });
    journey = await makeJourney(provider);
  });
  after(async () => {
    await provider.close();
    await database.close();
  });

  describe('a dump of every table', () => {
    let dump: readonly DumpedTable[];
    before(async () => {
      dump = await dumpDatabase(database.knex);
    });

    it('holds rows of every table that a person’s way through the provider fills', () => {
      const empty = dump.filter(({ rows }) => rows === 0).map(({ name }) => name);
      assert.deepEqual(empty, ['email_reservations'], 'else the dump would show less than it seems to');
      assert.ok(dump.length >= 20);
      assert.ok(findWordInDump(dump, 'alice').length > 0);
    });

    it('holds nothing that a browser or client holds, in whatever way it is written', () => {
      const { values } = journey.held;
      const found = [...values].flatMap(([value, name]) =>
        findInDump(dump, value).map((place) => `${name} in ${place}`),
      );
      assert.deepEqual(found, []);
      const { names } = journey.held;
      for (const name of [
        'cookie latchkey-session',
        'cookie latchkey-browser',
        'cookie latchkey-interaction',
        'cookie latchkey-resume',
        'interaction',
        'csrf_token',
        'password',
        'wrong password',
        'state',
        'nonce',
        'code_challenge',
        'code',
        'code_verifier',
        'access_token',
        'refresh_token',
        'id_token',
        'sid',
        'client secret',
        'client_assertion',
        'dpop',
        'jti',
        'private key',
        'request_uri',
      ]) {
        assert.ok(names.has(name), `the journey had a ${name}`);
      }
      assert.ok(values.size > 150, `${values.size} values`);
    });

    it('holds no hint, and no full address of a browser', () => {
      assert.ok(journey.held.hints.size > 0);
      for (const hint of journey.held.hints) assert.deepEqual(findWordInDump(dump, hint), []);
      for (const address of browserAddresses) assert.deepEqual(findInDump(dump, address), []);
      assert.ok(findInDump(dump, '203.0.113.0/24').length > 0, 'the network is there');
    });

    it('would show such a value, in text, JSON and bytes', async () => {
      const [value = ''] = [...journey.held.values].find(([, name]) => name === 'access_token') ?? [];
      assert.equal(value.length, 43);
      await database.knex.raw('create table planted (a text, b jsonb, c bytea, d bytea, e text)');
      try {
        await database.knex('planted').insert({
          a: `before ${value} after`,
          b: JSON.stringify({ deep: [{ value }] }),
          c: Buffer.from(`before ${value} after`),
          d: Buffer.from(value, 'base64url'),
          e: Buffer.from(value).toString('hex'),
        });
        const found = findInDump(await dumpDatabase(database.knex), value);
        assert.deepEqual(
          [...new Set(found)].toSorted(),
          ['a', 'b', 'c', 'd', 'e'].map((column) => `planted.${column}`),
        );
      } finally {
        await database.knex.raw('drop table planted');
      }
    });

    it('and nothing that was answered holds what names sessions and grants inside', async () => {
      const uids: string[] = await database.knex('sessions').pluck('uid');
      const grants: string[] = await database.knex('grants').pluck('id');
      assert.ok(uids.length >= 2 && grants.length >= 4);
      const answers = journey.held.answers.join('\n');
      for (const inner of [...uids, ...grants]) assert.ok(!answers.includes(inner));
    });
  });

  describe('a sealed value', () => {
    const sealerOf = (key: string): Sealer => new Sealer(new SecretKey(parseSecretKey(key)).derive('seal'));
    const contextOf = (kind: string, id: unknown): string =>
      `${kind}:${id instanceof Uint8Array ? Buffer.from(id).toString('hex') : String(id)}`;

    for (const [table, column, idColumn, kind] of sealedColumns) {
      it(`in ${table} opens in its row with SECRET_KEY, and not elsewhere or with another one`, async () => {
        const rows = (await database.knex(table).whereNotNull(column).limit(2)) as Record<string, Uint8Array>[];
        const [row, other] = rows;
        assert.ok(row !== undefined && other !== undefined, 'there are two rows');
        const sealed = Buffer.from(row[column] ?? []);
        const context = contextOf(kind, row[idColumn]);
        assert.ok(sealerOf(secretKey).open(sealed, context).startsWith('{'));
        const refused = { name: 'SealError', code: 'ERR_SEAL' };
        for (const wrong of [contextOf(kind, other[idColumn]), contextOf('Other', row[idColumn]), '']) {
          assert.throws(() => sealerOf(secretKey).open(sealed, wrong), refused);
        }
        assert.throws(() => sealerOf(randomBytes(32).toString('hex')).open(sealed, context), refused);
        for (const place of [0, 1, 13, sealed.length - 1]) {
          const changed = Buffer.from(sealed);
          changed[place] = (changed[place] ?? 0) ^ 1;
          assert.throws(() => sealerOf(secretKey).open(changed, context), refused, `byte ${place}`);
        }
      });
    }

    it('holds what the client gave and would need: it is kept, only not to be read', async () => {
      const row = await database.knex('authorization_codes').orderBy('created_at', 'desc').first();
      const context = contextOf('AuthorizationCode', row.id_hash);
      const payload = JSON.parse(sealerOf(secretKey).open(Buffer.from(row.sealed_payload), context)) as {
        nonce: string;
      };
      assert.equal(journey.held.values.get(payload.nonce), 'nonce');
      assert.equal('jti' in payload, false, 'but not what it is found by');
    });

    it('moved to another row yields nothing at the provider: no token, and no word about it in the log', async () => {
      const [mine, theirs] = journey.openCodes;
      assert.ok(mine && theirs);
      const codes = () => database.knex('authorization_codes');
      const row = await codes()
        .where({ id_hash: tokenHash(theirs.code) })
        .first('sealed_payload');
      const original = await codes()
        .where({ id_hash: tokenHash(mine.code) })
        .first('sealed_payload');
      const redeem = () =>
        exchange(journey.browser, journey.client, { code: mine.code, code_verifier: mine.codeVerifier });
      await codes()
        .where({ id_hash: tokenHash(mine.code) })
        .update({ sealed_payload: row.sealed_payload });
      const refused = await redeem();
      assert.deepEqual(
        [refused.status, refused.json()],
        [500, { error: 'server_error', error_description: 'oops! something went wrong' }],
      );
      assert.match(provider.log(), /a sealed value does not open/);
      await codes()
        .where({ id_hash: tokenHash(mine.code) })
        .update({ sealed_payload: original.sealed_payload });
      assert.equal((await redeem()).status, 200, 'the code was not spent by it');
    });

    it('with another SECRET_KEY is not even tried: the provider refuses to start on this database', async () => {
      await assert.rejects(startProvider(database, { env: { SECRET_KEY: randomBytes(32).toString('hex') } }), {
        name: 'SecretKeyError',
        message: /SECRET_KEY is not the one that this database was set up with/,
      });
    });
  });

  describe('the log of all that, at its most talkative', () => {
    it('holds none of those values either, nor addresses of any kind, also where something failed', async () => {
      const { browser, client, held } = journey;
      const silent = () => browser.ask(authorizationRequest(client.client_id, { prompt: 'none' }).url);
      // A failing statement carries its values in the driver's error.
      await database.knex.raw('alter table authorization_codes rename column sealed_payload to gone');
      try {
        assert.equal((await silent()).status, 500);
        assert.equal((await exchange(browser, client, { code: journey.openCodes[1]?.code ?? '' })).status, 500);
      } finally {
        await database.knex.raw('alter table authorization_codes rename column gone to sealed_payload');
      }
      assert.equal((await silent()).location?.searchParams.get('error'), null);
      const log = provider.log();
      const lines = log
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { level: string; msg: string });
      assert.ok(lines.filter(({ msg }) => msg === 'request').length > 40);
      assert.ok(lines.some(({ level }) => level === 'error'));
      const found = [...held.values].filter(([value]) => log.includes(value)).map(([, name]) => name);
      assert.deepEqual(found, []);
      const words = new Set(log.split(/[^\w-]+/));
      for (const hint of held.hints) assert.ok(!words.has(hint));
      for (const text of [emailAddress, 'nobody.known', 'wrong-field', 'alice', 'Surname', ...browserAddresses]) {
        assert.ok(!log.includes(text), text);
      }
      assert.match(log, /"network":"203\.0\.113\.0\/24"/);
      assert.match(log, /"network":"2001:db8:7:ab00::\/56"/);
    });
  });

  describe('security_events', () => {
    it('tells what happened on the way, from which network, and no more', async () => {
      const rows = (await database.knex('security_events').orderBy('id')) as {
        event: string;
        network: string | null;
        details: object;
      }[];
      const counts = Object.groupBy(rows, ({ event }) => event);
      for (const event of [
        'account.added',
        'client.added',
        'session.begun',
        'sign_in.failed',
        'consent.granted',
      ] as const) {
        assert.ok((counts[event]?.length ?? 0) > 0, event);
      }
      assert.equal(counts['sign_in.failed']?.length, 3);
      for (const { network } of rows)
        assert.ok(network === null || network === 'unknown' || network.includes('/') || network.startsWith('127.'));
      for (const { details } of rows) assert.doesNotMatch(JSON.stringify(details), /@|\d+\.\d+\.\d+\.\d+/);
    });

    it('cannot be changed or taken away: the database refuses', async () => {
      const before = await database.knex('security_events').orderBy('id');
      for (const statement of [
        "update security_events set actor = 'somebody else' where id = (select max(id) from security_events)",
        'delete from security_events where id = (select max(id) from security_events)',
        'delete from security_events where false',
        'truncate security_events',
        'truncate accounts, security_events cascade',
        "insert into security_events (id, event, actor) values (1, 'x', 'y')",
        `insert into security_events (id, event, actor) overriding system value
         values (${before[0].id}, 'x', 'y') on conflict (id) do update set actor = 'y'`,
      ]) {
        await assert.rejects(database.knex.raw(statement), /append-only|non-DEFAULT value into column "id"/, statement);
      }
      assert.deepEqual(await database.knex('security_events').orderBy('id'), before);
    });
  });
};
