import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccountEvents } from '../../src/receivers/account-events.ts';
import { IssuerKeys } from '../../src/receivers/issuer-keys.ts';
import { receiveSecurityEvent, type SecurityEventParts } from '../../src/receivers/receive-security-event.ts';
import { readVectors } from '../support/read-vectors.ts';
import { Held, ReceiverWorld, turn } from './receiver-world.ts';
import {
  dateOf,
  expectationsOf,
  secondsOf,
  type SessionOfVectors,
  type TokenOfVectors,
  type TokenVectors,
} from './token-vectors.ts';

interface Step extends TokenOfVectors {
  readonly status: number;
  readonly err?: string;
  readonly calls: readonly object[];
  readonly left: readonly string[];
  readonly distrusted: readonly string[];
}

const vectors = readVectors('security-events') as TokenVectors<{ readonly kind: string }, Step>;
const expectations = expectationsOf(vectors);
const { token: goodToken, now } = vectors.accepted[0] ?? assert.fail();
const laptop: SessionOfVectors = { name: 'laptop', sub: 'alice', sid: 'sid-1', begun_at: now - 1000 };
const tokenOf = (kind: string): string =>
  (vectors.accepted.find(({ result }) => result.kind === kind) ?? assert.fail(kind)).token;

const delivery = (body: NonNullable<RequestInit['body']>, init: RequestInit = {}): Request =>
  new Request('https://notes.example.org/latchkey/events', {
    method: 'POST',
    headers: { 'content-type': 'application/secevent+jwt', accept: 'application/json' },
    body,
    ...init,
  });

/** An application that writes down what it is told. */
class EventWorld extends ReceiverWorld {
  readonly calls: object[] = [];
  readonly accounts: AccountEvents = {
    claimsChanged: async (issuer, sub, claims) => this.#note(issuer, { call: 'claims_changed', sub, claims }),
    disabled: async (issuer, sub, at) => this.#note(issuer, { call: 'disabled', sub, occurred_at: secondsOf(at) }),
    enabled: async (issuer, sub, at) => this.#note(issuer, { call: 'enabled', sub, occurred_at: secondsOf(at) }),
    purged: async (issuer, sub, at) => this.#note(issuer, { call: 'purged', sub, occurred_at: secondsOf(at) }),
  };

  eventParts(): SecurityEventParts {
    return { ...this.parts(), accounts: this.accounts };
  }

  #note(issuer: string, call: object): void {
    assert.equal(issuer, vectors.issuer);
    this.calls.push(call);
  }
}

const aWorld = async (): Promise<EventWorld> => {
  const world = new EventWorld(expectations, now);
  await world.begin(laptop);
  return world;
};

