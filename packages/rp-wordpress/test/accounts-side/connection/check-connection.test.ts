import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApplicationAnswer, ConnectionProblem, NoAnswer } from '@latchkey/application-kind';
import { wordpress } from '../../../src/accounts-side/index.ts';

const home = new URL('https://example.org/blog');
const issuer = 'https://accounts.example.org';
const clientId = 'example.org-blog';
const good = { issuer, client_id: clientId, callback: 'https://example.org/blog/latchkey/callback', ready: true };

const check = (answer: ApplicationAnswer | NoAnswer, rewriting = true): Promise<readonly ConnectionProblem[]> => {
  const addresses = wordpress.addresses(home, { rewriting });
  return wordpress.check({ issuer, clientId, home, addresses }, (url) => {
    assert.equal(url, addresses.check);
    return Promise.resolve(answer);
  });
};

const answer = (
  body: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): ApplicationAnswer => ({
  answered: true,
  status,
  headers: new Headers({ 'cache-control': 'no-store', ...headers }),
  text: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('the addresses of a WordPress', () => {
  it('stand below its home, with the same path', () => {
    assert.deepEqual(wordpress.addresses(home, { rewriting: true }), {
      callback: 'https://example.org/blog/latchkey/callback',
      signedOut: 'https://example.org/blog/latchkey/signed-out',
      backchannel: 'https://example.org/blog/latchkey/backchannel',
      events: 'https://example.org/blog/latchkey/events',
      check: 'https://example.org/blog/latchkey/check',
    });
    const { callback } = wordpress.addresses(new URL('https://example.org:8443/'), { rewriting: true });
    assert.equal(callback, 'https://example.org:8443/latchkey/callback');
  });

  it('go through index.php where nothing is rewritten', () => {
    const { callback, backchannel } = wordpress.addresses(home, { rewriting: false });
    assert.equal(callback, 'https://example.org/blog/index.php/latchkey/callback');
    assert.equal(backchannel, 'https://example.org/blog/index.php/latchkey/backchannel');
  });

  for (const path of ['/wp-admin', '/blog/wp-admin/options.php', '/wp-login.php', '/index.php', '/wp-json/wp/v2']) {
    it(`are not below ${path}`, () => {
      assert.match(wordpress.homeFault(new URL(path, home)) ?? '', /must be the home of the blog/);
    });
  }

  it('may be below a path that only sounds like one of WordPress', () => {
    for (const path of ['/', '/blog', '/wp', '/wp-admins', '/my-index.php-blog'])
      assert.equal(wordpress.homeFault(new URL(path, home)), undefined);
  });
});

describe('the check of a WordPress', () => {
  it('finds nothing wrong where the plugin says what is expected', async () => {
    assert.deepEqual(await check(answer(good)), []);
    assert.deepEqual(await check(answer({ ...good, version: '1.0' })), []);
  });

  const failing: readonly (readonly [string, ApplicationAnswer | NoAnswer, string, RegExp])[] = [
    [
      'an unknown host',
      { answered: false, reason: 'unknown-host', detail: 'ENOTFOUND' },
      'ERR_CHECK_UNREACHABLE',
      /example\.org has no address here \(ENOTFOUND\)/,
    ],
    [
      'nothing that listens',
      { answered: false, reason: 'refused', detail: 'ECONNREFUSED' },
      'ERR_CHECK_UNREACHABLE',
      /nothing listens at example\.org:443/,
    ],
    [
      'a firewall',
      { answered: false, reason: 'timeout', detail: '' },
      'ERR_CHECK_UNREACHABLE',
      /did not answer in time/,
    ],
    [
      'another server',
      { answered: false, reason: 'tls', detail: 'EPROTO' },
      'ERR_CHECK_UNREACHABLE',
      /does not speak TLS/,
    ],
    [
      'a flood',
      { answered: false, reason: 'too-large', detail: '' },
      'ERR_CHECK_UNREACHABLE',
      /something else listens there/,
    ],
    [
      'anything else',
      { answered: false, reason: 'other', detail: 'ECONNRESET' },
      'ERR_CHECK_UNREACHABLE',
      /no usable answer \(ECONNRESET\)/,
    ],
    [
      'a private address',
      { answered: false, reason: 'private-address', detail: '' },
      'ERR_CHECK_PRIVATE_ADDRESS',
      /--allow-private-address example\.org:443/,
    ],
    [
      'an expired certificate',
      { answered: false, reason: 'certificate', detail: 'CERT_HAS_EXPIRED' },
      'ERR_CHECK_CERTIFICATE',
      /it has expired/,
    ],
    [
      'a certificate for another name',
      { answered: false, reason: 'certificate', detail: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      'ERR_CHECK_CERTIFICATE',
      /for another name/,
    ],
    [
      'a certificate of an unknown CA',
      { answered: false, reason: 'certificate', detail: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      'ERR_CHECK_CERTIFICATE',
      /NODE_EXTRA_CA_CERTS/,
    ],
    [
      'a redirect to another home',
      answer('', { status: 301, headers: { location: 'https://www.example.org/blog/latchkey/check?x=secret' } }),
      'ERR_CHECK_REDIRECT',
      /the blog lives at "https:\/\/www\.example\.org\/blog"; connect that address/,
    ],
    [
      'a redirect to a sign-in',
      answer('', { status: 302, headers: { location: '/wp-login.php?redirect_to=secret' } }),
      'ERR_CHECK_REDIRECT',
      /redirects to "https:\/\/example\.org\/wp-login\.php": something stands in front/,
    ],
    ['a redirect without a place', answer('', { status: 302 }), 'ERR_CHECK_REDIRECT', /nowhere that could be followed/],
    [
      'a redirect to a script',
      answer('', { status: 302, headers: { location: 'javascript:alert(1)' } }),
      'ERR_CHECK_REDIRECT',
      /nowhere that could be followed/,
    ],
    ['a password in front', answer('', { status: 401 }), 'ERR_CHECK_FORBIDDEN', /refused \(401\)/],
    [
      'a firewall that says so',
      answer('', { status: 403 }),
      'ERR_CHECK_FORBIDDEN',
      /let the addresses below \/latchkey\/ through/,
    ],
    ['a blog that fails', answer('', { status: 503 }), 'ERR_CHECK_FAILING', /fails with status 503/],
    ['a cached answer', answer(good, { headers: { age: '12' } }), 'ERR_CHECK_CACHED', /a cache in front of the blog/],
    [
      'an answer that may be cached',
      answer(good, { headers: { 'cache-control': 'max-age=60' } }),
      'ERR_CHECK_CACHED',
      /takes its no-store away/,
    ],
    [
      'another callback',
      answer({ ...good, callback: 'https://www.example.org/blog/latchkey/callback' }),
      'ERR_CHECK_CALLBACK',
      /the blog calls itself "https:\/\/www\.example\.org\/blog"/,
    ],
    [
      'a callback through index.php',
      answer({ ...good, callback: 'https://example.org/blog/index.php/latchkey/callback' }),
      'ERR_CHECK_CALLBACK',
      /connect with --no-rewrite/,
    ],
    ['a callback that makes no sense', answer({ ...good, callback: 'x' }), 'ERR_CHECK_CALLBACK', /"Site Address"/],
  ];
  for (const [what, given, code, says] of failing) {
    it(`says what is wrong with ${what}, and that settings will not mend it`, async () => {
      const [problem, ...more] = await check(given);
      assert.deepEqual([problem?.code, problem?.untilConfigured, more], [code, false, []]);
      assert.match(problem?.message ?? '', says);
      assert.doesNotMatch(problem?.message ?? '', /secret|\n/);
    });
  }

  const unconfigured: readonly (readonly [string, ApplicationAnswer, string, RegExp])[] = [
    [
      'no page there',
      answer('Not found', { status: 404 }),
      'ERR_CHECK_NOT_ACTIVE',
      /not installed or not active.*--no-rewrite/,
    ],
    ['a page of the blog', answer('<!doctype html>'), 'ERR_CHECK_NOT_ACTIVE', /something else answers there/],
    ['JSON of something else', answer({ ok: true }), 'ERR_CHECK_NOT_ACTIVE', /something else answers there/],
    ['a list', answer([good]), 'ERR_CHECK_NOT_ACTIVE', /something else answers there/],
    [
      'types that are wrong',
      answer({ ...good, ready: 'true' }),
      'ERR_CHECK_NOT_ACTIVE',
      /something else answers there/,
    ],
    ['no issuer', answer({ ...good, issuer: null, ready: false }), 'ERR_CHECK_ISSUER', /no issuer yet/],
    [
      'another issuer',
      answer({ ...good, issuer: 'https://evil.example' }),
      'ERR_CHECK_ISSUER',
      /is "https:\/\/evil\.example", and should be "https:\/\/accounts\.example\.org"/,
    ],
    [
      'an issuer that is the same but for a slash',
      answer({ ...good, issuer: `${issuer}/` }),
      'ERR_CHECK_ISSUER',
      /should be/,
    ],
    ['no client id', answer({ ...good, client_id: '' }), 'ERR_CHECK_CLIENT_ID', /no client id yet/],
    [
      'another client id',
      answer({ ...good, client_id: 'wiki' }),
      'ERR_CHECK_CLIENT_ID',
      /is "wiki", and should be "example\.org-blog"/,
    ],
    ['what is not ready', answer({ ...good, ready: false }), 'ERR_CHECK_NOT_READY', /says that it is not ready$/],
    [
      'what is not ready for a reason',
      answer({ ...good, ready: false, problem: 'no secret' }),
      'ERR_CHECK_NOT_READY',
      /not ready: "no secret"$/,
    ],
  ];
  for (const [what, given, code, says] of unconfigured) {
    it(`says what is missing with ${what}, and that settings may mend it`, async () => {
      const [problem, ...more] = await check(given);
      assert.deepEqual([problem?.code, problem?.untilConfigured, more], [code, true, []]);
      assert.match(problem?.message ?? '', says);
    });
  }

  it('does not propose --no-rewrite to who uses it, and the other way round', async () => {
    const [problem] = await check(answer('', { status: 404 }), false);
    assert.doesNotMatch(problem?.message ?? '', /--no-rewrite/);
    const [other] = await check(answer(good), false);
    assert.match(other?.message ?? '', /connect without --no-rewrite/);
  });

  it('names everything that differs', async () => {
    const problems = await check(
      answer({ issuer: 'a', client_id: 'b', callback: 'c', ready: false }, { headers: { age: '1' } }),
    );
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['ERR_CHECK_CACHED', 'ERR_CHECK_ISSUER', 'ERR_CHECK_CLIENT_ID', 'ERR_CHECK_CALLBACK'],
    );
  });

  it('lets nobody write to the terminal', async () => {
    const hostile = `\u001b[2J\n\u202e\u009b${'x'.repeat(1000)}`;
    for (const problem of await check(answer({ ...good, issuer: hostile, client_id: hostile, callback: hostile }))) {
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(problem.message, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
      assert.ok(problem.message.length < 800);
    }
  });
});
