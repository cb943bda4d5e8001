import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { OneTimeStore } from '../../src/one-time-store.ts';

export interface OpenedOneTimeStore {
  readonly store: OneTimeStore;
  /** The same data through another connection, as another process has it. */
  readonly other: OneTimeStore;
  readonly close: () => Promise<void>;
}

/**
 * What every `OneTimeStore` must do.
 * @param open an empty one, for each test anew
 */
export const describeOneTimeStore = (name: string, open: () => Promise<OpenedOneTimeStore>): void => {
  describe(`${name} as a one-time store`, () => {
    let opened: OpenedOneTimeStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const inAnHour = (): Date => new Date(Date.now() + 3600_000);

    it('lets a key be claimed once', async () => {
      assert.equal(await opened.store.claim('state:a', inAnHour()), true);
      assert.equal(await opened.store.claim('state:a', inAnHour()), false);
      assert.equal(await opened.store.claim('state:a', inAnHour()), false);
    });

    it('refuses in one process what another has claimed', async () => {
      assert.equal(await opened.store.claim('state:a', inAnHour()), true);
      assert.equal(await opened.other.claim('state:a', inAnHour()), false);
      assert.equal(await opened.other.isClaimed('state:a'), true);
    });

    it('says of a key whether it is claimed, and does not claim it by that', async () => {
      assert.equal(await opened.store.isClaimed('state:a'), false);
      assert.equal(await opened.store.isClaimed('state:a'), false);
      assert.equal(await opened.store.claim('state:a', inAnHour()), true);
      assert.equal(await opened.store.isClaimed('state:a'), true);
    });

    it('has one winner among 50 claims at the same moment', async () => {
      const claims = Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? opened.store : opened.other).claim('state:a', inAnHour()),
      );
      const won = await Promise.all(claims);
      assert.equal(won.filter((isWinner) => isWinner).length, 1);
    });

    it('tells keys apart that differ in case, in a blank at the end or in a wildcard', async () => {
      const keys = ['jti:abc', 'jti:ABC', 'jti:abc ', 'jti:ab_', 'jti:ab%', 'jti:', "jti:'", 'jti:"', 'jti:\\'];
      for (const key of keys) assert.equal(await opened.store.claim(key, inAnHour()), true, key);
      for (const key of keys) assert.equal(await opened.store.claim(key, inAnHour()), false, key);
    });

    it('keeps all of a key of 200 characters', async () => {
      const start = 'x'.repeat(199);
      assert.equal(await opened.store.claim(`${start}a`, inAnHour()), true);
      assert.equal(await opened.store.claim(`${start}b`, inAnHour()), true);
      assert.equal(await opened.store.claim(`${start}a`, inAnHour()), false);
    });

    it('remembers a key until its time, however many others it may forget meanwhile', async () => {
      await opened.store.claim('jti:kept', inAnHour());
      const anHourAgo = new Date(Date.now() - 3600_000);
      for (let index = 0; index < 100; index++) await opened.store.claim(`jti:old-${index}`, anHourAgo);
      assert.equal(await opened.store.isClaimed('jti:kept'), true);
      assert.equal(await opened.store.claim('jti:kept', inAnHour()), false);
    });

    it('does not forget a key sooner because somebody claims it again for a shorter time', async () => {
      await opened.store.claim('jti:kept', inAnHour());
      assert.equal(await opened.store.claim('jti:kept', new Date(Date.now() - 3600_000)), false);
      await opened.store.claim('jti:another', inAnHour());
      assert.equal(await opened.store.claim('jti:kept', inAnHour()), false);
    });
  });
};
