import assert from 'node:assert/strict';
import { redirectUri } from '../support/running-provider.ts';
import type { Answer } from '../support/user-agent.ts';
import type { Reading, Refusal } from './refusal.ts';

/** What markup in a request would look like in a page that did not escape it. */
export const markup = `'"><script>alert(1)</script><img src=x onerror=alert(1)>`;

/** Holds an answer to its row, and to what holds for all answers. */
export const assertRefusal = (row: Refusal, answer: Answer): void => {
  const told = `${answer.status} ${answer.location?.href ?? ''}\n${answer.text}`;
  assert.equal(answer.status, row.status, told);
  assertSafe(answer);
  assertReads(row.reads, answer, told);
};

/** What holds for whatever is answered. */
const assertSafe = ({ headers, text, url }: Answer): void => {
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /default-src 'none'/, 'Content-Security-Policy');
  assert.match(policy, /frame-ancestors 'none'/, 'Content-Security-Policy');
  assert.doesNotMatch(policy, /unsafe|\*/, 'Content-Security-Policy');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.match(String(headers['cache-control']), /\bno-store\b/, 'Cache-Control');
  for (const name of ['server', 'x-powered-by']) assert.equal(headers[name], undefined, name);
  for (const cookie of [headers['set-cookie'] ?? []].flat()) {
    assert.match(cookie, /SameSite=Lax/i);
    if (!/^(?:__Secure-)?latchkey-hint=/.test(cookie)) assert.match(cookie, /HttpOnly/i);
    if (url.protocol === 'https:') assert.match(cookie, /^__(?:Host|Secure)-.*; Secure/i);
  }
  assert.doesNotMatch(text, /\n\s+at \S|node_modules|\.[jt]s:\d/, 'a stack trace');
  assert.doesNotMatch(text, /<script>|<img src=x|onerror=alert\(1\)>/, 'markup of the request');
  // Without what stands in quotes, which may well hold such words.
  const bare = text.replaceAll(/"[^"]*"/g, '""');
  if (bare.startsWith('<!doctype html>'))
    assert.doesNotMatch(bare, /<[^>]*\s(?:style|on\w+)=/, 'inline style or script');
};

const assertReads = (reads: Reading, answer: Answer, told: string): void => {
  if (reads.kind !== 'client' && reads.kind !== 'works') assert.equal(answer.location, undefined, 'no redirect');
  switch (reads.kind) {
    case 'page':
      assertPage(answer, reads.heading);
      assert.ok(answer.text.includes(`<title>Error: ${reads.heading}`), told);
      for (const detail of [reads.code, reads.reason]) {
        if (detail !== undefined) assert.ok(answer.text.includes(`<bdi>${escaped(detail)}</bdi>`), told);
      }
      break;
    case 'form':
      assertPage(answer, reads.heading);
      assert.ok(answer.text.includes(`role="alert">${escaped(reads.notice)}<`), told);
      break;
    case 'json': {
      assert.match(String(answer.headers['content-type']), /^application\/json\b/);
      const body = answer.json();
      assert.equal(body['error'], reads.error, told);
      if (reads.description !== undefined) assert.equal(body['error_description'], reads.description, told);
      assert.deepEqual(
        Object.keys(body).filter((name) => !['error', 'error_description', 'scope'].includes(name)),
        [],
      );
      break;
    }
    case 'client':
      assertToClient(reads.error, reads.description, answer, told);
      break;
    case 'line':
      assert.match(String(answer.headers['content-type']), /^text\/plain\b/);
      assert.equal(answer.text, `${reads.text}\n`);
      break;
    case 'works':
      break;
  }
};

const assertPage = ({ headers, text }: Answer, heading: string): void => {
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.ok(text.includes(`<h1>${escaped(heading)}</h1>`), text);
  assert.doesNotMatch(text, /<script/);
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
};

/** RFC 6749, section 4.1.2.1, with the issuer of RFC 9207. */
const assertToClient = (error: string, description: string | undefined, answer: Answer, told: string): void => {
  const { location } = answer;
  assert.ok(location, told);
  const expected = redirectUri;
  assert.equal(location.origin + location.pathname, expected, told);
  const parameters = new URLSearchParams(location.hash === '' ? location.search : location.hash.slice(1));
  assert.equal(parameters.get('error'), error, told);
  if (description !== undefined) assert.equal(parameters.get('error_description'), description, told);
  assert.equal(parameters.get('iss'), answer.url.origin);
  assert.equal(parameters.get('code'), null);
  const states = answer.url.searchParams.getAll('state');
  if (answer.url.searchParams.has('redirect_uri')) {
    assert.equal(parameters.get('state'), states.length === 1 ? states[0] : null, 'state');
  }
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
