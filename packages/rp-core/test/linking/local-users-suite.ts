import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Linker } from '../../src/linking/linker.ts';
import type { Link, LocalUser, LocalUsers, NewLocalUser } from '../../src/linking/local-users.ts';
import type { EmailRule } from '../../src/linking/plan-email.ts';
import { profileOf } from './profile-of.ts';

/** An implementation under test, with no users. */
export interface LocalUsersUnderTest {
  readonly users: LocalUsers;
  /** The same users as another process of the application reaches them; `users` itself where there is no other way. */
  readonly fromElsewhere: LocalUsers;
  readonly emailRule: EmailRule;
  close(): Promise<void>;
}

const issuer = 'https://accounts.example.org';

const newUser = (change: Partial<NewLocalUser> & { readonly username: string }): NewLocalUser => ({
  name: undefined,
  // Where an address is required.
  email: `${change.username}@home.example`,
  emailConfirmed: true,
  picture: undefined,
  locale: undefined,
  groups: undefined,
  ...change,
});

const newLink = (change: Partial<Link> & { readonly sub: string; readonly localUserId: string }): Link => ({
  issuer,
  profileVersion: undefined,
  disabled: false,
  accountStateAt: undefined,
  closed: false,
  ...change,
});

/** What every implementation of `LocalUsers` must do. Tests take names of their own, so one set of users is enough. */
export function describeLocalUsers(what: string, open: () => Promise<LocalUsersUnderTest>): void {
  describe(`${what} as LocalUsers`, () => {
    let opened: LocalUsersUnderTest | undefined;
    const under = (): LocalUsersUnderTest => {
      if (!opened) throw new Error('not opened');
      return opened;
    };
    const insert = async (change: Partial<NewLocalUser> & { readonly username: string }): Promise<LocalUser> =>
      await under().users.exclusively(async (records) => await records.insertUser(newUser(change)));
    const insertLink = async (link: Link): Promise<void> =>
      await under().users.exclusively(async (records) => await records.insertLink(link));
    const linker = (users: LocalUsers): Linker =>
      new Linker(
        users,
        { usernameRule: 'house', adopt: 'verified-email', proofWays: [], emailRule: under().emailRule },
        { record: () => undefined },
      );
    const circumstances = { how: 'interactive', issuedAt: new Date(1_000_000), now: new Date(1_000_000) } as const;

    before(async () => {
      opened = await open();
    });
    after(async () => await under().close());

    it('finds nothing where nothing is', async () => {
      await under().users.exclusively(async (records) => {
        assert.equal(await records.findLink({ issuer, sub: 'nobody' }), undefined);
        assert.equal(await records.findUser('no-such-id'), undefined);
        assert.deepEqual(await records.linksOf('no-such-id'), []);
        assert.deepEqual(await records.findUsersByEmail('nobody@home.example'), []);
        assert.equal(await records.isUsernameFree('nobody-yet'), true);
      });
    });

    it('gives a new user back as it was inserted, without rights', async () => {
      const inserted = await insert({ username: 'anna', name: 'Anna', email: 'Anna@home.example' });
      await under().fromElsewhere.exclusively(async (records) => {
        for (const user of [inserted, await records.findUser(inserted.id)]) {
          assert.ok(user);
          assert.deepEqual([user.username, user.name, user.email], ['anna', 'Anna', 'Anna@home.example']);
          assert.deepEqual([user.emailConfirmed, user.hasElevatedRights, user.disabled], [true, false, false]);
        }
      });
    });

    it('changes only what is present, and clears what is null', async () => {
      const { id } = await insert({ username: 'bert', name: 'Bert' });
      await under().users.exclusively(async (records) => {
        await records.updateUser(id, { email: 'bert2@home.example', emailConfirmed: false });
        const moved = await records.findUser(id);
        assert.deepEqual([moved?.name, moved?.email, moved?.emailConfirmed], ['Bert', 'bert2@home.example', false]);
        await records.updateUser(id, { name: null, picture: null, locale: null, groups: [] });
        const cleared = await records.findUser(id);
        assert.deepEqual([cleared?.name, cleared?.email], [undefined, 'bert2@home.example']);
        assert.deepEqual(await records.findUsersByEmail('bert@home.example'), []);
      });
    });

    it('refuses to change a user or link that is not there', async () => {
      await under().users.exclusively(async (records) => {
        await assert.rejects(async () => await records.updateUser('no-such-id', { name: 'Nobody' }));
        await assert.rejects(async () => await records.updateLink({ issuer, sub: 'nobody' }, { closed: true }));
      });
    });

    it('refuses a user name that is taken, in capital letters too', async () => {
      await insert({ username: 'carla' });
      const code = 'ERR_LOCAL_USERNAME_TAKEN';
      await assert.rejects(insert({ username: 'carla', email: 'carla2@home.example' }), { code });
      await under().users.exclusively(async (records) => {
        assert.equal(await records.isUsernameFree('carla'), false);
        assert.equal(await records.isUsernameFree('CARLA'), false);
      });
    });

    it('finds an address in capital letters too, and no other', async () => {
      const { id } = await insert({ username: 'dora', email: 'Dora@home.example' });
      await insert({ username: 'dora-other', email: 'dora@home.example.org' });
      await under().users.exclusively(async (records) => {
        assert.deepEqual(
          (await records.findUsersByEmail('dora@HOME.example')).map((user) => user.id),
          [id],
        );
        assert.deepEqual(await records.findUsersByEmail('d_ra@home.example'), [], 'no pattern');
        assert.deepEqual(await records.findUsersByEmail('%'), [], 'no pattern');
      });
    });

    it('holds addresses unique, or gives back all who share one', async () => {
      const { id } = await insert({ username: 'emil', email: 'emil@home.example' });
      const other = await insert({ username: 'emil-other', email: 'other@home.example' });
      const share = under().users.exclusively(
        async (records) => await records.updateUser(other.id, { email: 'EMIL@home.example' }),
      );
      if (under().emailRule.unique) {
        await assert.rejects(share, { code: 'ERR_LOCAL_EMAIL_TAKEN' });
        await assert.rejects(insert({ username: 'emil3', email: 'emil@home.example' }), {
          code: 'ERR_LOCAL_EMAIL_TAKEN',
        });
      } else {
        await share;
        await under().users.exclusively(async (records) => {
          const ids = (await records.findUsersByEmail('emil@home.example')).map((user) => user.id);
          assert.deepEqual(ids.toSorted(), [id, other.id].toSorted());
        });
      }
    });

    it('gives a link back as it was inserted and changed', async () => {
      const { id } = await insert({ username: 'fritz' });
      const link = newLink({ sub: 'fritz', localUserId: id, profileVersion: 7 });
      await insertLink(link);
      await under().fromElsewhere.exclusively(async (records) => {
        assert.deepEqual(await records.findLink(link), link);
        const change = {
          disabled: true,
          accountStateAt: new Date(1_700_000_000_000),
          profileVersion: 9_007_199_254_740_991,
        };
        await records.updateLink(link, change);
        assert.deepEqual(await records.findLink(link), { ...link, ...change });
        assert.deepEqual(await records.linksOf(id), [{ ...link, ...change }]);
      });
    });

    it('refuses a second link of a subject, after the first was closed too', async () => {
      const [one, two] = [await insert({ username: 'gerda' }), await insert({ username: 'gerda-two' })];
      const link = newLink({ sub: 'gerda', localUserId: one.id });
      const second = newLink({ sub: 'gerda', localUserId: two.id });
      await insertLink(link);
      await assert.rejects(insertLink(second), { code: 'ERR_LINK_TAKEN' });
      await under().users.exclusively(async (records) => await records.updateLink(link, { closed: true }));
      await assert.rejects(insertLink(second), { code: 'ERR_LINK_TAKEN' });
    });

    it('tells subjects apart byte by byte', async () => {
      const subs = ['hanna', 'Hanna', 'hanna ', 'hänna'];
      for (const [index, sub] of subs.entries()) {
        const { id } = await insert({ username: `hanna-${index}` });
        await insertLink(newLink({ sub, localUserId: id }));
      }
      const { id } = await insert({ username: 'hanna-other' });
      await insertLink(newLink({ sub: 'hanna', issuer: 'https://other.example', localUserId: id }));
      await under().users.exclusively(async (records) => {
        const ids = new Set<string | undefined>();
        for (const sub of subs) ids.add((await records.findLink({ issuer, sub }))?.localUserId);
        assert.equal(ids.size, subs.length);
        assert.equal(await records.findLink({ issuer, sub: 'HANNA' }), undefined);
        assert.equal(await records.findLink({ issuer: `${issuer}/`, sub: 'hanna' }), undefined);
      });
    });

    it('refuses a second open link of a local user, and gives back closed ones', async () => {
      const { id } = await insert({ username: 'ines' });
      const [first, second] = [
        newLink({ sub: 'ines-1', localUserId: id }),
        newLink({ sub: 'ines-2', localUserId: id }),
      ];
      await insertLink(first);
      await assert.rejects(insertLink(second), { code: 'ERR_LINK_TAKEN' });
      await under().users.exclusively(async (records) => await records.updateLink(first, { closed: true }));
      await insertLink(second);
      await under().users.exclusively(async (records) => {
        const links = await records.linksOf(id);
        assert.deepEqual(links.map(({ sub, closed }) => `${sub} ${closed}`).toSorted(), [
          'ines-1 true',
          'ines-2 false',
        ]);
      });
    });

    it('keeps nothing of a section that throws', async () => {
      const { id } = await insert({ username: 'jana', name: 'Jana' });
      const failing = under().users.exclusively(async (records) => {
        await records.updateUser(id, { name: 'Johanna' });
        const other = await records.insertUser(newUser({ username: 'jana-other' }));
        await records.insertLink(newLink({ sub: 'jana', localUserId: other.id }));
        throw new Error('half-way');
      });
      await assert.rejects(failing, { message: 'half-way' });
      await under().users.exclusively(async (records) => {
        assert.equal((await records.findUser(id))?.name, 'Jana');
        assert.equal(await records.isUsernameFree('jana-other'), true);
        assert.equal(await records.findLink({ issuer, sub: 'jana' }), undefined);
      });
    });

    it('goes on after a section that threw', async () => {
      await assert.rejects(under().users.exclusively(async () => await Promise.reject(new Error('broken'))));
      assert.equal(await under().users.exclusively(async () => await Promise.resolve('works')), 'works');
    });

    it('runs one section at a time', async () => {
      let inside = 0;
      let most = 0;
      const sections = Array.from({ length: 20 }, async (_, index) => {
        const users = index % 2 === 0 ? under().users : under().fromElsewhere;
        await users.exclusively(async (records) => {
          most = Math.max(most, ++inside);
          for (let turn = 0; turn < 5; turn++) await records.isUsernameFree('nobody-yet');
          inside--;
        });
      });
      await Promise.all(sections);
      assert.equal(most, 1);
    });

    it('makes one local user of twenty first sign-ins at the same moment', async () => {
      const profile = profileOf({ sub: 'kurt', preferredUsername: 'kurt', email: 'kurt@example.org' });
      const results = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const users = index % 2 === 0 ? under().users : under().fromElsewhere;
          return await linker(users).signIn(profile, circumstances);
        }),
      );
      const ids = new Set(results.map((result) => (result.kind === 'user' ? result.localUserId : result.kind)));
      assert.equal(ids.size, 1);
      assert.equal(results.filter((result) => result.kind === 'user' && result.created).length, 1);
      await under().users.exclusively(async (records) => {
        assert.equal((await records.findUsersByEmail('kurt@example.org')).length, 1);
        assert.equal(await records.isUsernameFree('kurt2'), true);
      });
    });

    it('lets nobody adopt a local user whose link was closed, and not the subject come back', async () => {
      const email = 'lena@example.org';
      const profile = profileOf({ sub: 'lena', preferredUsername: 'lena', email });
      const first = await linker(under().users).signIn(profile, circumstances);
      assert.equal(first.kind, 'user');
      await linker(under().users).close(profile);
      if (first.kind === 'user') {
        // An administrator enters the address again.
        await under().users.exclusively(
          async (records) => await records.updateUser(first.localUserId, { email, emailConfirmed: true }),
        );
        const next = await linker(under().users).signIn({ ...profile, sub: 'lena-again' }, circumstances);
        assert.ok(next.kind === 'user' && next.created && next.localUserId !== first.localUserId);
      }
      const back = await linker(under().users).signIn(profile, circumstances);
      assert.deepEqual(back, { kind: 'refused', reason: 'link-closed' });
    });
  });
}
