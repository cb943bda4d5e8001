import assert from 'node:assert/strict';
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { beforeEach, describe, it, mock, afterEach } from 'node:test';
import { IssuerKeys } from '../../src/receivers/issuer-keys.ts';
import { outcomeOf } from './token-vectors.ts';

const jwk = (more: JsonWebKey, { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })): JsonWebKey => ({
  ...publicKey.export({ format: 'jwk' }),
  ...more,
});
const first = jwk({ kid: 'first' });
const second = jwk({ kid: 'second' });
const jwksUri = new URL('https://accounts.example.org/jwks');
const unknown = 'ERR_ISSUER_KEY_UNKNOWN';
const unavailable = 'ERR_ISSUER_KEYS_UNAVAILABLE';

/** An issuer that publishes what the test says, and counts how often it is asked. */
class Issuer {
  answer: () => Response | Promise<Response> = () => Response.json({ keys: [first] });
  asked = 0;
  located = 0;
  lastInit: RequestInit | undefined;
  location: () => Promise<URL> = async () => jwksUri;
  readonly keys = new IssuerKeys({
    jwksUri: () => {
      this.located += 1;
      return this.location();
    },
    fetch: async (url, init) => {
      assert.equal(url, jwksUri.href);
      this.asked += 1;
      this.lastInit = init;
      return this.answer();
    },
    timeoutMs: 20,
  });

  publish(...keys: readonly object[]): void {
    this.answer = () => Response.json({ keys });
  }

  /** `found`, or the code of the error. */
  async find(kid: string | undefined, alg = 'ES256'): Promise<string> {
    const outcome = await outcomeOf(this.keys.find({ alg, kid }));
    return typeof outcome === 'string' ? outcome : 'found';
  }
}

