import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { shuffle } from './shuffle.ts';

const files = Array.from({ length: 20 }, (_, index) => `file-${index}`);

describe('shuffle', () => {
  it('gives the same order for the same seed, today and on every machine', () => {
    assert.deepEqual(shuffle(['a', 'b', 'c', 'd', 'e'], 7), ['a', 'b', 'e', 'd', 'c']);
    assert.deepEqual(shuffle(files, 42), shuffle(files, 42));
  });

  it('gives other orders for other seeds', () => {
    const orders = new Set(Array.from({ length: 50 }, (_, seed) => shuffle(files, seed).join()));
    assert.equal(orders.size, 50);
  });

  it('neither loses, doubles nor changes what it is given', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (items, seed) => {
        const before = [...items];
        assert.deepEqual(shuffle(items, seed).toSorted(), before.toSorted());
        assert.deepEqual(items, before);
      }),
    );
  });
});
