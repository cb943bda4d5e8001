import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { ConfigError, readConfig, type Config } from '../../src/config.ts';

const KEY = randomBytes(32);
const HTTPS = { ISSUER: 'https://accounts.example.org', TRUST_PROXY: '1' };

const refusalOf = (env: NodeJS.ProcessEnv, files: Record<string, string | Uint8Array> = {}): ConfigError => {
  try {
    readConfig(env, { readFile: readFrom(files) });
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error;
  }
  assert.fail('the settings were accepted');
};

const readFrom = (files: Record<string, string | Uint8Array>) => (path: string) => {
  const content = files[path];
  if (content === undefined) throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
  return Buffer.from(content);
};

describe('readConfig without any setting', () => {
  const config = readConfig({});

  it('serves http://localhost:3000 to this machine alone, with the embedded database in ./data', () => {
    assert.deepEqual(config.issuer, {
      url: 'http://localhost:3000',
      scheme: 'http',
      host: 'localhost:3000',
      hostname: 'localhost',
      port: 3000,
      loopback: true,
    });
    assert.deepEqual(config.listen, { host: '127.0.0.1', port: 3000, issuerFollowsPort: false });
    assert.deepEqual(config.database, { url: undefined, poolMax: 10 });
    assert.equal(config.dataDir, resolve('data'));
    assert.equal(config.secretKey, undefined);
    assert.deepEqual(config.trustProxy, { kind: 'none' });
  });

  it('has the default sessions, keys, look and log level', () => {
    assert.equal(config.sessionIdleDays, 14);
    assert.equal(config.sessionAbsoluteDays, 30);
    assert.equal(config.keyRotationDays, 90);
    assert.equal(config.logLevel, 'info');
    assert.ok(config.passwordHashConcurrency === 1 || config.passwordHashConcurrency === 2);
    assert.equal(config.sessionHintDomain, undefined);
    assert.equal(config.organisation.name, 'Latchkey');
    assert.equal(config.organisation.logo, undefined);
  });

  it('counts an empty setting as not set', () => {
    const empty = Object.fromEntries(
      ['ISSUER', 'HOST', 'PORT', 'DATABASE_URL', 'SECRET_KEY', 'SECRET_KEY_FILE', 'TRUST_PROXY', 'LOG_LEVEL'].map(
        (name) => [name, ' '],
      ),
    );
    assert.deepEqual(readConfig(empty), config);
  });
});

describe('readConfig with every setting', () => {
  it('reads them', () => {
    const config = readConfig({
      ...HTTPS,
      HOST: '::',
      PORT: '8080',
      DATA_DIR: '/var/lib/latchkey',
      DATABASE_URL: 'postgres://latchkey:s%2Fecret@db.internal:5432/latchkey?sslmode=verify-full',
      DATABASE_POOL_MAX: '20',
      SECRET_KEY: KEY.toString('base64'),
      SESSION_HINT_DOMAIN: 'example.org',
      SESSION_IDLE_DAYS: '7',
      SESSION_ABSOLUTE_DAYS: '7',
      KEY_ROTATION_DAYS: '30',
      PASSWORD_HASH_CONCURRENCY: '4',
      LOG_LEVEL: 'DEBUG',
      ORGANISATION_NAME: 'Café der Nachbarn',
    });
    assert.equal(config.issuer.url, 'https://accounts.example.org');
    assert.deepEqual(config.listen, { host: '::', port: 8080, issuerFollowsPort: false });
    assert.equal(config.dataDir, '/var/lib/latchkey');
    assert.deepEqual(config.database, {
      url: 'postgres://latchkey:s%2Fecret@db.internal:5432/latchkey?sslmode=verify-full',
      poolMax: 20,
    });
    assert.deepEqual(config.secretKey, KEY);
    assert.equal(config.sessionHintDomain, 'example.org');
    assert.deepEqual([config.sessionIdleDays, config.sessionAbsoluteDays, config.keyRotationDays], [7, 7, 30]);
    assert.equal(config.passwordHashConcurrency, 4);
    assert.equal(config.logLevel, 'debug');
    assert.equal(config.organisation.name, 'Café der Nachbarn');
  });

  it('accepts a database behind a Unix socket', () => {
    for (const url of [
      'postgresql:///latchkey?host=/run/postgresql',
      'postgres://latchkey@%2Frun%2Fpostgresql/latchkey',
    ]) {
      assert.equal(readConfig({ DATABASE_URL: url }).database.url, url);
    }
  });
});

