import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseIssuer } from '../../src/config/issuer.ts';
import { contrast, readOrganisation } from '../../src/config/organisation.ts';
import { parseSecretKey } from '../../src/config/secret-key.ts';
import { parseSessionHintDomain } from '../../src/config/session-hint-domain.ts';
import { SettingReader } from '../../src/config/setting-reader.ts';
import { parseTrustProxy } from '../../src/config/trust-proxy.ts';

const throwsSetting = (run: () => unknown, message: RegExp): void =>
  assert.throws(run, { name: 'SettingError', message });

describe('SECRET_KEY', () => {
  it('is 32 or more random bytes in base64, base64url or hexadecimal', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 32, max: 96 }),
        fc.constantFrom('base64', 'base64url', 'hex'),
        (length, encoding) => {
          const key = randomBytes(length);
          assert.deepEqual(parseSecretKey(key.toString(encoding)), key);
        },
      ),
      { numRuns: 200 },
    );
  });

  const rows: [string, string, RegExp][] = [
    ['a word', 'changeme', /must hold at least 32 bytes/],
    ['31 bytes', randomBytes(31).toString('base64'), /must hold at least 32 bytes/],
    ['31 bytes in hexadecimal', randomBytes(31).toString('hex'), /must hold at least 32 bytes/],
    ['half a digit in hexadecimal', `${randomBytes(32).toString('hex')}a`, /must be written in base64/],
    ['a sentence', 'correct horse battery staple correct horse battery staple', /must be written in base64/],
    ['characters of no alphabet', '!'.repeat(43), /must be written in base64/],
    [
      'padding in the middle',
      `${randomBytes(16).toString('base64')}${randomBytes(32).toString('base64')}`,
      /must be written in base64/,
    ],
    ['too much padding', `${randomBytes(33).toString('base64')}==`, /must be written in base64/],
    ['a length that base64 does not have', 'Ab0'.repeat(15), /must be written in base64/],
    ['one letter', 'Z'.repeat(43), /must be random/],
    ['a word again and again', 'changeme'.repeat(8), /must be random/],
    ['digits in order', '0123456789abcdef'.repeat(4), /must be random/],
  ];
  for (const [what, text, expected] of rows) {
    it(`refuses ${what} and does not repeat it`, () => {
      throwsSetting(() => parseSecretKey(text), expected);
      assert.throws(
        () => parseSecretKey(text),
        (error: Error) => !error.message.includes(text),
      );
    });
  }
});

describe('TRUST_PROXY', () => {
  it('is a number of proxies', () => {
    assert.deepEqual(parseTrustProxy('1'), { kind: 'hops', hops: 1 });
    assert.deepEqual(parseTrustProxy('10'), { kind: 'hops', hops: 10 });
  });

  it('is a list of addresses and networks', () => {
    const trust = parseTrustProxy('192.0.2.1, 10.1.2.3/8,2001:DB8::/32 ,::1');
    assert.equal(trust.kind, 'addresses');
    const includes = (address: string) => trust.kind === 'addresses' && trust.includes(address);
    for (const address of ['192.0.2.1', '10.255.0.1', '2001:db8:ffff::1', '::1']) assert.ok(includes(address), address);
    for (const address of ['192.0.2.2', '11.0.0.1', '2001:db9::1', '::2', '', 'unknown', '10.0.0.1:80'])
      assert.ok(!includes(address), address);
  });

  const rows: [string, RegExp][] = [
    ['0', /number of proxies from 1 to 10/],
    ['11', /number of proxies from 1 to 10/],
    ['-1', /must be a number of proxies, or a comma-separated list/],
    ['true', /must be a number of proxies, or a comma-separated list/],
    ['loopback', /must be a number of proxies, or a comma-separated list/],
    ['proxy.example.org', /must be a number of proxies, or a comma-separated list/],
    ['10.0.0.1,', /must be a number of proxies, or a comma-separated list/],
    ['10.0.0', /must be a number of proxies, or a comma-separated list/],
    ['10.0.0.1:443', /must be a number of proxies, or a comma-separated list/],
    ['10.0.0.0/8/8', /must be a number of proxies, or a comma-separated list/],
    ['fe80::1%eth0', /must be a number of proxies, or a comma-separated list/],
    ['[::1]', /must be a number of proxies, or a comma-separated list/],
    ['10.0.0.0/33', /prefix length from 1 to 32/],
    ['10.0.0.0/', /prefix length from 1 to 32/],
    ['10.0.0.0/255.0.0.0', /prefix length from 1 to 32/],
    ['2001:db8::/129', /prefix length from 1 to 128/],
    ['0.0.0.0/0', /must not trust every address/],
    ['10.0.0.1,::/0', /must not trust every address/],
    ['::ffff:10.0.0.1', /in IPv4 notation/],
  ];
  for (const [text, expected] of rows) {
    it(`refuses ${text}`, () => throwsSetting(() => parseTrustProxy(text), expected));
  }
});

