import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { LocalSession } from '../../src/session/local-session.ts';
import type { LocalSessionStore } from '../../src/session/local-session-store.ts';
import { aLocalSession } from '../support/local-session.ts';

export interface OpenedLocalSessionStore {
  readonly store: LocalSessionStore;
  /** The same data through another connection, as another process has it. */
  readonly other: LocalSessionStore;
  readonly close: () => Promise<void>;
}

const issuer = 'https://accounts.example.org';

/**
 * What every `LocalSessionStore` must do.
 * @param open an empty one, for each test anew
 */
export const describeLocalSessionStore = (name: string, open: () => Promise<OpenedLocalSessionStore>): void => {
  describe(`${name} as a store of local sessions`, () => {
    let opened: OpenedLocalSessionStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    const inserted = async (told: Partial<LocalSession> = {}): Promise<LocalSession> => {
      const session = aLocalSession(told);
      assert.equal(await opened.store.insert(session), true);
      return session;
    };
    const isThere = async ({ idHash }: LocalSession): Promise<boolean> =>
      (await opened.other.find(idHash)) !== undefined;
    const second = (offset: number): Date => new Date((Math.floor(Date.now() / 1000) + offset) * 1000);

    describe('insert, find, delete', () => {
      it('finds a session as it was inserted, from another process too', async () => {
        const session = await inserted({
          foreignHints: ['one', 'two'],
          accessTokenExpiresAt: second(300),
          profileEtag: '"7"',
        });
        assert.deepEqual(await opened.store.find(session.idHash), session);
        assert.deepEqual(await opened.other.find(session.idHash), session);
      });

      it('keeps apart what an issuer did not tell', async () => {
        const session = await inserted({ sid: undefined, hint: undefined });
        assert.deepEqual(await opened.store.find(session.idHash), session);
      });

      it('finds nothing under another id, nor under the same in another case', async () => {
        await inserted({ idHash: 'abcDEF' });
        assert.equal(await opened.store.find('abcdef'), undefined);
        assert.equal(await opened.store.find(''), undefined);
        assert.equal(await opened.store.find('%'), undefined);
      });

      it('deletes one session and no other, and takes no offence at one that is not there', async () => {
        const [gone, kept] = [await inserted(), await inserted()];
        await opened.store.delete(gone.idHash);
        await opened.store.delete(gone.idHash);
        assert.equal(await isThere(gone), false);
        assert.equal(await isThere(kept), true);
      });
    });

    describe('update', () => {
      it('changes what it is told and leaves the rest', async () => {
        const session = await inserted({ profileEtag: '"1"' });
        assert.equal(await opened.store.update(session.idHash, { hint: 'other', provedAt: second(5) }), true);
        assert.deepEqual(await opened.other.find(session.idHash), { ...session, hint: 'other', provedAt: second(5) });
      });

      it('takes away what it is told is no more', async () => {
        const session = await inserted({ profileEtag: '"1"' });
        await opened.store.update(session.idHash, { profileEtag: undefined });
        assert.deepEqual(await opened.store.find(session.idHash), { ...session, profileEtag: undefined });
      });

      it('answers false for a session that was deleted, and does not bring it back', async () => {
        const session = await inserted();
        await opened.store.delete(session.idHash);
        assert.equal(await opened.other.update(session.idHash, { provedAt: second(5) }), false);
        assert.equal(await isThere(session), false);
      });

      it('answers false for a session that was ended, and does not bring it back', async () => {
        const session = await inserted({ sid: 'ended' });
        await opened.other.end({ issuer, sid: 'ended', sub: undefined }, second(0));
        assert.equal(await opened.store.update(session.idHash, { provedAt: second(5) }), false);
        assert.equal(await isThere(session), false);
      });
    });

    describe('end of one session of the issuer', () => {
      it('ends the sessions of that sid and leaves the others of the person', async () => {
        const [ended, kept] = [await inserted({ sid: 'a' }), await inserted({ sid: 'b' })];
        assert.equal(await opened.store.end({ issuer, sid: 'a', sub: undefined }, second(0)), 1);
        assert.equal(await isThere(ended), false);
        assert.equal(await isThere(kept), true);
      });

      it('ends it whenever it began here: that sid never comes back', async () => {
        const later = await inserted({ sid: 'a', begunAt: second(30) });
        assert.equal(await opened.store.end({ issuer, sid: 'a', sub: 'alice' }, second(0)), 1);
        assert.equal(await isThere(later), false);
      });

      it('ends every session of the sid', async () => {
        await inserted({ sid: 'a' });
        await inserted({ sid: 'a' });
        assert.equal(await opened.store.end({ issuer, sid: 'a', sub: undefined }, second(0)), 2);
      });

      it('leaves a session of that sid that is of another person', async () => {
        const session = await inserted({ sid: 'a', sub: 'bob' });
        assert.equal(await opened.store.end({ issuer, sid: 'a', sub: 'alice' }, second(0)), 0);
        assert.equal(await isThere(session), true);
      });

      it('leaves a session of that sid that is of another issuer', async () => {
        const session = await inserted({ sid: 'a', issuer: 'https://other.example' });
        assert.equal(await opened.store.end({ issuer, sid: 'a', sub: undefined }, second(0)), 0);
        assert.equal(await isThere(session), true);
      });

      it('leaves sessions whose issuer told no sid', async () => {
        const session = await inserted({ sid: undefined });
        assert.equal(await opened.store.end({ issuer, sid: 'a', sub: 'alice' }, second(0)), 0);
        assert.equal(await isThere(session), true);
      });

      it('takes no sid for a pattern, nor for the same in another case', async () => {
        const session = await inserted({ sid: 'abc' });
        for (const sid of ['a%', 'ab_', 'ABC', '%']) {
          assert.equal(await opened.store.end({ issuer, sid, sub: undefined }, second(0)), 0, sid);
        }
        assert.equal(await isThere(session), true);
      });

      it('counts nothing when it comes twice', async () => {
        await inserted({ sid: 'a' });
        await opened.store.end({ issuer, sid: 'a', sub: undefined }, second(0));
        assert.equal(await opened.store.end({ issuer, sid: 'a', sub: undefined }, second(0)), 0);
      });
    });

    describe('end of all sessions of a person', () => {
      it('ends those begun before and at that moment, with and without a sid', async () => {
        await inserted({ begunAt: second(-100) });
        await inserted({ begunAt: second(-100), sid: undefined });
        await inserted({ begunAt: second(0) });
        assert.equal(await opened.store.end({ issuer, sid: undefined, sub: 'alice' }, second(0)), 3);
      });

      it('leaves those begun later', async () => {
        const later = await inserted({ begunAt: second(1) });
        assert.equal(await opened.store.end({ issuer, sid: undefined, sub: 'alice' }, second(0)), 0);
        assert.equal(await isThere(later), true);
      });

      it('leaves other persons, in another case too, and persons of another issuer', async () => {
        const others = [
          await inserted({ sub: 'bob' }),
          await inserted({ sub: 'ALICE' }),
          await inserted({ issuer: 'https://other.example' }),
        ];
        assert.equal(await opened.store.end({ issuer, sid: undefined, sub: 'alice' }, second(0)), 0);
        for (const session of others) assert.equal(await isThere(session), true);
      });
    });

    describe('a sign-in that is under way', () => {
      it('does not bring back a sid that was ended, whenever it began', async () => {
        await opened.other.end({ issuer, sid: 'a', sub: undefined }, second(-60));
        for (const begunAt of [second(-120), second(0)]) {
          const session = aLocalSession({ sid: 'a', begunAt });
          assert.equal(await opened.store.insert(session), false);
          assert.equal(await isThere(session), false);
        }
      });

      it('does not bring back a session of a person whose sessions were ended', async () => {
        await opened.other.end({ issuer, sid: undefined, sub: 'alice' }, second(0));
        for (const begunAt of [second(-120), second(0)]) {
          const session = aLocalSession({ begunAt });
          assert.equal(await opened.store.insert(session), false);
          assert.equal(await isThere(session), false);
        }
      });

      it('begins when it began after the sessions were ended', async () => {
        await opened.other.end({ issuer, sid: undefined, sub: 'alice' }, second(0));
        assert.equal(await opened.store.insert(aLocalSession({ begunAt: second(1) })), true);
      });

      it('keeps the later end in mind when an older one is told afterwards', async () => {
        await opened.store.end({ issuer, sid: undefined, sub: 'alice' }, second(0));
        await opened.store.end({ issuer, sid: undefined, sub: 'alice' }, second(-300));
        assert.equal(await opened.store.insert(aLocalSession({ begunAt: second(-1) })), false);
      });

      it('begins when what ended is of another sid, person or issuer', async () => {
        await opened.other.end({ issuer, sid: 'b', sub: undefined }, second(0));
        await opened.other.end({ issuer, sid: 'a', sub: 'bob' }, second(0));
        await opened.other.end({ issuer, sid: undefined, sub: 'bob' }, second(0));
        await opened.other.end({ issuer: 'https://other.example', sid: 'a', sub: 'alice' }, second(0));
        await opened.other.end({ issuer: 'https://other.example', sid: undefined, sub: 'alice' }, second(0));
        assert.equal(await opened.store.insert(aLocalSession({ sid: 'a', begunAt: second(-60) })), true);
      });

      it('never survives an end that runs at the same moment: 40 of them, none is left', async () => {
        const sessions = Array.from({ length: 40 }, () => aLocalSession({ sid: 'a' }));
        const work = sessions.map(async (session, index) => {
          if (index === 20) await opened.other.end({ issuer, sid: 'a', sub: 'alice' }, second(0));
          return opened.store.insert(session);
        });
        await Promise.all(work);
        for (const session of sessions) assert.equal(await isThere(session), false);
      });
    });

    describe('distrust', () => {
      it('marks each session of the person, and changes nothing else', async () => {
        const sessions = [await inserted(), await inserted()];
        await opened.store.distrust(issuer, 'alice');
        for (const session of sessions) {
          assert.deepEqual(await opened.other.find(session.idHash), { ...session, distrusted: true });
        }
      });

      it('leaves other persons and other issuers', async () => {
        const others = [await inserted({ sub: 'bob' }), await inserted({ issuer: 'https://other.example' })];
        await opened.store.distrust(issuer, 'alice');
        for (const session of others) assert.deepEqual(await opened.store.find(session.idHash), session);
      });

      it('lasts until a heartbeat takes it away', async () => {
        const session = await inserted();
        await opened.store.distrust(issuer, 'alice');
        await opened.store.update(session.idHash, { profileEtag: '"2"' });
        assert.equal((await opened.store.find(session.idHash))?.distrusted, true);
        await opened.store.update(session.idHash, { distrusted: false });
        assert.equal((await opened.store.find(session.idHash))?.distrusted, false);
      });
    });
  });
};
