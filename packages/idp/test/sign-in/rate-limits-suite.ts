import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Allowance, RateLimits, Taking } from '../../src/domain/sign-in/rate-limits.ts';
import { KnexRateLimits } from '../../src/storage/rate-limits.ts';
import { eachDatabase } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';

eachDatabase((kind, open) => {
  describe('KnexRateLimits', () => {
    let database: TestDatabase;
    let limits: RateLimits;
    before(async () => {
      database = await open();
      limits = new KnexRateLimits(database.knex);
    });
    beforeEach(() => database.reset());
    after(() => database.close());

    const many: Allowance = { key: 'many', points: 1000, windowSeconds: 900 };
    const three: Allowance = { key: 'three', points: 3, windowSeconds: 60 };

    const counted = async (): Promise<Record<string, number>> => {
      const rows = await database.knex<{ key: string; points: number }>('rate_limits').orderBy('key');
      return Object.fromEntries(rows.map(({ key, points }) => [key, points]));
    };
    const shift = (seconds: number) => database.knex('rate_limits').decrement('expire', seconds * 1000);
    const take = async (...allowances: Allowance[]): Promise<Extract<Taking, { kind: 'taken' }>> => {
      const taking = await limits.take(allowances);
      if (taking.kind !== 'taken') assert.fail('it is used up');
      return taking;
    };

    it('takes a point of each allowance', async () => {
      const taking = await take(many, three);
      assert.deepEqual(taking.points.map(({ key }) => key).toSorted(), ['many', 'three']);
      assert.deepEqual(await counted(), { many: 1, three: 1 });
    });

    it('takes none where one is used up, and tells for how long', async () => {
      for (let turn = 0; turn < 3; turn += 1) await take(many, three);
      for (let turn = 0; turn < 3; turn += 1) {
        const taking = await limits.take([many, three]);
        assert.deepEqual(taking, { kind: 'used-up', usedUp: [{ key: 'three', endsInSeconds: 60 }] });
      }
      assert.deepEqual(await counted(), { many: 3, three: 3 });
    });

    it('names the longest first where several are used up', async () => {
      const short: Allowance = { key: 'a', points: 1, windowSeconds: 10 };
      const long: Allowance = { key: 'b', points: 1, windowSeconds: 500 };
      await take(short, long);
      const taking = await limits.take([short, long]);
      assert.equal(taking.kind === 'used-up' && taking.usedUp.map(({ key }) => key).join(), 'b,a');
    });

    it('lets exactly as many through as there are points, however many ask at once', async () => {
      const takings = await Promise.all(Array.from({ length: 50 }, () => limits.take([many, three])));
      assert.equal(takings.filter(({ kind }) => kind === 'taken').length, 3);
      assert.deepEqual(await counted(), { many: 3, three: 3 });
    });

    it('does not get stuck when the same allowances are asked for in different orders at once', async () => {
      const all = ['e', 'd', 'c', 'b', 'a'].map((key) => ({ key, points: 40, windowSeconds: 60 }));
      const takings = await Promise.all(
        Array.from({ length: 60 }, (_, turn) => limits.take(turn % 2 === 0 ? all : all.toReversed())),
      );
      const taken = takings.flatMap((taking) => (taking.kind === 'taken' ? [taking] : []));
      assert.equal(taken.length, 40);
      await Promise.all(taken.slice(0, 30).map(({ points }) => limits.giveBack(points)));
      assert.deepEqual(Object.values(await counted()), [10, 10, 10, 10, 10]);
    });

    it('begins a new window when the old one has ended, and not before', async () => {
      for (let turn = 0; turn < 3; turn += 1) await take(three);
      await shift(55);
      const early = await limits.take([three]);
      assert.ok(early.kind === 'used-up' && early.usedUp[0].endsInSeconds <= 5);
      await shift(5);
      await take(three);
      assert.deepEqual(await counted(), { three: 1 });
    });

    it('does not prolong a window by asking again and again', async () => {
      for (let turn = 0; turn < 3; turn += 1) await take(three);
      await shift(30);
      for (let turn = 0; turn < 5; turn += 1) {
        const taking = await limits.take([three]);
        assert.ok(taking.kind === 'used-up' && taking.usedUp[0].endsInSeconds <= 30);
      }
    });

    it('takes back what was given back', async () => {
      const { points } = await take(many, three);
      await take(many, three);
      await limits.giveBack(points);
      assert.deepEqual(await counted(), { many: 1, three: 1 });
    });

    it('has no more points than at first, however often they are given back', async () => {
      const { points } = await take(three);
      await limits.giveBack(points);
      await limits.giveBack(points);
      assert.deepEqual(await counted(), { three: 0 });
    });

    it('gives nothing back to a later window', async () => {
      const { points } = await take(three);
      await shift(120);
      await take(three);
      await limits.giveBack(points);
      await limits.reset(points);
      assert.deepEqual(await counted(), { three: 1 });
    });

    it('forgets the windows that are reset and no other', async () => {
      const { points } = await take(many, three);
      await take(many, three);
      await limits.reset(points.filter(({ key }) => key === 'three'));
      assert.deepEqual(await counted(), { many: 2, three: 0 });
    });

    // The embedded database has the clock of the process, and one connection.
    if (kind === 'postgresql') {
      it('goes by the clock of the database, not by that of the process', async (context) => {
        for (let turn = 0; turn < 3; turn += 1) await take(three);
        const now = Date.now();
        context.mock.method(Date, 'now', () => now + 3_600_000);
        assert.equal((await limits.take([three])).kind, 'used-up');
      });

      it('holds while points are taken and given back from all sides', async () => {
        await Promise.all(
          Array.from({ length: 40 }, async (_, turn) => {
            const taking = await limits.take([many, three]);
            if (taking.kind === 'taken' && turn % 2 === 0) await limits.giveBack(taking.points);
          }),
        );
        const { many: ofMany, three: ofThree } = await counted();
        assert.equal(ofMany, ofThree, 'all or none');
        assert.ok((ofThree ?? 0) <= 3);
      });
    }
  });
});