describe('SESSION_HINT_DOMAIN', () => {
  const accepted: [string, string][] = [
    ['example.org', 'https://accounts.example.org'],
    ['EXAMPLE.org', 'https://accounts.example.org'],
    ['accounts.example.org', 'https://accounts.example.org'],
    ['example.org', 'https://a.b.example.org:8443'],
    ['example.co.uk', 'https://accounts.example.co.uk'],
    ['ours.github.io', 'https://accounts.ours.github.io'],
    ['corp.internal', 'https://accounts.corp.internal'],
    ['house.localhost', 'http://accounts.house.localhost:3000'],
    ['accounts.localhost', 'http://accounts.localhost:3000'],
  ];
  for (const [domain, issuer] of accepted) {
    it(`accepts ${domain} for ${issuer}`, () => {
      assert.equal(parseSessionHintDomain(domain, parseIssuer(issuer)), domain.toLowerCase());
    });
  }

  const refused: [string, string, RegExp][] = [
    ['org', 'https://accounts.example.org', /public suffix/],
    ['co.uk', 'https://accounts.co.uk', /public suffix/],
    ['github.io', 'https://accounts.github.io', /public suffix/],
    ['internal', 'https://accounts.internal', /public suffix/],
    ['localhost', 'https://accounts.localhost', /public suffix/],
    ['example.com', 'https://accounts.example.org', /must be the issuer's host or a domain that contains it/],
    ['ample.org', 'https://accounts.example.org', /must be the issuer's host or a domain that contains it/],
    ['www.example.org', 'https://example.org', /must be the issuer's host or a domain that contains it/],
    ['.example.org', 'https://accounts.example.org', /without leading dot/],
    ['example.org.', 'https://accounts.example.org', /must be a domain name/],
    ['https://example.org', 'https://accounts.example.org', /must be a domain name/],
    ['example.org:8443', 'https://accounts.example.org:8443', /must be a domain name/],
    ['*.example.org', 'https://accounts.example.org', /must be a domain name/],
    ['müller.example', 'https://konten.müller.example', /international names as xn--/],
    ['192.0.2.1', 'https://192.0.2.1', /cannot be an IP address/],
    ['2001:db8::1', 'https://[2001:db8::1]', /cannot be an IP address/],
    ['localhost', 'http://accounts.localhost:3000', /public suffix/],
    ['localhost', 'http://localhost:3000', /cannot be used with an http issuer/],
    ['house.localhost', 'http://localhost:3000', /cannot be used with an http issuer/],
    ['127.0.0.1', 'http://127.0.0.1:3000', /cannot be an IP address/],
    ['other.localhost', 'http://accounts.house.localhost:3000', /must be the issuer's host or a domain/],
  ];
  for (const [domain, issuer, expected] of refused) {
    it(`refuses ${domain} for ${issuer}`, () =>
      throwsSetting(() => parseSessionHintDomain(domain, parseIssuer(issuer)), expected));
  }
});

describe('the organisation', () => {
  const read = (env: NodeJS.ProcessEnv, file?: Uint8Array) => {
    const settings = new SettingReader(env, () => {
      if (file === undefined) throw Object.assign(new Error('none'), { code: 'ENOENT' });
      return file;
    });
    return { organisation: readOrganisation(settings), problem: settings.error()?.message };
  };

  it('has an accent colour that is easy to read on white, and a text colour that is easy to read on any accent colour', () => {
    assert.ok(contrast(read({}).organisation.accentColour, '#ffffff') >= 7);
    assert.equal(contrast('#000000', '#ffffff'), 21);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
        const accent = `#${number.toString(16).padStart(6, '0')}`;
        const { organisation } = read({ ACCENT_COLOUR: accent });
        assert.equal(organisation.accentColour, accent);
        assert.ok(contrast(accent, organisation.accentTextColour) >= 4.5);
      }),
    );
  });

  const logos: [string, Uint8Array, string][] = [
    ['PNG', Buffer.from('89504e470d0a1a0a00', 'hex'), 'image/png'],
    ['JPEG', Buffer.from('ffd8ffe000104a46', 'hex'), 'image/jpeg'],
    ['WebP', Buffer.from('524946460000000057454250', 'hex'), 'image/webp'],
    [
      'SVG',
      Buffer.from('<?xml version="1.0"?>\n<!-- ours -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'image/svg+xml',
    ],
  ];
  for (const [what, content, mediaType] of logos) {
    it(`knows a logo in ${what} by its content`, () => {
      assert.deepEqual(read({ ORGANISATION_LOGO: '/srv/logo' }, content).organisation.logo, {
        kind: 'file',
        mediaType,
        content,
      });
    });
  }

  it('may have its logo on another host', () => {
    const { logo } = read({ ORGANISATION_LOGO: 'https://www.example.org/logo.svg' }).organisation;
    assert.equal(logo?.kind === 'url' && logo.url.href, 'https://www.example.org/logo.svg');
  });

  const rows: [string, NodeJS.ProcessEnv, Uint8Array | undefined, RegExp][] = [
    [
      'a logo over http',
      { ORGANISATION_LOGO: 'http://www.example.org/logo.svg' },
      undefined,
      /must be an https:\/\/ URL or the absolute path/,
    ],
    [
      'a logo as data URL',
      { ORGANISATION_LOGO: 'data:image/png;base64,AA==' },
      undefined,
      /must be an https:\/\/ URL or the absolute path/,
    ],
    ['a relative path', { ORGANISATION_LOGO: 'logo.svg' }, Buffer.from('<svg/>'), /absolute path/],
    [
      'a URL with credentials',
      { ORGANISATION_LOGO: 'https://a:b@www.example.org/l.svg' },
      undefined,
      /without credentials/,
    ],
    ['a URL that is none', { ORGANISATION_LOGO: 'https://' }, undefined, /must be an https/],
    ['a file that is not there', { ORGANISATION_LOGO: '/none' }, undefined, /cannot be read \(ENOENT\)/],
    [
      'a page',
      { ORGANISATION_LOGO: '/l.svg' },
      Buffer.from('<html><svg></svg></html>'),
      /must name an SVG, PNG, JPEG or WebP file/,
    ],
    ['a GIF', { ORGANISATION_LOGO: '/l.png' }, Buffer.from('GIF89a'), /must name an SVG, PNG, JPEG or WebP file/],
    ['an empty file', { ORGANISATION_LOGO: '/l.png' }, Buffer.from(''), /must name an SVG, PNG, JPEG or WebP file/],
    ['a file above 256 KiB', { ORGANISATION_LOGO: '/l.png' }, Buffer.alloc(256 * 1024 + 1), /at most 256 KiB/],
    ['a colour by name', { ACCENT_COLOUR: 'teal' }, undefined, /must be a colour such as/],
    ['a short colour', { ACCENT_COLOUR: '#0aa' }, undefined, /must be a colour such as/],
    ['a style in the colour', { ACCENT_COLOUR: '#00aaaa;}body{' }, undefined, /must be a colour such as/],
    ['a name with a line break', { ORGANISATION_NAME: 'a\nb' }, undefined, /control or invisible characters/],
    ['a name that turns around', { ORGANISATION_NAME: 'a\u202Eb' }, undefined, /control or invisible characters/],
    ['a name of 61 characters', { ORGANISATION_NAME: 'a'.repeat(61) }, undefined, /at most 60 characters/],
  ];
  for (const [what, env, file, expected] of rows) {
    it(`refuses ${what}`, () => assert.match(read(env, file).problem ?? 'accepted', expected));
  }
});
