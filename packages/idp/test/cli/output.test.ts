import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { CommandServices } from '../../src/cli/commands.ts';
import { keysResult } from '../../src/cli/key-result.ts';
import { KnexAccountStore } from '../../src/storage/knex-account-store.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { runLatchkey, signingKey, testServices, type CliOptions } from './cli-world.ts';

const uri = 'https://wiki.example.org/callback';
const password = 'correct horse battery staple';

describe('latchkey, used right', () => {
  let database: TestDatabase;
  let services: CommandServices & { readonly told: readonly string[] };
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-test-'));
    database = await openTestDatabase('embedded');
  });
  beforeEach(async () => {
    await database.reset();
    services = testServices(database);
  });
  after(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  const run = async (argv: readonly string[], options: CliOptions = {}): Promise<string> => {
    const outcome = await runLatchkey(argv, { withServices: (_config, work) => work(services), ...options });
    assert.deepEqual([outcome.stderr, outcome.code], ['', 0], argv.join(' '));
    return outcome.stdout;
  };
  const json = async (argv: readonly string[], options: CliOptions = {}): Promise<Record<string, unknown>> =>
    JSON.parse(await run([...argv, '--json'], options)) as Record<string, unknown>;
  const recent = (seconds: unknown): boolean => Math.abs(Date.now() / 1000 - Number(seconds)) < 60;

  const signIn = async (username: string): Promise<void> => {
    const { id } = await services.accounts.show(username);
    const later = new Date(Date.now() + 3_600_000);
    const session = { uid: 'one', id_hash: Buffer.alloc(32), account_id: id, authenticated_at: new Date() };
    await database.knex('sessions').insert({ ...session, idle_expires_at: later, absolute_expires_at: later });
    await database.knex('session_clients').insert({ session_uid: 'one', client_id: 'wiki' });
  };

  describe('client', () => {
    it('add --json answers the names of RFC 7591 and the secret', async () => {
      const {
        client_secret: secret,
        client_id_issued_at: issuedAt,
        updated_at: updatedAt,
        ...rest
      } = await json([
        'client',
        'add',
        '--id',
        'wiki',
        '--name',
        'Wiki',
        '--redirect-uri',
        uri,
        `${uri}?a=1`,
        '--redirect-uri',
        'https://wiki.example.net/',
        '--post-logout-redirect-uri',
        'https://wiki.example.org/',
        '--backchannel-logout-uri',
        'http://127.0.0.1:4000/logout',
        '--allow-private-address',
        '127.0.0.1:4000',
        '--trusted',
        '--no-pkce',
        '--id-token-alg',
        'ES256',
        '--scope',
        'openid groups notes:read',
        '--auth-method',
        'client_secret_post',
        '--client-uri',
        'https://wiki.example.org/',
        '--dpop',
        '--require-par',
        '--resource',
        'https://wiki.example.org/api',
        '--resource-scope',
        'wiki:read wiki:write',
      ]);
      assert.match(String(secret), /^lks_/);
      assert.ok(recent(issuedAt) && recent(updatedAt));
      assert.deepEqual(rest, {
        client_id: 'wiki',
        client_secret_expires_at: 0,
        client_name: 'Wiki',
        client_uri: 'https://wiki.example.org/',
        application_type: 'web',
        redirect_uris: [uri, `${uri}?a=1`, 'https://wiki.example.net/'],
        post_logout_redirect_uris: ['https://wiki.example.org/'],
        backchannel_logout_uri: 'http://127.0.0.1:4000/logout',
        token_endpoint_auth_method: 'client_secret_post',
        scope: 'openid groups notes:read',
        id_token_signed_response_alg: 'ES256',
        dpop_bound_access_tokens: true,
        require_pushed_authorization_requests: true,
        pkce_required: false,
        trusted: true,
        private_addresses: ['127.0.0.1:4000'],
        resource: 'https://wiki.example.org/api',
        resource_scope: 'wiki:read wiki:write',
        disabled: false,
      });
    });

    it('add tells people the secret and that it is shown once; show and list never tell it', async () => {
      const added = await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
      const secret = /lks_[\w-]+/.exec(added)?.[0] ?? assert.fail(added);
      assert.match(
        added,
        /^Client wiki was registered\.\n\n  Client id {2,}wiki\n  Client secret {2,}lks_\S+ {3}\(shown once: keep it now\)\n/,
      );
      for (const argv of [
        ['client', 'show', 'wiki'],
        ['client', 'list'],
      ]) {
        for (const output of [await run(argv), await run([...argv, '--json'])]) {
          assert.doesNotMatch(output, /secret(?!_basic)/);
          assert.ok(!output.includes(secret));
        }
      }
    });

    it('add makes native, public and keyed clients', async () => {
      const native = await json([
        'client',
        'add',
        '--id',
        'app',
        '--name',
        'App',
        '--native',
        '--redirect-uri',
        'com.example.app:/callback',
      ]);
      assert.deepEqual(
        [native['application_type'], native['token_endpoint_auth_method'], native['client_secret']],
        ['native', 'none', undefined],
      );
      const open = await json(['client', 'add', '--id', 'spa', '--name', 'Spa', '--public', '--redirect-uri', uri]);
      assert.deepEqual(
        [open['application_type'], open['token_endpoint_auth_method'], open['pkce_required']],
        ['web', 'none', true],
      );
      const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
      await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [key] }));
      const argv = [
        'client',
        'add',
        '--id',
        'keyed',
        '--name',
        'Keyed',
        '--redirect-uri',
        uri,
        '--auth-method',
        'private_key_jwt',
      ];
      const keyed = await json([...argv, '--jwks', join(folder, 'keys.json')]);
      assert.deepEqual([keyed['jwks'], keyed['client_secret']], [{ keys: [key] }, undefined]);
      assert.match(await run(['client', 'show', 'keyed']), /Keys {2,}1 public key\n/);
    });

    it('list stands out those without PKCE', async () => {
      assert.equal(await run(['client', 'list']), 'There are no clients.\n');
      await run(['client', 'add', '--id', 'wiki', '--name', 'Größe', '--redirect-uri', uri, '--trusted']);
      await run(['client', 'add', '--id', 'old-plugin', '--name', 'Plugin', '--redirect-uri', uri, '--no-pkce']);
      await run(['client', 'disable', 'wiki']);
      assert.deepEqual((await run(['client', 'list'])).split('\n'), [
        'CLIENT ID   NAME    AUTHENTICATION       TRUSTED  PKCE          DISABLED',
        'old-plugin  Plugin  client_secret_basic  no       NOT REQUIRED  no',
        'wiki        Größe   client_secret_basic  yes      required      yes',
        '',
      ]);
      const { clients } = await json(['client', 'list']);
      assert.deepEqual(
        (clients as { client_id: string }[]).map(({ client_id: id }) => id),
        ['old-plugin', 'wiki'],
      );
    });

    it('update changes and clears, and leaves what it is not told', async () => {
      await run([
        'client',
        'add',
        '--id',
        'wiki',
        '--name',
        'Wiki',
        '--redirect-uri',
        uri,
        '--trusted',
        '--no-pkce',
        '--post-logout-redirect-uri',
        uri,
        '--client-uri',
        uri,
      ]);
      const before = await json(['client', 'show', 'wiki']);
      const after = await json([
        'client',
        'update',
        'wiki',
        '--no-trusted',
        '--pkce',
        '--no-post-logout-redirect-uri',
        '--no-client-uri',
        '--name',
        'The wiki',
      ]);
      const { client_uri: _, ...kept } = before;
      assert.deepEqual(after, {
        ...kept,
        trusted: false,
        pkce_required: true,
        post_logout_redirect_uris: [],
        client_name: 'The wiki',
        updated_at: after['updated_at'],
      });
    });

    it('update --public takes the secret away, and a method with a secret gives a new one', async () => {
      await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
      assert.equal((await json(['client', 'update', 'wiki', '--public']))['client_secret'], undefined);
      assert.match(
        await run(['client', 'update', 'wiki', '--auth-method', 'client_secret_basic']),
        /lks_\S+ {3}\(shown once/,
      );
    });

    it('rotate-secret, disable, enable and remove say what they did', async () => {
      await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
      assert.match(
        await run(['client', 'rotate-secret', 'wiki']),
        /^Client wiki has a new secret\.\n\n  Client id {2,}wiki\n  Client secret {2,}lks_\S+ {3}\(shown once: keep it now\)\n$/,
      );
      assert.match(String((await json(['client', 'rotate-secret', 'wiki']))['client_secret']), /^lks_/);
      assert.equal(await run(['client', 'disable', 'wiki']), 'Client wiki is disabled.\n');
      assert.equal((await json(['client', 'show', 'wiki']))['disabled'], true);
      assert.equal(await run(['client', 'enable', 'wiki']), 'Client wiki is enabled.\n');
      assert.deepEqual(await json(['client', 'remove', 'wiki']), {
        client_id: 'wiki',
        client_name: 'Wiki',
        removed: true,
      });
      assert.equal(await run(['client', 'list']), 'There are no clients.\n');
    });

    it('records every change as the command line’s', async () => {
      await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
      await run(['client', 'disable', 'wiki']);
      assert.deepEqual(await database.knex('security_events').orderBy('id').select('event', 'actor', 'client_id'), [
        { event: 'client.added', actor: 'command-line', client_id: 'wiki' },
        { event: 'client.disabled', actor: 'command-line', client_id: 'wiki' },
      ]);
    });
  });

  describe('account', () => {
    const add = [
      'account',
      'add',
      '--username',
      'alice',
      '--email',
      'Alice@example.org',
      '--email-verified',
      '--name',
      'Alice Example',
      '--group',
      'staff',
      'Wiki editors',
      '--group',
      'admins',
      '--locale',
      'de-at',
      '--picture',
      'https://accounts.example.org/a.webp',
    ];

    it('add --json answers the names of the claims, and reads the password from a pipe', async () => {
      const {
        sub,
        updated_at: updatedAt,
        created_at: createdAt,
        ...rest
      } = await json([...add, '--password-stdin'], { stdin: `${password}\r\n` });
      assert.match(String(sub), /^[0-9a-f-]{36}$/);
      assert.ok(recent(updatedAt) && recent(createdAt));
      assert.deepEqual(rest, {
        preferred_username: 'alice',
        name: 'Alice Example',
        email: 'Alice@example.org',
        email_verified: true,
        picture: 'https://accounts.example.org/a.webp',
        locale: 'de-AT',
        groups: ['Wiki editors', 'admins', 'staff'],
        profile_version: 1,
        disabled: false,
      });
      const stored = await new KnexAccountStore(database.knex).findForSignIn('alice');
      assert.equal(stored?.passwordHash, `hash of ${password}`);
    });

    it('add keeps blanks of a password, and takes one line end away, not two', async () => {
      const passwordOf = async (username: string) =>
        (await new KnexAccountStore(database.knex).findForSignIn(username))?.passwordHash;
      const addAs = (username: string) => [
        'account',
        'add',
        '--username',
        username,
        '--email',
        'a@example.org',
        '--password-stdin',
      ];
      await run(addAs('alice'), { stdin: `  ${password}  \n` });
      assert.equal(await passwordOf('alice'), `hash of   ${password}  `);
      await run(addAs('bobby'), { stdin: password });
      assert.equal(await passwordOf('bobby'), `hash of ${password}`);
    });

    it('add tells people what was added, and how to set a password that is missing', async () => {
      const output = await run(add);
      assert.match(output, /^Account alice was added\.\n\n  User name {2,}alice\n/);
      assert.match(output, /\n  Groups {2,}Wiki editors\n {3,}admins\n {3,}staff\n/);
      assert.match(output, /It has no password yet: latchkey account update alice --password-stdin < password\.txt\n$/);
      const { stdout } = await runLatchkey(
        ['account', 'add', '--username', 'bobby', '--email', 'b@example.org', '--password-stdin'],
        {
          withServices: (_config, work) => work(services),
          stdin: password,
        },
      );
      assert.doesNotMatch(stdout, /no password yet/);
    });

    it('list and show find accounts by user name and subject', async () => {
      assert.equal(await run(['account', 'list']), 'There are no accounts.\n');
      const { sub } = await json(add);
      assert.deepEqual((await run(['account', 'list'])).split('\n'), [
        'USER NAME  NAME           E-MAIL             VERIFIED  GROUPS                       DISABLED',
        'alice      Alice Example  Alice@example.org  yes       Wiki editors, admins, staff  no',
        '',
      ]);
      assert.equal(await run(['account', 'show', String(sub)]), await run(['account', 'show', 'alice']));
      const { accounts } = await json(['account', 'list']);
      assert.deepEqual(accounts, [await json(['account', 'show', 'alice'])]);
    });

    it('update changes and clears, and leaves what it is not told', async () => {
      const before = await json(add);
      const after = await json([
        'account',
        'update',
        'alice',
        '--no-name',
        '--no-groups',
        '--email',
        'alice@example.net',
      ]);
      const { name: _, ...kept } = before;
      assert.deepEqual(after, {
        ...kept,
        groups: [],
        email: 'alice@example.net',
        email_verified: false,
        profile_version: 2,
        updated_at: after['updated_at'],
      });
    });

    it('update --password-stdin, disable, sign-out and remove end the sessions, say so, and tell the clients once', async () => {
      await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
      await run(add);
      const verbs: readonly (readonly [readonly string[], string, CliOptions?])[] = [
        [['account', 'update', 'alice', '--password-stdin'], '', { stdin: password }],
        [['account', 'sign-out', 'alice'], 'Account alice is signed out everywhere.\n'],
        [['account', 'disable', 'alice'], 'Account alice is disabled.\n'],
        [['account', 'remove', 'alice'], 'Account alice was removed.\n'],
      ];
      for (const [index, [argv, says, options]] of verbs.entries()) {
        await signIn('alice');
        const output = await run(argv, options);
        assert.ok(output.startsWith(says), output);
        assert.match(output, /1 session ended, signed in to: wiki\.\n$/);
        assert.equal(services.told.length, index + 1);
      }
      assert.deepEqual(await database.knex('sessions'), []);
      assert.equal(await run(['account', 'list']), 'There are no accounts.\n');
    });

    it('says so where no session was open', async () => {
      await run(add);
      assert.equal(
        await run(['account', 'sign-out', 'alice']),
        'Account alice is signed out everywhere.\nNo session was open.\n',
      );
      assert.deepEqual((await json(['account', 'disable', 'alice']))['signed_out'], { sessions: 0, client_ids: [] });
      assert.equal(await run(['account', 'enable', 'alice']), 'Account alice is enabled.\n');
      assert.deepEqual(services.told, []);
    });
  });

  describe('keys, start and migrate', () => {
    it('keys list and rotate show what each key does, and no private part', async () => {
      const output = await run(['keys', 'list']);
      assert.equal(
        output.split('\n')[0],
        'KEY ID  ALGORITHM  STATE    MADE                  SIGNS FROM            RETIRED',
      );
      assert.equal(output.split('\n')[1], 'one     RS256      signing  2026-01-01 12:00 UTC  2026-01-01 12:00 UTC');
      const rotated = await run(['keys', 'rotate', '--json']);
      assert.doesNotMatch(rotated, /private|"d"/);
      const { keys } = JSON.parse(rotated) as { keys: readonly { kid: string; state: string }[] };
      assert.deepEqual(
        keys.map(({ kid, state }) => [kid, state]),
        [
          ['one', 'signing'],
          ['new', 'coming'],
        ],
      );
    });

    it('tells the states of keys apart', () => {
      const { keys } = keysResult([
        signingKey('a', 'RS256', 1, { retiredAt: new Date(), active: false }),
        signingKey('b', 'RS256', 2),
        signingKey('c', 'RS256', 3),
        signingKey('d', 'RS256', 4, { active: false }),
        signingKey('e', 'ES256', 1),
      ]);
      const states = (keys as readonly { kid: string; state: string }[]).map(({ kid, state }) => `${kid} ${state}`);
      assert.deepEqual(states, ['a retired', 'b replaced', 'c signing', 'd coming', 'e signing']);
    });

    it('migrate says what it applied', async () => {
      const migrate = () => Promise.resolve({ applied: ['1_accounts.ts', '2_more.ts'] });
      assert.equal(await run(['migrate'], { migrate }), 'Applied:\n  1_accounts.ts\n  2_more.ts\n');
      assert.deepEqual(await json(['migrate'], { migrate }), { applied: ['1_accounts.ts', '2_more.ts'] });
      assert.equal(
        await run(['migrate'], { migrate: () => Promise.resolve({ applied: [] }) }),
        'The database is up to date.\n',
      );
    });

    it('start runs the provider with the settings', async () => {
      const started: unknown[] = [];
      const start: CliOptions['start'] = async (...given) => void started.push(given);
      await run(['start'], { start });
      await run(['start', '--json'], { start });
      assert.deepEqual(started, [
        [{ dataDir: '/nonexistent' }, { json: false }],
        [{ dataDir: '/nonexistent' }, { json: true }],
      ]);
    });
  });

  describe('help', () => {
    const verbs: readonly string[] = [
      'start',
      'migrate',
      'keys list',
      'keys rotate',
      ...['add', 'list', 'show', 'update', 'rotate-secret', 'disable', 'enable', 'remove'].map(
        (verb) => `client ${verb}`,
      ),
      ...['add', 'list', 'show', 'update', 'disable', 'enable', 'sign-out', 'remove'].map((verb) => `account ${verb}`),
    ];
    for (const verb of verbs) {
      it(`of ${verb} has --json, an example and the exit codes`, async () => {
        const { code, stdout, stderr } = await runLatchkey([...verb.split(' '), '--help']);
        assert.deepEqual([code, stderr], [0, '']);
        assert.match(stdout, new RegExp(`Usage: latchkey ${verb} `));
        assert.match(stdout, /--json/);
        assert.match(stdout, new RegExp(`\\nExample:\\n  .*latchkey ${verb}`));
        assert.match(stdout, /Exit codes: 0 done, 1 refused/);
      });
    }

    it('of the program lists every group, and the version is the package’s', async () => {
      const { stdout } = await runLatchkey(['--help']);
      for (const group of ['start', 'migrate', 'client', 'account', 'keys'])
        assert.match(stdout, new RegExp(`\n  ${group}\\b`));
      assert.deepEqual(await runLatchkey(['help', 'client']), await runLatchkey(['client', '--help']));
      assert.match((await runLatchkey(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
    });

    it('has examples that run', async () => {
      for (const verb of verbs.filter((name) => name.startsWith('client ') || name.startsWith('account '))) {
        await database.reset();
        await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
        await run(['account', 'add', '--username', 'alice', '--email', 'alice@example.org']);
        if (verb.endsWith(' add')) await database.reset();
        const { stdout } = await runLatchkey([...verb.split(' '), '--help']);
        const [, example = ''] = /\nExample:\n {2}latchkey (.*)\n/.exec(stdout) ?? [];
        const argv = [...example.replace(/ < .*/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
          ([, quoted, plain]) => quoted ?? plain ?? '',
        );
        await run(argv, { stdin: password });
      }
    });
  });
});
