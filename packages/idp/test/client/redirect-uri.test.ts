import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { redirectUriFault, redirectUriMatches } from '../../src/domain/client/redirect-uri.ts';

type ApplicationType = 'web' | 'native';
interface UriCase {
  readonly uri: string;
  readonly application_type: ApplicationType;
  readonly code?: string;
  readonly why: string;
}
interface MatchCase {
  readonly registered: string;
  readonly requested: string;
  readonly application_type: ApplicationType;
  readonly why: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../../test/vectors/redirect-uris.json', import.meta.url), 'utf8'),
) as {
  readonly accepted: readonly UriCase[];
  readonly refused: readonly UriCase[];
  readonly matching: readonly MatchCase[];
  readonly not_matching: readonly MatchCase[];
};

describe('redirectUriFault (RFC 9700, section 2.1; RFC 8252, section 7)', () => {
  for (const { uri, application_type: type, why } of vectors.accepted) {
    it(`accepts ${JSON.stringify(uri)} of a ${type} client: ${why}`, () =>
      assert.equal(redirectUriFault(uri, type), undefined));
  }
  for (const { uri, application_type: type, code, why } of vectors.refused) {
    it(`refuses ${JSON.stringify(uri)} of a ${type} client: ${why}`, () =>
      assert.equal(redirectUriFault(uri, type)?.code, code));
  }

  it('refuses a URI of more than 2000 characters', () => {
    const uri = `https://wiki.example.org/${'a'.repeat(1975)}`;
    assert.equal(redirectUriFault(uri, 'web'), undefined);
    assert.equal(redirectUriFault(`${uri}a`, 'web')?.code, 'too_long');
  });

  it('accepts for a web client only https, or http that stays on this machine, whatever the text', () => {
    const pieces = fc.constantFrom(
      'https:',
      'http:',
      'HTTP:',
      '//',
      '/',
      '\\',
      '@',
      ':',
      '#',
      '?',
      '*',
      '.',
      'localhost',
      '127.0.0.1',
      '[::1]',
      'example.org',
      'evil.example',
      '%2F',
      ':80',
      '\t',
      ' ',
      'é',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), (chosen) => {
        const uri = chosen.join('');
        if (redirectUriFault(uri, 'web') !== undefined) return;
        const { protocol, hostname, username, password, hash } = new URL(uri);
        assert.deepEqual([username, password, hash], ['', '', '']);
        assert.ok(
          protocol === 'https:' ||
            ['localhost', '127.0.0.1', '[::1]'].includes(hostname) ||
            hostname.endsWith('.localhost'),
          uri,
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('redirectUriMatches', () => {
  for (const { registered, requested, application_type: type, why } of vectors.matching) {
    it(`takes ${JSON.stringify(requested)} for ${registered} of a ${type} client: ${why}`, () =>
      assert.equal(redirectUriMatches([registered], requested, type), true));
  }
  for (const { registered, requested, application_type: type, why } of vectors.not_matching) {
    it(`does not take ${JSON.stringify(requested)} for ${registered} of a ${type} client: ${why}`, () =>
      assert.equal(redirectUriMatches([registered], requested, type), false));
  }

  it('looks at every registered URI, and matches nothing where none is registered', () => {
    const registered = ['https://wiki.example.org/a', 'https://wiki.example.org/b'];
    assert.equal(redirectUriMatches(registered, 'https://wiki.example.org/b', 'web'), true);
    assert.equal(redirectUriMatches([], 'https://wiki.example.org/b', 'web'), false);
  });

  const edit = fc.record({
    at: fc.nat(60),
    drop: fc.nat(2),
    insert: fc.string({ unit: 'grapheme-ascii', maxLength: 3 }),
  });
  const edited = (uri: string, { at, drop, insert }: { at: number; drop: number; insert: string }): string =>
    uri.slice(0, at) + insert + uri.slice(at + drop);

  it('matches for a web client the very same string and nothing else', () => {
    const registered = 'https://wiki.example.org/callback?next=1';
    fc.assert(
      fc.property(edit, (change) => {
        const requested = edited(registered, change);
        assert.equal(redirectUriMatches([registered], requested, 'web'), requested === registered);
      }),
    );
  });

  it('lets a native client change nothing but the port, whatever the change', () => {
    const registered = 'http://127.0.0.1:4000/callback?next=1';
    fc.assert(
      fc.property(edit, (change) => {
        const requested = edited(registered, change);
        if (!redirectUriMatches([registered], requested, 'native')) return;
        const { protocol, hostname, pathname, search, hash, username } = new URL(requested);
        assert.deepEqual(
          [protocol, username, hostname, pathname, search, hash],
          ['http:', '', '127.0.0.1', '/callback', '?next=1', ''],
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('takes every port of a native client on loopback', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65_535 }), (port) =>
        redirectUriMatches(['http://[::1]/callback'], `http://[::1]:${port}/callback`, 'native'),
      ),
    );
  });
});
