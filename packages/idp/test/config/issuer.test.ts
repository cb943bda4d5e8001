import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readConfig, withListeningPort } from '../../src/config.ts';
import { parseIssuer } from '../../src/config/issuer.ts';

describe('ISSUER', () => {
  const accepted: [string, string, string][] = [
    ['https://accounts.example.org', 'https://accounts.example.org', 'accounts.example.org'],
    ['https://accounts.example.org/', 'https://accounts.example.org', 'accounts.example.org'],
    ['HTTPS://Accounts.Example.ORG:443', 'https://accounts.example.org', 'accounts.example.org'],
    ['https://accounts.example.org:8443', 'https://accounts.example.org:8443', 'accounts.example.org:8443'],
    ['https://konten.müller.example', 'https://konten.xn--mller-kva.example', 'konten.xn--mller-kva.example'],
    ['https://[2001:DB8::1]', 'https://[2001:db8::1]', '[2001:db8::1]'],
    ['http://localhost:80', 'http://localhost', 'localhost'],
    ['http://localhost:3000', 'http://localhost:3000', 'localhost:3000'],
    ['http://accounts.localhost:3000', 'http://accounts.localhost:3000', 'accounts.localhost:3000'],
    ['http://127.8.9.10:3000', 'http://127.8.9.10:3000', '127.8.9.10:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000', '[::1]:3000'],
  ];
  for (const [text, url, host] of accepted) {
    it(`accepts ${text} as ${url}`, () => {
      const issuer = parseIssuer(text);
      assert.equal(issuer.url, url);
      assert.equal(issuer.host, host);
    });
  }

  const refused: [string, RegExp][] = [
    ['accounts.example.org', /must be an origin/],
    ['ftp://accounts.example.org', /must be an origin/],
    ['https://', /must be an origin/],
    ['https:accounts.example.org', /must be an origin/],
    ['https:///accounts.example.org', /must be an origin/],
    ['https://accounts.example.org/oidc', /must be an origin/],
    ['https://accounts.example.org//', /must be an origin/],
    ['https://accounts.example.org?', /must be an origin/],
    ['https://accounts.example.org?tenant=1', /must be an origin/],
    ['https://accounts.example.org#', /must be an origin/],
    ['https://user@accounts.example.org', /must be an origin/],
    ['https://user:password@accounts.example.org', /must be an origin/],
    ['https://@accounts.example.org', /must be an origin/],
    ['https://accounts.example.org\\@evil.example', /must be an origin/],
    ['https://accounts.exa\tmple.org', /must be an origin/],
    ['https://accounts example.org', /must be an origin/],
    ['https://accounts.example.org:65536', /must be an origin/],
    ['https://accounts.example.org.', /without a dot after the host name/],
    ['http://localhost:0', /cannot have port 0/],
    ['http://accounts.example.org', /must begin with https:\/\//],
    ['http://localhost.example.org', /must begin with https:\/\//],
    ['http://notlocalhost', /must begin with https:\/\//],
    ['http://.localhost', /must begin with https:\/\//],
    ['http://128.0.0.1', /must begin with https:\/\//],
    ['http://10.0.0.1', /must begin with https:\/\//],
    ['http://0.0.0.0:3000', /must begin with https:\/\//],
    ['http://127.0.0.1.example.org', /must begin with https:\/\//],
    ['http://[::]:3000', /must begin with https:\/\//],
    ['http://[::ffff:127.0.0.1]:3000', /must begin with https:\/\//],
  ];
  for (const [text, expected] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseIssuer(text), { name: 'SettingError', message: expected });
    });
  }
});

describe('ISSUER, HOST and PORT together', () => {
  const rows: [NodeJS.ProcessEnv, { url: string; host: string; port: number }][] = [
    [{ PORT: '4000' }, { url: 'http://localhost:4000', host: '127.0.0.1', port: 4000 }],
    [{ ISSUER: 'http://localhost:4000' }, { url: 'http://localhost:4000', host: '127.0.0.1', port: 4000 }],
    [{ ISSUER: 'http://localhost' }, { url: 'http://localhost', host: '127.0.0.1', port: 80 }],
    [{ ISSUER: 'http://127.0.0.2:4000' }, { url: 'http://127.0.0.2:4000', host: '127.0.0.2', port: 4000 }],
    [{ ISSUER: 'http://[::1]:4000' }, { url: 'http://[::1]:4000', host: '::1', port: 4000 }],
    [
      { ISSUER: 'http://localhost:8080', PORT: '3000', HOST: '0.0.0.0' },
      { url: 'http://localhost:8080', host: '0.0.0.0', port: 3000 },
    ],
    [
      { ISSUER: 'https://localhost', TRUST_PROXY: '1' },
      { url: 'https://localhost', host: '127.0.0.1', port: 3000 },
    ],
    [
      { ISSUER: 'https://accounts.example.org', TRUST_PROXY: '1' },
      { url: 'https://accounts.example.org', host: '0.0.0.0', port: 3000 },
    ],
  ];
  for (const [env, { url, host, port }] of rows) {
    it(`${JSON.stringify(env)} serves ${url} at ${host}, port ${port}`, () => {
      const { issuer, listen } = readConfig(env);
      assert.equal(issuer.url, url);
      assert.deepEqual(listen, { host, port, issuerFollowsPort: false });
    });
  }

  const anyPort: [NodeJS.ProcessEnv, string][] = [
    [{ PORT: '0' }, 'http://localhost:40001'],
    [{ PORT: '0', ISSUER: 'http://127.0.0.1' }, 'http://127.0.0.1:40001'],
    [{ PORT: '0', ISSUER: 'http://[::1]/' }, 'http://[::1]:40001'],
    [{ PORT: '0', ISSUER: 'http://localhost:80' }, 'http://localhost'],
    [{ PORT: '0', ISSUER: 'http://localhost:3000' }, 'http://localhost:3000'],
    [{ PORT: '0', ISSUER: 'https://accounts.localhost', TRUST_PROXY: '1' }, 'https://accounts.localhost'],
    [{ PORT: '3000' }, 'http://localhost:3000'],
  ];
  for (const [env, url] of anyPort) {
    it(`${JSON.stringify(env)} is ${url} once the system gave port 40001`, () => {
      const config = withListeningPort(readConfig(env), 40_001);
      assert.equal(config.issuer.url, url);
      assert.equal(config.listen.port, 40_001);
    });
  }
});