describe('readConfig refuses one setting and says what it should be', () => {
  const rows: [string, NodeJS.ProcessEnv, RegExp][] = [
    ['a port that is a word', { PORT: 'http' }, /^PORT must be a whole number from 0 to 65535$/],
    ['a port above 65535', { PORT: '65536' }, /^PORT must be a whole number/],
    ['a negative port', { PORT: '-1' }, /^PORT must be a whole number/],
    ['a port with a fraction', { PORT: '3000.5' }, /^PORT must be a whole number/],
    ['a port in hexadecimal', { PORT: '0x10' }, /^PORT must be a whole number/],
    ['a host that is a name', { HOST: 'accounts.example.org' }, /^HOST must be an IP address/],
    ['a host with a port', { HOST: '127.0.0.1:3000' }, /^HOST must be an IP address/],
    [
      'another kind of database',
      { DATABASE_URL: 'mysql://root@localhost/latchkey' },
      /^DATABASE_URL must begin with postgres:\/\//,
    ],
    ['a database without a name', { DATABASE_URL: 'postgres://localhost' }, /^DATABASE_URL must name the database/],
    [
      'a password with an at sign and a slash, part of which would be taken for the host and printed',
      { DATABASE_URL: 'postgres://latchkey:p@ss/word@127.0.0.1:5432/latchkey' },
      /^DATABASE_URL must have .* percent-encoded$/,
    ],
    [
      'a password with a slash',
      { DATABASE_URL: 'postgres://u:p/ss@localhost/db' },
      /^DATABASE_URL must be a URL; percent-encode/,
    ],
    ['a password with a hash', { DATABASE_URL: 'postgres://u@localhost/db#1' }, /^DATABASE_URL must not contain "#"/],
    [
      'a password with a percent sign',
      { DATABASE_URL: 'postgres://u:100%@localhost/db' },
      /^DATABASE_URL must be a URL; percent-encode/,
    ],
    ['no connections', { DATABASE_POOL_MAX: '0' }, /^DATABASE_POOL_MAX must be a whole number from 1 to 200$/],
    [
      'an unknown log level',
      { LOG_LEVEL: 'verbose' },
      /^LOG_LEVEL must be one of silent, fatal, error, warn, info, debug, trace$/,
    ],
    ['no idle time', { SESSION_IDLE_DAYS: '0' }, /^SESSION_IDLE_DAYS must be a whole number from 1 to 400$/],
    [
      'sessions longer than any cookie',
      { SESSION_ABSOLUTE_DAYS: '401' },
      /^SESSION_ABSOLUTE_DAYS must be a whole number from 1 to 400$/,
    ],
    [
      'idle longer than absolute',
      { SESSION_IDLE_DAYS: '31' },
      /^SESSION_IDLE_DAYS \(31\) must not be more than SESSION_ABSOLUTE_DAYS \(30\)$/,
    ],
    [
      'no password hashing',
      { PASSWORD_HASH_CONCURRENCY: '0' },
      /^PASSWORD_HASH_CONCURRENCY must be a whole number from 1 to 64$/,
    ],
    ['keys that never rotate', { KEY_ROTATION_DAYS: '0' }, /^KEY_ROTATION_DAYS must be a whole number from 1 to 3650$/],
    ['a data directory with NUL', { DATA_DIR: 'a\0b' }, /^DATA_DIR must be the path of a directory$/],
    [
      'an https issuer that no proxy is trusted for',
      { ISSUER: 'https://accounts.example.org' },
      /^TRUST_PROXY is required with an https issuer/,
    ],
    [
      'no secret key with a shared database',
      { ...HTTPS, DATABASE_URL: 'postgres://db/latchkey' },
      /^SECRET_KEY is required with DATABASE_URL; make one with: openssl rand -base64 32$/,
    ],
  ];
  for (const [what, env, expected] of rows) {
    it(what, () => {
      const error = refusalOf(env);
      assert.equal(error.code, 'ERR_CONFIG');
      assert.match(error.message, expected);
      assert.equal(error.problems.length, 1, error.message);
    });
  }
});

