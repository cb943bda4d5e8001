import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { IssuerKeys } from '../../src/receivers/issuer-keys.ts';
import { receiveLogoutToken } from '../../src/receivers/receive-logout-token.ts';
import { readVectors } from '../support/read-vectors.ts';
import { Held, ReceiverWorld, turn } from './receiver-world.ts';
import {
  dateOf,
  expectationsOf,
  type SessionOfVectors,
  type TokenOfVectors,
  type TokenVectors,
} from './token-vectors.ts';

type Step =
  | (TokenOfVectors & { readonly status: number; readonly left: readonly string[] })
  | { readonly begin: SessionOfVectors; readonly begun: boolean };

const vectors = readVectors('logout-tokens') as TokenVectors<unknown, Step>;
const expectations = expectationsOf(vectors);
const { token: goodToken, now } = vectors.accepted[0] ?? assert.fail();
/** Of a key that the issuer does not publish. */
const { token: strangersToken } =
  vectors.refused.find(({ why }) => why === 'a kid that the issuer does not publish') ?? assert.fail();
const laptop: SessionOfVectors = { name: 'laptop', sub: 'alice', sid: 'sid-1', begun_at: now - 1000 };

const formType = 'application/x-www-form-urlencoded';
const delivery = (body: NonNullable<RequestInit['body']>, init: RequestInit = {}): Request =>
  new Request('https://notes.example.org/latchkey/logout', {
    method: 'POST',
    headers: { 'content-type': formType },
    body,
    ...init,
  });
const deliveryOf = (token: string): Request => delivery(new URLSearchParams({ logout_token: token }));

const aWorld = async (): Promise<ReceiverWorld> => {
  const world = new ReceiverWorld(expectations, now);
  await world.begin(laptop);
  return world;
};

