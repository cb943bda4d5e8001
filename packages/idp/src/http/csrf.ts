import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

// Keeps a code that the same key makes for another purpose from being a token.
const PURPOSE = 'latchkey csrf token v1';
const MINIMUM_KEY_BYTES = 32;
const TOKEN = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

/**
 * Makes a token for one form: base64url of 128 random bits, a dot, base64url of an HMAC-SHA256 (256 bits) over purpose,
 * binding and those bits. Nothing is stored; the random part makes each page's token another one, so that a compressed
 * answer does not give it away (BREACH).
 * @param key at least 32 bytes, used for nothing else
 * @param binding what this browser alone sends by itself: the value of a `__Host-` cookie. A token is good for as long
 *   as the cookie is.
 * @throws {RangeError} when the key is too short or the binding is empty
 * @see OWASP ASVS 5.0, 3.5.1 (anti-forgery tokens) and 11.5.1 (128 random bits)
 */
export function issueCsrfToken(key: Uint8Array, binding: string): string {
  if (binding === '') throw new RangeError('A CSRF token needs a value to bind it to.');
  const random = randomBytes(16).toString('base64url');
  return `${random}.${authenticate(key, binding, random).toString('base64url')}`;
}

/**
 * Tells whether a form came from a page that was made for this browser. False for everything that is not such a token:
 * undefined, a list, an empty binding.
 * @throws {RangeError} when the key is too short
 * @see OWASP ASVS 5.0, 3.5.1 and 11.2.4 (comparison in constant time)
 */
export function verifyCsrfToken(key: Uint8Array, binding: string, token: unknown): boolean {
  const [, random, code] = (typeof token === 'string' && binding !== '' && TOKEN.exec(token)) || [];
  if (random === undefined || code === undefined) return false;
  // Compared as text: base64url can write the same 32 bytes in several ways, and only ours is good.
  const expected = authenticate(key, binding, random).toString('base64url');
  return timingSafeEqual(Buffer.from(code, 'ascii'), Buffer.from(expected, 'ascii'));
}

/**
 * Tells whether a request that changes something comes from another site, by what browsers say and scripts cannot.
 *
 * Refused are every `Sec-Fetch-Site` but `same-origin` and `none` (the person, not a page, began it), and every `Origin`
 * but the issuer's. Our pages' `Referrer-Policy: no-referrer` makes browsers send `Origin: null` with our own forms
 * (Fetch, "append a request `Origin` header"), as any sandboxed frame does; so `null` passes only where
 * `Sec-Fetch-Site` vouches for the request. A client that sends neither header is not refused here: the token decides.
 * @param issuerOrigin as `URL.origin` writes it
 * @see OWASP ASVS 5.0, 3.5.1 and 3.5.3 (`Sec-Fetch-*`)
 */
export function isForeignRequest(headers: IncomingHttpHeaders, issuerOrigin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin } = headers;
  if (origin === undefined) return false;
  if (origin === 'null') return site === undefined;
  return origin !== issuerOrigin;
}

function authenticate(key: Uint8Array, binding: string, random: string): Buffer {
  if (key.byteLength < MINIMUM_KEY_BYTES) throw new RangeError(`A CSRF key has at least ${MINIMUM_KEY_BYTES} bytes.`);
  // As JSON the three parts cannot run into each other.
  return createHmac('sha256', key)
    .update(JSON.stringify([PURPOSE, binding, random]))
    .digest();
}