describe('readConfig names everything that is wrong at once', () => {
  it('one line each', () => {
    const { message, problems } = refusalOf({
      ISSUER: 'http://accounts.example.org',
      PORT: 'x',
      HOST: 'x',
      DATABASE_URL: 'x',
      SECRET_KEY: 'x',
      TRUST_PROXY: 'x',
      LOG_LEVEL: 'x',
      ACCENT_COLOUR: 'x',
      ORGANISATION_LOGO: 'x',
      SESSION_IDLE_DAYS: 'x',
    });
    const named = message.split('\n').map((line) => line.split(' ')[0]);
    const expected = [
      'ACCENT_COLOUR',
      'DATABASE_URL',
      'HOST',
      'ISSUER',
      'LOG_LEVEL',
      'ORGANISATION_LOGO',
      'PORT',
      'SECRET_KEY',
      'SESSION_IDLE_DAYS',
      'TRUST_PROXY',
    ];
    assert.deepEqual(new Set(named), new Set(expected));
    assert.equal(problems.length, expected.length);
  });

  it('does not complain about what depends on a wrong issuer', () => {
    const { message } = refusalOf({
      ISSUER: 'nonsense',
      SESSION_HINT_DOMAIN: 'example.org',
      DATABASE_URL: 'postgres://db/latchkey',
    });
    assert.match(message, /^ISSUER [^\n]+$/);
  });

  it('never tells a value', () => {
    const secret = 'correct-horse-battery-staple';
    const names = [
      'ISSUER',
      'HOST',
      'PORT',
      'DATABASE_URL',
      'SECRET_KEY',
      'TRUST_PROXY',
      'LOG_LEVEL',
      'ACCENT_COLOUR',
      'ORGANISATION_LOGO',
      'KEY_ROTATION_DAYS',
    ];
    const { message, problems } = refusalOf(Object.fromEntries(names.map((name) => [name, secret])));
    assert.equal(problems.length, names.length);
    assert.ok(!message.includes(secret));
  });
});

describe('NAME_FILE', () => {
  const files = {
    '/run/secrets/key': `${KEY.toString('base64url')}\n`,
    '/run/secrets/database': 'postgres://u:p@db/latchkey\r\n',
    '/run/secrets/empty': '\n',
    '/run/secrets/binary': Uint8Array.of(0xff, 0xfe, 0x00),
    '/run/secrets/short': 'c2hvcnQtc2VjcmV0LXZhbHVl\n',
  };

  it('holds a secret; the line break at its end does not count', () => {
    const env = { ...HTTPS, SECRET_KEY_FILE: '/run/secrets/key', DATABASE_URL_FILE: '/run/secrets/database' };
    const config: Config = readConfig(env, { readFile: readFrom(files) });
    assert.deepEqual(config.secretKey, KEY);
    assert.equal(config.database.url, 'postgres://u:p@db/latchkey');
  });

  const rows: [string, NodeJS.ProcessEnv, RegExp][] = [
    [
      'beside NAME',
      { SECRET_KEY: KEY.toString('hex'), SECRET_KEY_FILE: '/run/secrets/key' },
      /^SECRET_KEY_FILE and SECRET_KEY are both set: keep one of them$/,
    ],
    [
      'a file that is not there',
      { DATABASE_URL_FILE: '/run/secrets/none' },
      /^DATABASE_URL_FILE names a file that cannot be read \(ENOENT\)$/,
    ],
    ['an empty file', { SECRET_KEY_FILE: '/run/secrets/empty' }, /^SECRET_KEY_FILE names a file that is empty$/],
    [
      'a binary file',
      { SECRET_KEY_FILE: '/run/secrets/binary' },
      /^SECRET_KEY_FILE names a file that is not UTF-8 text$/,
    ],
    [
      'a file with a short key',
      { SECRET_KEY_FILE: '/run/secrets/short' },
      /^SECRET_KEY must hold at least 32 bytes; make one with: openssl rand -base64 32$/,
    ],
    [
      'a file that cannot be read, with a shared database',
      { ...HTTPS, DATABASE_URL: 'postgres://db/l', SECRET_KEY_FILE: '/none' },
      /^SECRET_KEY_FILE names a file/,
    ],
  ];
  for (const [what, env, expected] of rows) {
    it(`is refused: ${what}`, () => {
      const error = refusalOf(env, files);
      assert.match(error.message, expected);
      assert.equal(error.problems.length, 1, error.message);
    });
  }

  it('does not repeat the path, which may be the secret itself', () => {
    assert.ok(!refusalOf({ SECRET_KEY_FILE: 'my-real-secret' }).message.includes('my-real-secret'));
  });

  it('does not wait for a pipe or a directory', () => {
    assert.throws(() => readConfig({ SECRET_KEY_FILE: '/' }), {
      message: /^SECRET_KEY_FILE names a file that cannot be read \(not a regular file\)$/,
    });
  });
});