describe('IssuerKeys', () => {
  let issuer: Issuer;
  beforeEach(() => {
    // The date alone: timers and what waits for the network go on as ever.
    mock.timers.enable({ apis: ['Date'], now: 1_750_000_000_000 });
    issuer = new Issuer();
  });
  afterEach(() => mock.timers.reset());
  const pass = (seconds: number): void => mock.timers.tick(seconds * 1000);

  describe('asks the issuer no more than it must', () => {
    it('asks when a key is first needed, and once for many at the same moment', async () => {
      assert.deepEqual([issuer.located, issuer.asked], [0, 0]);
      const found = await Promise.all(Array.from({ length: 20 }, () => issuer.find('first')));
      assert.ok(found.every((outcome) => outcome === 'found'));
      assert.deepEqual([issuer.located, issuer.asked], [1, 1]);
    });

    it('keeps keys for ten minutes', async () => {
      await issuer.find('first');
      pass(599);
      await issuer.find('first');
      assert.equal(issuer.asked, 1);
      pass(1);
      await issuer.find('first');
      assert.equal(issuer.asked, 2);
    });

    it('no longer knows a key that was withdrawn, ten minutes later', async () => {
      await issuer.find('first');
      issuer.publish(second);
      pass(600);
      assert.equal(await issuer.find('first'), unknown);
      assert.equal(await issuer.find('second'), 'found');
    });

    it('finds a new key at once when it last read them a minute ago', async () => {
      await issuer.find('first');
      issuer.publish(first, second);
      pass(60);
      assert.equal(await issuer.find('second'), 'found');
      assert.equal(issuer.asked, 2);
    });

    it('asks once a minute however many unknown keys are named, and says of the others that it cannot tell', async () => {
      await issuer.find('first');
      for (let second = 0; second < 180; second++) {
        assert.equal(await issuer.find(`forged-${second}`), second % 60 === 0 && second > 0 ? unknown : unavailable);
        assert.equal(await issuer.find('first'), 'found');
        pass(1);
      }
      assert.equal(issuer.asked, 3);
    });

    it('refuses no new key because a stranger named another just before: the sender may try again', async () => {
      assert.equal(await issuer.find('forged'), unknown, 'it was read anew for this one');
      issuer.publish(first, second);
      assert.equal(await issuer.find('second'), unavailable);
      pass(60);
      assert.equal(await issuer.find('second'), 'found');
    });

    it('asks once a minute for unknown keys while the issuer does not answer, and keeps those it has', async () => {
      await issuer.find('first');
      pass(60);
      issuer.answer = () => Promise.reject(new Error('gone'));
      for (let second = 0; second < 60; second++) {
        assert.equal(await issuer.find(`forged-${second}`), unavailable);
        assert.equal(await issuer.find('first'), 'found');
        pass(1);
      }
      assert.equal(issuer.asked, 2);
    });

    it('asks every five seconds while it has no keys', async () => {
      issuer.answer = () => new Response(null, { status: 503 });
      for (let second = 0; second < 20; second++) {
        assert.equal(await issuer.find('first'), unavailable);
        pass(1);
      }
      assert.equal(issuer.asked, 4);
      issuer.publish(first);
      assert.equal(await issuer.find('first'), 'found');
    });
  });

  describe('where the keys are', () => {
    it('waits for discovery to succeed', async () => {
      issuer.location = () => Promise.reject(new Error('no discovery yet'));
      assert.equal(await issuer.find('first'), unavailable);
      assert.equal(await issuer.find('first'), unavailable);
      assert.deepEqual([issuer.located, issuer.asked], [1, 0]);
      issuer.location = async () => jwksUri;
      pass(5);
      assert.equal(await issuer.find('first'), 'found');
    });

    it('needs no discovery while it has keys', async () => {
      await issuer.find('first');
      issuer.location = () => Promise.reject(new Error('gone'));
      pass(300);
      assert.equal(await issuer.find('first'), 'found');
    });

    it('follows no redirect', async () => {
      const headers = { location: 'https://attacker.example/jwks' };
      issuer.answer = () => Response.json({ keys: [first] }, { status: 302, headers });
      assert.equal(await issuer.find('first'), unavailable);
      assert.equal(issuer.lastInit?.redirect, 'manual');
    });
  });

  describe('an answer that is none', () => {
    const bodies: readonly [why: string, body: string][] = [
      ['no JSON', '<html>'],
      ['null', 'null'],
      ['a list', '[]'],
      ['no keys', '{}'],
      ['keys that are no list', '{"keys":{}}'],
      ['keys that are no objects', '{"keys":["first"]}'],
      ['more than 64 KiB', JSON.stringify({ keys: [first], more: 'x'.repeat(64 * 1024) })],
    ];
    for (const [why, body] of bodies) {
      it(`is not taken for keys: ${why}`, async () => {
        issuer.answer = () => new Response(body);
        assert.equal(await issuer.find('first'), unavailable);
      });
    }

    for (const status of [201, 404, 500]) {
      it(`is not taken for keys, whatever it holds: status ${status}`, async () => {
        issuer.answer = () => Response.json({ keys: [first] }, { status });
        assert.equal(await issuer.find('first'), unavailable);
      });
    }

    it('is not waited for longer than the limit', async () => {
      issuer.answer = () =>
        new Promise((_resolve, reject) => {
          const signal = issuer.lastInit?.signal ?? assert.fail('no limit');
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      assert.equal(await issuer.find('first'), unavailable);
    });
  });

  describe('which key fits', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const cases: readonly [why: string, keys: readonly JsonWebKey[], kid: string | undefined, alg: string, string][] = [
      ['a key without alg and use', [first], 'first', 'ES256', 'found'],
      ['the only one, though the token names none', [first], undefined, 'ES256', 'found'],
      ['none of two when the token names none', [first, second], undefined, 'ES256', unknown],
      ['the one of two that is for signatures', [first, { ...second, use: 'enc' }], undefined, 'ES256', 'found'],
      ['not a key for encryption', [{ ...first, use: 'enc' }], 'first', 'ES256', unknown],
      ['not a key with a use that nobody knows', [{ ...first, use: 'SIG' }], 'first', 'ES256', unknown],
      ['not a key for other operations', [{ ...first, key_ops: ['encrypt'] }], 'first', 'ES256', unknown],
      ['a key whose operations say verify', [{ ...first, key_ops: ['verify'] }], 'first', 'ES256', 'found'],
      ['not a key of another alg', [{ ...first, alg: 'ES384' }], 'first', 'ES256', unknown],
      ['not a key of another type', [jwk({ kid: 'first' }, rsa)], 'first', 'ES256', unknown],
      ['not a key of another curve', [first], 'first', 'ES384', unknown],
      ['not a shared secret', [{ kty: 'oct', kid: 'first', k: 'c2VjcmV0' }], 'first', 'HS256', unknown],
      ['not a broken key', [{ ...first, x: 'AA' }], 'first', 'ES256', unknown],
      ['a good key beside a broken one', [{ ...second, x: 'AA' }, first], 'first', 'ES256', 'found'],
      ['a good key beside one of a type that nobody knows', [{ kty: 'X', kid: 'x' }, first], 'first', 'ES256', 'found'],
      ['none of two with the same kid', [first, { ...second, kid: 'first' }], 'first', 'ES256', unknown],
    ];
    for (const [why, keys, kid, alg, outcome] of cases) {
      it(why, async () => {
        issuer.publish(...keys);
        assert.equal(await issuer.find(kid, alg), outcome);
      });
    }
  });
});