describe('receiveSecurityEvent (RFC 8935, section 2)', () => {
  for (const { why, sessions, steps } of vectors.sequences) {
    it(`keeps in sequence: ${why}`, async () => {
      const world = new EventWorld(expectationsOf(vectors), now);
      await world.begin(...sessions);
      for (const step of steps) {
        world.setNow(step.now);
        world.calls.length = 0;
        const response = await receiveSecurityEvent(delivery(step.token), world);
        assert.equal(response.status, step.status, step.why);
        const body = await response.text();
        if (step.err === undefined) assert.equal(body, '');
        else assert.partialDeepStrictEqual(JSON.parse(body), { err: step.err }, step.why);
        assert.deepEqual(world.calls, step.calls, step.why);
        assert.deepEqual(world.left(), step.left, step.why);
        assert.deepEqual(world.distrusted(), step.distrusted, step.why);
      }
      assert.deepEqual(world.faults, []);
    });
  }

  it('answers success with no body, kept by no cache', async () => {
    const response = await receiveSecurityEvent(delivery(goodToken), await aWorld());
    assert.equal(response.status, 202);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(await response.text(), '');
  });

  it('answers a refusal in English, with a code of section 2.4', async () => {
    const world = await aWorld();
    world.setNow(now + 2 * 86_400);
    const response = await receiveSecurityEvent(delivery(goodToken), world);
    assert.equal(response.status, 400);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(response.headers.get('content-language'), 'en');
    assert.deepEqual(await response.json(), { err: 'invalid_request', description: 'the token is too old' });
    assert.deepEqual(world.faults, []);
  });

  describe('takes deliveries only', () => {
    const isRefused = async (request: Request, status: number): Promise<void> => {
      const world = await aWorld();
      const response = await receiveSecurityEvent(request, world);
      assert.equal(response.status, status);
      assert.deepEqual([world.calls, world.faults, world.left()], [[], [], ['laptop']]);
    };

    it('refuses GET', () => isRefused(new Request('https://notes.example.org/latchkey/events'), 405));

    for (const type of ['application/jwt', 'application/json', 'application/x-www-form-urlencoded', '']) {
      it(`refuses the type ${JSON.stringify(type)}`, () =>
        isRefused(delivery(goodToken, { headers: { 'content-type': type } }), 415));
    }

    it('refuses an empty body, one that is not UTF-8, and a token with something around it', async () => {
      await isRefused(delivery(''), 400);
      await isRefused(delivery(Buffer.from([0xff])), 400);
      for (const body of [`${goodToken}\n`, ` ${goodToken}`, `"${goodToken}"`, `SET=${goodToken}`]) {
        await isRefused(delivery(body), 400);
      }
    });

    it('refuses more than 64 KiB', () => isRefused(delivery('A'.repeat(64 * 1024 + 1)), 413));
  });

  describe('when something fails here', () => {
    const failing = (): Promise<never> => Promise.reject(new Error('the disk is full'));
    const isRetried = async (token: string, broken: (world: EventWorld) => Partial<SecurityEventParts>) => {
      const world = await aWorld();
      const response = await receiveSecurityEvent(delivery(token), { ...world.eventParts(), ...broken(world) });
      assert.equal(response.status, 500);
      assert.equal(await response.text(), '');
      assert.equal(world.faults.length, 1);
      world.calls.length = 0;
      assert.equal((await receiveSecurityEvent(delivery(token), world)).status, 202);
      return world;
    };

    for (const [kind, method] of [
      ['claims-changed', 'claimsChanged'],
      ['account-disabled', 'disabled'],
      ['account-enabled', 'enabled'],
      ['account-purged', 'purged'],
    ] as const) {
      it(`answers 500 and tells the application again when the same token comes again: ${kind}`, async () => {
        const world = await isRetried(tokenOf(kind), ({ accounts }) => ({
          accounts: { ...accounts, [method]: failing },
        }));
        assert.equal(world.calls.length, 1);
      });
    }

    for (const kind of ['account-disabled', 'account-purged']) {
      it(`has ended the sessions even if the application fails then: ${kind}`, async () => {
        const world = await aWorld();
        const accounts = { ...world.accounts, disabled: failing, purged: failing };
        await receiveSecurityEvent(delivery(tokenOf(kind)), { ...world.eventParts(), accounts });
        assert.deepEqual(world.left(), []);
      });

      it(`answers 500 when the sessions cannot be ended, and ends them the next time: ${kind}`, async () => {
        const world = await isRetried(tokenOf(kind), (world) => ({
          sessions: world.sessionsWith({ end: failing }),
        }));
        assert.deepEqual(world.left(), []);
        assert.equal(world.calls.length, 1);
      });
    }

    it('answers 500 when sessions cannot be distrusted, and does it the next time', async () => {
      const world = await isRetried(tokenOf('credential-changed'), (world) => ({
        sessions: world.sessionsWith({ distrust: failing }),
      }));
      assert.deepEqual(world.distrusted(), ['laptop']);
    });

    it('answers 503 when the issuer’s keys cannot be read', async () => {
      const world = await aWorld();
      const keys = new IssuerKeys({ jwksUri: failing, fetch: failing });
      const parts = { ...world.eventParts(), expectations: { ...expectations, keys } };
      assert.equal((await receiveSecurityEvent(delivery(goodToken), parts)).status, 503);
      assert.equal(world.faults.length, 1);
      assert.deepEqual(world.calls, []);
    });
  });

  it('answers after the change is committed, not before', async () => {
    const world = await aWorld();
    const held = new Held();
    let isAnswered = false;
    const accounts = { ...world.accounts, claimsChanged: () => held.hold() };
    const answered = receiveSecurityEvent(delivery(goodToken), { ...world.eventParts(), accounts }).then(() => {
      isAnswered = true;
    });
    await held.reached;
    await turn();
    assert.equal(isAnswered, false);
    assert.deepEqual(world.used.entries(), []);
    held.release();
    await answered;
    assert.equal(world.used.entries().length, 2);
  });

  it('remembers a token until it is too old everywhere, and a delivery for longer than an issuer tries', async () => {
    const world = await aWorld();
    await receiveSecurityEvent(delivery(goodToken), world);
    const keptFor = world.used.entries().map(([, keepUntil]) => (keepUntil.getTime() - dateOf(now).getTime()) / 1000);
    assert.deepEqual(keptFor, [86_400 + 120 - 5, 2 * 86_400]);
  });
});