describe('receiveLogoutToken (Back-Channel Logout 1.0, sections 2.5 to 2.8)', () => {
  for (const { why, sessions, steps } of vectors.sequences) {
    it(`keeps in sequence: ${why}`, async () => {
      const world = new ReceiverWorld(expectationsOf(vectors), now);
      await world.begin(...sessions);
      for (const step of steps) {
        if ('begin' in step) {
          assert.deepEqual(await world.begin(step.begin), [step.begun], step.begin.name);
          continue;
        }
        world.setNow(step.now);
        const response = await receiveLogoutToken(deliveryOf(step.token), world);
        assert.equal(response.status, step.status, step.why);
        assert.deepEqual(world.left(), step.left, step.why);
      }
      assert.deepEqual(world.faults, []);
    });
  }

  it('answers success with no body, kept by no cache', async () => {
    const response = await receiveLogoutToken(deliveryOf(goodToken), await aWorld());
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(await response.text(), '');
  });

  it('answers a refusal with an OAuth error that says why, kept by no cache', async () => {
    const world = await aWorld();
    world.setNow(now + 3600);
    const response = await receiveLogoutToken(deliveryOf(goodToken), world);
    assert.equal(response.status, 400);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.deepEqual(await response.json(), {
      error: 'invalid_request',
      error_description: 'the token is too old',
    });
    assert.deepEqual(world.faults, []);
  });

  describe('takes deliveries only', () => {
    const isRefused = async (request: Request, status: number): Promise<Response> => {
      const world = await aWorld();
      const response = await receiveLogoutToken(request, world);
      assert.equal(response.status, status);
      assert.equal(response.headers.get('cache-control'), 'no-store');
      assert.deepEqual(world.left(), ['laptop']);
      assert.deepEqual(world.faults, []);
      return response;
    };
    const url = `https://notes.example.org/latchkey/logout?logout_token=${goodToken}`;

    it('refuses GET, though the token is in the query', async () => {
      assert.equal((await isRefused(new Request(url), 405)).headers.get('allow'), 'POST');
    });

    it('refuses PUT', async () => {
      await isRefused(delivery(`logout_token=${goodToken}`, { method: 'PUT' }), 405);
    });

    it('refuses a token in the query of a POST', async () => {
      await isRefused(new Request(url, { method: 'POST', headers: { 'content-type': formType } }), 400);
    });

    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain', `${formType}x`, '']) {
      it(`refuses the type ${JSON.stringify(type)}`, async () => {
        await isRefused(delivery(`logout_token=${goodToken}`, { headers: { 'content-type': type } }), 415);
      });
    }

    it('refuses a body without the token, with two, and an empty one', async () => {
      await isRefused(delivery('token=x'), 400);
      await isRefused(delivery(`logout_token=${goodToken}&logout_token=${goodToken}`), 400);
      await isRefused(delivery(`logout_token=${goodToken}&logout_token=`), 400);
      await isRefused(delivery('logout_token='), 400);
      await isRefused(delivery(''), 400);
    });

    it('refuses a body that is not UTF-8', async () => {
      const body = Buffer.concat([Buffer.from(`logout_token=${goodToken}&a=`), Buffer.from([0xff])]);
      await isRefused(delivery(body), 400);
    });

    it('refuses a body of more than 64 KiB by its stated length, unread', async () => {
      const body = new ReadableStream({ pull: () => assert.fail('read') }, { highWaterMark: 0 });
      const headers = { 'content-type': formType, 'content-length': '65537' };
      await isRefused(delivery(body, { headers, duplex: 'half' }), 413);
    });

    it('refuses a body of more than 64 KiB whose length is not stated, without reading it to its end', async () => {
      let bytes = 0;
      const body = new ReadableStream({
        pull: (controller) => {
          bytes += 1024;
          assert.ok(bytes <= 256 * 1024, 'read on and on');
          controller.enqueue(new Uint8Array(1024).fill(0x61));
        },
      });
      await isRefused(delivery(body, { duplex: 'half' }), 413);
      assert.ok(bytes <= 68 * 1024, `${bytes} bytes read`);
    });

    it('refuses a body that breaks off', async () => {
      const body = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
      await isRefused(delivery(body, { duplex: 'half' }), 400);
    });
  });

  it('takes a type with parameters and in capital letters, and ignores other fields', async () => {
    const world = await aWorld();
    const headers = { 'content-type': 'Application/X-WWW-Form-Urlencoded; charset=UTF-8' };
    const response = await receiveLogoutToken(delivery(`a=1&logout_token=${goodToken}`, { headers }), world);
    assert.equal(response.status, 200);
    assert.deepEqual(world.left(), []);
  });

  it('answers one of 20 receipts of a token at the same moment with success', async () => {
    const world = await aWorld();
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => receiveLogoutToken(deliveryOf(goodToken), world)),
    );
    assert.deepEqual(
      responses.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, ...Array.from({ length: 19 }, () => 400)],
    );
  });

  it('answers after the sessions are ended and that is noted, not before', async () => {
    const world = await aWorld();
    const held = new Held();
    let isAnswered = false;
    const sessions = world.sessionsWith({
      end: async (ended, endedAt) => {
        await held.hold();
        return world.sessions.end(ended, endedAt);
      },
    });
    const answered = receiveLogoutToken(deliveryOf(goodToken), world.parts({ sessions })).then(() => {
      isAnswered = true;
    });
    await held.reached;
    await turn();
    assert.equal(isAnswered, false);
    held.release();
    await answered;
    assert.deepEqual(world.left(), []);
    assert.equal(world.used.entries().length, 2);
  });

  it('remembers a token until it is too old everywhere, and a delivery for longer than an issuer tries', async () => {
    const world = await aWorld();
    await receiveLogoutToken(deliveryOf(goodToken), world);
    const keptFor = world.used.entries().map(([, keepUntil]) => (keepUntil.getTime() - dateOf(now).getTime()) / 1000);
    assert.deepEqual(keptFor, [2 * 86_400, 600 + 120 - 5]);
  });

  describe('when something fails here', () => {
    const failing = (): Promise<never> => Promise.reject(new Error('the disk is full'));

    for (const method of ['isClaimed', 'claim'] as const) {
      it(`answers 500 and lets the issuer send the token again: ${method} fails`, async () => {
        const world = await aWorld();
        const used = { isClaimed: world.used.isClaimed.bind(world.used), claim: world.used.claim.bind(world.used) };
        const response = await receiveLogoutToken(
          deliveryOf(goodToken),
          world.parts({ used: { ...used, [method]: failing } }),
        );
        assert.equal(response.status, 500);
        assert.equal(await response.text(), '');
        assert.equal(world.faults.length, 1);
        assert.equal((await receiveLogoutToken(deliveryOf(goodToken), world)).status, 200);
        assert.deepEqual(world.left(), []);
      });
    }

    it('answers 500 and lets the issuer send the token again, or a new one: end fails', async () => {
      for (const second of [goodToken, secondAttempt()]) {
        const world = await aWorld();
        const sessions = world.sessionsWith({ end: failing });
        assert.equal((await receiveLogoutToken(deliveryOf(goodToken), world.parts({ sessions }))).status, 500);
        assert.deepEqual(world.left(), ['laptop']);
        world.setNow(now + 30);
        assert.equal((await receiveLogoutToken(deliveryOf(second), world)).status, 200);
        assert.deepEqual(world.left(), []);
      }
    });

    it('answers 503 to a new key that a stranger keeps from being looked up, and 200 when the token comes again', async () => {
      const world = await aWorld();
      let published: object = { keys: [] };
      const keys = new IssuerKeys({
        jwksUri: async () => new URL('https://accounts.example.org/jwks'),
        fetch: async () => Response.json(published),
      });
      const parts = world.parts({ expectations: { ...expectations, keys } });
      mock.timers.enable({ apis: ['Date'], now: now * 1000 });
      try {
        assert.equal((await receiveLogoutToken(deliveryOf(strangersToken), parts)).status, 400);
        published = vectors.jwks;
        const response = await receiveLogoutToken(deliveryOf(goodToken), parts);
        assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '10']);
        assert.deepEqual([world.left(), world.used.entries()], [['laptop'], []]);
        mock.timers.tick(60_000);
        world.setNow(now + 60);
        assert.equal((await receiveLogoutToken(deliveryOf(goodToken), parts)).status, 200);
        assert.deepEqual(world.left(), []);
      } finally {
        mock.timers.reset();
      }
    });

    it('answers 503 and lets the issuer send the token again when its keys cannot be read', async () => {
      const world = await aWorld();
      const keys = new IssuerKeys({
        jwksUri: async () => new URL('https://accounts.example.org/jwks'),
        fetch: failing,
      });
      const response = await receiveLogoutToken(
        deliveryOf(goodToken),
        world.parts({ expectations: { ...expectations, keys } }),
      );
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '10');
      assert.equal(world.faults.length, 1);
      assert.equal((await receiveLogoutToken(deliveryOf(goodToken), world)).status, 200);
    });
  });
});

/** A second attempt to deliver what `goodToken` delivers: a new `jti`, the same `txn` and `sid`. */
const secondAttempt = (): string => {
  for (const { steps } of vectors.sequences) {
    for (const step of steps) {
      if ('token' in step && step.why.startsWith('second attempt')) return step.token;
    }
  }
  return assert.fail('no vector of a second attempt');
};
