import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Koa from 'koa';
import supertest from 'supertest';
import { health, type Readiness } from '../../src/http/health.ts';

const serving = (isReady: () => Promise<Readiness>) => {
  const app = new Koa();
  app.use(health(isReady));
  return supertest(app.callback());
};
const never = () => assert.fail('readiness was asked for');

describe('/health/live', () => {
  it('answers as soon as the process serves, ready or not', async () => {
    const { body, headers } = await serving(never).get('/health/live').expect(200);
    assert.deepEqual(body, { status: 'ok' });
    assert.equal(headers['cache-control'], 'no-store');
    assert.match(headers['content-type'] ?? '', /^application\/json/);
  });

  it('answers HEAD without a body', async () => {
    const { text } = await serving(never).head('/health/live').expect(200);
    assert.equal(text ?? '', '');
  });
});

describe('/health/ready', () => {
  it('answers 200 when everything is there', async () => {
    const { body } = await serving(async () => ({ ok: true }))
      .get('/health/ready')
      .expect(200);
    assert.deepEqual(body, { status: 'ok' });
  });

  const rows: [string, () => Promise<Readiness>, string][] = [
    ['something is missing', async () => ({ ok: false, reason: 'database' }), 'database'],
    ['the probe fails', async () => Promise.reject(new Error('password=hunter2')), 'error'],
  ];
  for (const [what, isReady, reason] of rows) {
    it(`answers 503 and when to ask again while ${what}`, async () => {
      const { body, headers } = await serving(isReady).get('/health/ready').expect(503).expect('Retry-After', '5');
      assert.deepEqual(body, { status: 'unavailable', reason });
      assert.equal(headers['cache-control'], 'no-store');
    });
  }

  it('answers 503 when the probe throws at once', async () => {
    const { body } = await serving(() => {
      throw new Error('no pool');
    })
      .get('/health/ready')
      .expect(503);
    assert.equal((body as { reason: string }).reason, 'error');
  });

  it('answers 503 when the probe hangs', { timeout: 10_000 }, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const asked = Promise.withResolvers<void>();
    const answer = serving(() => {
      asked.resolve();
      return new Promise<Readiness>(() => undefined);
    })
      .get('/health/ready')
      .then((response) => response);
    await asked.promise;
    t.mock.timers.tick(3000);
    const { status, body } = await answer;
    assert.equal(status, 503);
    assert.equal((body as { reason: string }).reason, 'timeout');
  });

  it('runs one probe for all who ask at once, and a new one for who asks later', async () => {
    let probes = 0;
    const answer = Promise.withResolvers<Readiness>();
    let arrived = 0;
    const koa = new Koa();
    koa.use((_ctx, next) => {
      arrived += 1;
      return next();
    });
    koa.use(
      health(() => {
        probes += 1;
        return answer.promise;
      }),
    );
    const app = supertest(koa.callback());
    const asked = Promise.all([1, 2, 3, 4].map(async () => app.get('/health/ready')));
    while (arrived < 4) await new Promise(setImmediate);
    answer.resolve({ ok: true });
    for (const { status } of await asked) assert.equal(status, 200);
    assert.equal(probes, 1);
    await app.get('/health/ready').expect(200);
    assert.equal(probes, 2);
  });
});

describe('the health paths', () => {
  for (const method of ['post', 'put', 'delete', 'patch', 'options'] as const) {
    it(`refuse ${method.toUpperCase()} with 405`, async () => {
      const app = serving(never);
      const { status, headers } = await app[method]('/health/ready');
      assert.equal(status, 405);
      assert.equal(headers['allow'], 'GET, HEAD');
      assert.equal(headers['cache-control'], 'no-store');
    });
  }

  for (const path of ['/health', '/health/', '/health/live/', '/health/other', '/Health/live']) {
    it(`are not ${path}`, async () => {
      await serving(never).get(path).expect(404);
    });
  }
});
