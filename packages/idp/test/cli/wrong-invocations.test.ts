import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { CommandServices } from '../../src/cli/commands.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { BusyError } from '../../src/domain/sign-in/password-hasher.ts';
import { DatabaseError } from '../../src/storage/database-error.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { runLatchkey, testServices, type CliOptions } from './cli-world.ts';

const uri = 'https://wiki.example.org/callback';
const clientAdd = ['client', 'add', '--id', 'wiki', '--name', 'Wiki'];
const accountAdd = ['account', 'add', '--username', 'carol', '--email', 'carol@example.org'];
const password = 'correct horse battery staple';

interface WrongCase {
  readonly argv: readonly string[];
  readonly code: number;
  readonly says: RegExp;
  readonly options?: CliOptions;
}

describe('latchkey, used wrong', () => {
  let database: TestDatabase;
  let services: CommandServices;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-test-'));
    database = await openTestDatabase('embedded');
    await writeFile(join(folder, 'text.json'), 'no JSON');
    await writeFile(join(folder, 'private.json'), JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }));
    process.chdir(folder);
  });
  beforeEach(async () => {
    await database.reset();
    services = testServices(database);
    const by = { actor: 'test' };
    await services.accounts.add({ username: 'alice', email: 'alice@example.org', emailVerified: true }, by);
    await services.clients.add({ clientId: 'forum', clientName: 'Forum', redirectUris: [uri] }, by);
    await services.clients.add(
      { clientId: 'open', clientName: 'Open', redirectUris: [uri], tokenEndpointAuthMethod: 'none' },
      by,
    );
  });
  after(async () => {
    process.chdir('/');
    await database.close();
    await rm(folder, { recursive: true });
  });

  const withServices: CliOptions['withServices'] = (_config, work) => work(services);
  const run = (argv: readonly string[], options: CliOptions = {}) => runLatchkey(argv, { withServices, ...options });
  /** Everything that commands can change. */
  const everything = async (): Promise<string> =>
    JSON.stringify(
      await Promise.all(
        ['accounts', 'clients', 'security_events'].map((table) => database.knex(table).orderByRaw('1')),
      ),
    );

  const usage: readonly (readonly [string, readonly string[], RegExp, CliOptions?])[] = [
    ['an unknown command', ['clients'], /unknown command 'clients'.*did you mean client\?.*latchkey --help/i],
    ['an unknown verb', ['client', 'ad'], /unknown command 'ad'.*latchkey client --help/],
    ['an unknown option', ['client', 'list', '--jsn'], /unknown option '--jsn'.*--json.*latchkey client list --help/i],
    ['a missing argument', ['client', 'show'], /missing required argument 'client-id'/],
    ['an argument too many', ['client', 'show', 'forum', 'wiki'], /too many arguments/],
    ['an argument where there is none', ['keys', 'list', 'RS256'], /too many arguments/],
    [
      'client add without id',
      ['client', 'add', '--name', 'Wiki', '--redirect-uri', uri],
      /required option '--id <id>' not specified/,
    ],
    [
      'client add without name',
      ['client', 'add', '--id', 'wiki', '--redirect-uri', uri],
      /required option '--name <text>'/,
    ],
    [
      'account add without user name',
      ['account', 'add', '--email', 'a@example.org'],
      /required option '--username <name>'/,
    ],
    ['account add without address', ['account', 'add', '--username', 'carol'], /required option '--email <address>'/],
    ['an option without its value', [...clientAdd, '--redirect-uri'], /'--redirect-uri <uris...>' argument missing/],
    [
      'an unknown authentication method',
      [...clientAdd, '--auth-method', 'none'],
      /Allowed choices are client_secret_basic, client_secret_post, private_key_jwt/,
    ],
    ['an unknown algorithm', [...clientAdd, '--id-token-alg', 'HS256'], /Allowed choices are RS256, ES256/],
    [
      'a public client with an authentication method',
      [...clientAdd, '--public', '--auth-method', 'client_secret_post'],
      /'--auth-method <method>' cannot be used with option '--public'/,
    ],
    [
      'a native client with an authentication method',
      [...clientAdd, '--native', '--auth-method', 'client_secret_post'],
      /cannot be used with option '--native'/,
    ],
    [
      'keys and their address',
      [...clientAdd, '--jwks', 'a.json', '--jwks-uri', 'https://x.example/'],
      /cannot be used with option '--jwks/,
    ],
    [
      'a file of keys that is not there',
      [...clientAdd, '--jwks', 'missing.json'],
      /"missing.json" cannot be read \(ENOENT\)/,
    ],
    ['a file of keys without JSON', [...clientAdd, '--jwks', 'text.json'], /"text.json" holds no JSON/],
    ['client update without change', ['client', 'update', 'forum'], /say what to change/],
    ['account update without change', ['account', 'update', 'alice'], /say what to change/],
    [
      'groups and no groups',
      ['account', 'update', 'alice', '--group', 'a', '--no-groups'],
      /'--group' cannot be used with option '--no-groups'/,
    ],
    [
      'a password from a keyboard',
      [...accountAdd, '--password-stdin'],
      /not the keyboard: .*< password.txt/,
      { isTty: true },
    ],
    ['an empty password', [...accountAdd, '--password-stdin'], /holds no password/],
    ['a line end for a password', [...accountAdd, '--password-stdin'], /holds no password/, { stdin: '\n' }],
    [
      'two lines of password',
      [...accountAdd, '--password-stdin'],
      /in one line/,
      { stdin: `${password}\n${password}\n` },
    ],
    [
      'a password that is not UTF-8',
      [...accountAdd, '--password-stdin'],
      /must be UTF-8/,
      { stdin: Buffer.from([0xc3, 0x28]) },
    ],
    [
      'a file in place of a password',
      [...accountAdd, '--password-stdin'],
      /more than a password/,
      { stdin: 'x'.repeat(10_000) },
    ],
    ['a password as an argument', [...accountAdd, '--password', password], /unknown option '--password'/],
  ];
  const refused: readonly (readonly [string, readonly string[], RegExp, CliOptions?])[] = [
    ['a client without redirect URI', clientAdd, /at least one redirect URI is needed/],
    [
      'a http redirect URI',
      [...clientAdd, '--redirect-uri', 'http://wiki.example.org/'],
      /"http:\/\/wiki.example.org\/" must be https \(http only on loopback\)/,
    ],
    [
      'a trusted native client',
      [...clientAdd, '--redirect-uri', 'http://127.0.0.1/', '--native', '--trusted'],
      /a native client cannot be trusted: it always asks/,
    ],
    [
      'a public client without PKCE',
      [...clientAdd, '--redirect-uri', uri, '--public', '--no-pkce'],
      /a public client needs PKCE/,
    ],
    [
      'a back channel on loopback',
      [...clientAdd, '--redirect-uri', uri, '--backchannel-logout-uri', 'http://127.0.0.1:4000/'],
      /exception 127\.0\.0\.1:4000/,
    ],
    [
      'a private address without port',
      [...clientAdd, '--redirect-uri', uri, '--allow-private-address', '127.0.0.1'],
      /HOST:PORT/,
    ],
    ['a misspelt scope', [...clientAdd, '--redirect-uri', uri, '--scope', 'openid emial'], /"emial" is neither/],
    [
      'private keys',
      [...clientAdd, '--redirect-uri', uri, '--auth-method', 'private_key_jwt', '--jwks', 'private.json'],
      /key 1 of the JWK Set is private/,
    ],
    [
      'private_key_jwt without keys',
      [...clientAdd, '--redirect-uri', uri, '--auth-method', 'private_key_jwt'],
      /needs either the public keys/,
    ],
    [
      'an API without scopes',
      [...clientAdd, '--resource', 'https://notes.example.org/'],
      /an API must have at least one scope/,
    ],
    [
      'a client id that is taken',
      ['client', 'add', '--id', 'forum', '--name', 'Forum', '--redirect-uri', uri],
      /this client id is taken/,
    ],
    ['a client that is not there', ['client', 'show', 'wiki'], /there is no such client/],
    ['a new secret for a client without', ['client', 'rotate-secret', 'open'], /this client has no secret/],
    ['removing a client that is not there', ['client', 'remove', 'wiki'], /there is no such client/],
    [
      'a user name that is taken',
      ['account', 'add', '--username', 'alice', '--email', 'a@example.org'],
      /this user name is taken/,
    ],
    [
      'a reserved user name',
      ['account', 'add', '--username', 'admin', '--email', 'a@example.org'],
      /this user name is reserved/,
    ],
    [
      'a wrong user name',
      ['account', 'add', '--username', 'Al', '--email', 'a@example.org'],
      /4 to 20 lower-case letters/,
    ],
    [
      'an address that is taken',
      [...accountAdd.slice(0, 4), '--email', 'Alice@example.org', '--email-verified'],
      /belongs to another account/,
    ],
    ['a wrong address', [...accountAdd.slice(0, 4), '--email', 'carol'], /name@host/],
    ['a short password', [...accountAdd, '--password-stdin'], /at least 15 characters/, { stdin: 'short\n' }],
    ['a long password', [...accountAdd, '--password-stdin'], /at most 256 characters/, { stdin: 'x'.repeat(257) }],
    [
      'a short new password',
      ['account', 'update', 'alice', '--password-stdin'],
      /at least 15 characters/,
      { stdin: 'short' },
    ],
    ['an account that is not there', ['account', 'show', 'carol'], /there is no such account/],
    ['an account by its address', ['account', 'show', 'alice@example.org'], /there is no such account/],
    ['signing out who is not there', ['account', 'sign-out', 'carol'], /there is no such account/],
    [
      'verifying no address',
      ['account', 'update', 'alice', '--no-email', '--email-verified'],
      /no e-mail address that could be verified/,
    ],
  ];

  const cases: readonly (readonly [string, WrongCase])[] = [
    ...usage.map(
      ([what, argv, says, options]) => [what, { argv, code: 2, says, ...(options && { options }) }] as const,
    ),
    ...refused.map(
      ([what, argv, says, options]) => [what, { argv, code: 1, says, ...(options && { options }) }] as const,
    ),
  ];
  for (const [what, { argv, code, says, options }] of cases) {
    it(`says what is wrong with ${what}, exits with ${code} and changes nothing`, async () => {
      const before = await everything();
      const outcome = await run(argv, options);
      assert.equal(outcome.code, code);
      assert.match(outcome.stderr, says);
      assert.match(outcome.stderr, /^latchkey: [^\n]+\n$/);
      assert.equal(outcome.stdout, '');
      assert.equal(await everything(), before);

      const json = await run([...argv.slice(0, 2), '--json', ...argv.slice(2)], options);
      assert.equal(json.code, code);
      const failure = JSON.parse(json.stderr) as { error: string; error_description: string };
      assert.match(failure.error, /^ERR_[A-Z_]+$/);
      assert.equal(typeof failure.error_description, 'string');
      assert.equal(json.stdout, '');
    });
  }

  it('lists everything that is wrong, a line for each', async () => {
    const argv = [
      'client',
      'add',
      '--id',
      'my wiki',
      '--name',
      ' ',
      '--redirect-uri',
      'http://a.example/',
      'https://b.example/#x',
    ];
    const { code, stderr } = await run(argv);
    assert.equal(code, 1);
    assert.deepEqual(
      stderr
        .trimEnd()
        .split('\n')
        .map((line) => /^latchkey: the (client id|client name|redirect URI) /.exec(line)?.[1]),
      ['client id', 'client name', 'redirect URI', 'redirect URI'],
    );
    const { stderr: json } = await run([...argv, '--json']);
    const failure = JSON.parse(json) as { error: string; problems: readonly { error: string }[] };
    assert.equal(failure.error, 'ERR_CLIENT_INVALID');
    assert.deepEqual(
      failure.problems.map(({ error }) => error),
      ['ERR_CLIENT_ID', 'ERR_CLIENT_NAME', 'ERR_REDIRECT_URI', 'ERR_REDIRECT_URI'],
    );
  });

  it('never repeats a password', async () => {
    for (const stdin of ['hunter2hunter', `${password}\nhunter2`, 'hunter2'.repeat(40)]) {
      const { stdout, stderr } = await run([...accountAdd, '--password-stdin'], { stdin });
      assert.doesNotMatch(stdout + stderr, /hunter2/);
    }
  });

  it('shows help on standard error and exits with 2 where a group has no verb', async () => {
    for (const argv of [[], ['client'], ['account'], ['keys']]) {
      const { code, stdout, stderr } = await run(argv);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, /Usage: latchkey/);
    }
  });

  const thrown: readonly (readonly [string, number, string, Error, RegExp])[] = [
    [
      'an unreachable database',
      4,
      'ERR_DATABASE_UNAVAILABLE',
      Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
      /^latchkey: the database does not answer \(ECONNREFUSED\)\n$/,
    ],
    [
      'a database that lets nobody in',
      4,
      'ERR_DATABASE_UNAVAILABLE',
      Object.assign(new Error('password authentication failed for user "x"'), { code: '28P01' }),
      /the database does not answer \(28P01\)/,
    ],
    [
      'a database that is starting',
      4,
      'ERR_DATABASE_UNAVAILABLE',
      Object.assign(new Error('starting up'), { code: '57P03' }),
      /57P03/,
    ],
    [
      'a database without free connection',
      4,
      'ERR_DATABASE_UNAVAILABLE',
      Object.assign(new Error('x'), { name: 'KnexTimeoutError' }),
      /does not answer/,
    ],
    [
      'a database that is too old',
      4,
      'ERR_DATABASE_TOO_OLD',
      new DatabaseError('ERR_DATABASE_TOO_OLD', 'PostgreSQL 15 is needed.'),
      /^latchkey: PostgreSQL 15 is needed\.\n$/,
    ],
    ['a full disk', 4, 'ERR_DISK_FULL', new DatabaseError('ERR_DISK_FULL', 'The disk is full.'), /The disk is full/],
    ['a busy provider', 4, 'ERR_BUSY', new BusyError(2), /try again/],
    [
      'a data directory that cannot be used',
      3,
      'ERR_DATA_DIR',
      new DatabaseError('ERR_DATA_DIR', 'Everybody may write there.'),
      /Everybody may write there/,
    ],
    [
      'a failed migration',
      70,
      'ERR_MIGRATION_FAILED',
      new DatabaseError('ERR_MIGRATION_FAILED', 'It could not be migrated.'),
      /could not be migrated/,
    ],
    [
      'anything else',
      70,
      'ERR_INTERNAL',
      new TypeError('x is not\n  a function'),
      /^latchkey: unexpected error: TypeError: x is not a function\n$/,
    ],
  ];
  for (const [what, code, name, error, says] of thrown) {
    it(`exits with ${code} for ${what}`, async () => {
      const options = { withServices: () => Promise.reject(error) };
      const outcome = await run(['client', 'list'], options);
      assert.equal(outcome.code, code);
      assert.match(outcome.stderr, says);
      assert.equal(outcome.stdout, '');
      const json = await run(['client', 'list', '--json'], options);
      assert.equal((JSON.parse(json.stderr) as { error: string }).error, name);
    });
  }

  it('exits with 3 for wrong settings and names each of them', async () => {
    const readConfig = (): never => {
      throw new ConfigError([
        { setting: 'ISSUER', problem: 'must be an origin' },
        { setting: 'PORT', problem: 'must be a number' },
      ]);
    };
    for (const argv of [['client', 'list'], ['start'], ['migrate']]) {
      const { code, stdout, stderr } = await run(argv, { readConfig });
      assert.deepEqual([code, stdout], [3, '']);
      assert.equal(stderr, 'latchkey: ISSUER must be an origin\nlatchkey: PORT must be a number\n');
    }
  });

  const listening: readonly (readonly [string, string, RegExp])[] = [
    ['the port is taken', 'EADDRINUSE', /^latchkey: the address is taken[^\n]*\n$/],
    ['the port needs a privilege', 'EACCES', /^latchkey: [^\n]*ports below 1024[^\n]*\n$/],
    ['the address is not of this machine', 'EADDRNOTAVAIL', /^latchkey: [^\n]*not one of this machine \(HOST\)\n$/],
  ];
  for (const [what, code, says] of listening) {
    it(`exits with 3 when ${what}`, async () => {
      const error = Object.assign(new Error(`listen ${code}`), { code, syscall: 'listen', address: '127.0.0.1' });
      const outcome = await run(['start'], { start: () => Promise.reject(error) });
      assert.equal(outcome.code, 3);
      assert.match(outcome.stderr, says);
    });
  }

  it('reads no settings and opens no database for help and for wrong usage', async () => {
    const nothing = {
      readConfig: () => assert.fail('the settings were read'),
      withServices: () => assert.fail('the database was opened'),
    };
    for (const argv of [
      ['--help'],
      ['client', 'add', '--help'],
      ['client', 'add'],
      [...accountAdd, '--password-stdin'],
      ['--version'],
    ]) {
      const { stderr } = await runLatchkey(argv, nothing);
      assert.doesNotMatch(stderr, /settings|opened/);
    }
  });
});
