import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askForProof, stepProof, type AdoptionProof } from '../../src/linking/adoption-proof.ts';
import { Linker, type LinkerSettings, type SignInCircumstances, type SignInResult } from '../../src/linking/linker.ts';
import type { LinkingEntry } from '../../src/linking/linking-log.ts';
import { LocalUserTakenError, type LocalUsers } from '../../src/linking/local-users.ts';
import { isPlaceholderAddress, placeholderAddress } from '../../src/linking/placeholder-address.ts';
import type { Subject } from '../../src/linking/subject.ts';
import { InMemoryLocalUsers, type StoredLocalUser } from './in-memory-local-users.ts';
import { profileOf } from './profile-of.ts';

const at = (seconds: number): Date => new Date(seconds * 1000);
const interactive: SignInCircumstances = { how: 'interactive', issuedAt: at(1000), now: at(1001) };
const silent: SignInCircumstances = { ...interactive, how: 'silent' };
const alice = profileOf();
const bob = profileOf({ sub: 'b0b', preferredUsername: 'bobby', name: 'Bob', email: 'bob@example.org' });

function setUp(change: Partial<LinkerSettings> = {}, through?: (users: LocalUsers) => LocalUsers) {
  const settings: LinkerSettings = {
    usernameRule: 'house',
    adopt: 'proof',
    proofWays: ['password', 'mail'],
    emailRule: { unique: true, required: false },
    ...change,
  };
  const users = new InMemoryLocalUsers({ uniqueEmails: settings.emailRule.unique });
  const entries: LinkingEntry[] = [];
  const linker = new Linker(through?.(users) ?? users, settings, { record: (entry) => entries.push(entry) });
  const logged = (): readonly string[] =>
    entries.map((entry) => ('reason' in entry ? `${entry.event}: ${entry.reason}` : entry.event));
  return { users, entries, linker, logged };
}

function idOf(result: SignInResult): string {
  assert.equal(result.kind, 'user');
  return result.kind === 'user' ? result.localUserId : '';
}

/** A proof by the local password, as the proof page leaves it. */
function proved({ issuer, sub }: Subject, localUserId: string, way: 'password' | 'mail' = 'password'): AdoptionProof {
  const asked = askForProof({ issuer, sub, localUserId, ways: ['password', 'mail'] }, undefined, 1000);
  if (way === 'mail') {
    const mailed = stepProof(asked, { type: 'mail-wanted', tokenHash: 't' }, 1000).proof;
    return stepProof(mailed, { type: 'mail-confirmed', tokenHash: 't' }, 1000).proof;
  }
  const given = stepProof(asked, { type: 'password-given' }, 1000).proof;
  return stepProof(given, { type: 'password-checked', right: true }, 1000).proof;
}

describe('Linker.signIn', () => {
  it('makes a local user for somebody new, and finds them again', async () => {
    const { linker, users, logged } = setUp();
    const profile = profileOf({ picture: 'https://accounts.example.org/p/1', locale: 'de', groups: ['chess'] });
    const result = await linker.signIn(profile, silent);
    const { id, ...user } = users.users[0] as StoredLocalUser;
    assert.deepEqual(result, {
      kind: 'user',
      localUserId: id,
      username: 'alice',
      created: true,
      adopted: false,
      usernameDiffers: false,
      displaced: [],
    });
    assert.deepEqual(user, {
      username: 'alice',
      name: 'Alice Liddell',
      email: 'alice@example.org',
      emailConfirmed: true,
      hasElevatedRights: false,
      disabled: false,
      picture: 'https://accounts.example.org/p/1',
      locale: 'de',
      groups: ['chess'],
      hasLocalCredentials: false,
      hasPrivateData: true,
    });
    const again = await linker.signIn(profile, interactive);
    assert.ok(again.kind === 'user' && !again.created && again.localUserId === id);
    assert.deepEqual(logged(), ['created: no-candidate']);
  });

  it('gives a number to a second Alice, and says that her name differs', async () => {
    const { linker, users } = setUp();
    users.signUp({ username: 'Alice', email: 'liddell@example.org' });
    const result = await linker.signIn(alice, interactive);
    assert.ok(result.kind === 'user' && result.username === 'alice2' && result.usernameDiffers);
  });

  it('makes no local user where no name is free', async () => {
    const noneFree = (inner: LocalUsers): LocalUsers => ({
      exclusively: async (work) =>
        await inner.exclusively(
          async (records) => await work({ ...records, isUsernameFree: async () => await Promise.resolve(false) }),
        ),
    });
    const { linker, users, logged } = setUp({}, noneFree);
    assert.deepEqual(await linker.signIn(alice, interactive), { kind: 'refused', reason: 'no-username-free' });
    assert.deepEqual([users.users, users.links, logged()], [[], [], ['refused: no-username-free']]);
  });

  it('applies at sign-in what changed, and no older profile', async () => {
    const { linker, users } = setUp();
    const id = idOf(await linker.signIn(profileOf({ profileVersion: 5 }), interactive));
    await linker.signIn(profileOf({ profileVersion: 6, name: 'Alicia' }), silent);
    await linker.signIn(profileOf({ profileVersion: 4, name: 'Old' }), interactive);
    assert.equal(users.user(id).name, 'Alicia');
    assert.equal(users.links[0]?.profileVersion, 6);
  });
});

describe('Linker.signIn, adopting', () => {
  const signedUp = { username: 'wonderland', name: 'A.', email: 'ALICE@example.org' };

  it('asks, and changes nothing before there is a proof', async () => {
    const { linker, users, entries } = setUp();
    const before = users.signUp(signedUp);
    const { id } = before;
    assert.deepEqual(await linker.signIn(alice, interactive), {
      kind: 'proof',
      localUserId: id,
      username: 'wonderland',
      maskedEmail: 'A***@e***.org',
      ways: ['password', 'mail'],
    });
    assert.deepEqual([users.users, users.links, entries], [[before], [], []]);
  });

  it('waits in a silent check, and changes nothing', async () => {
    for (const adopt of ['proof', 'verified-email'] as const) {
      const { linker, users } = setUp({ adopt });
      const before = users.signUp(signedUp);
      const proof = proved(alice, before.id);
      assert.deepEqual(await linker.signIn(alice, { ...silent, proof }), { kind: 'wait' });
      assert.deepEqual([users.users, users.links], [[before], []]);
    }
  });

  it('adopts with a proof: the profile is taken over, every other way in is closed, and it is logged', async () => {
    for (const way of ['password', 'mail'] as const) {
      const { linker, users, entries } = setUp();
      const { id } = users.signUp(signedUp);
      const result = await linker.signIn(alice, { ...interactive, proof: proved(alice, id, way) });
      assert.ok(result.kind === 'user' && result.adopted && !result.created && result.localUserId === id);
      assert.ok(result.username === 'wonderland' && result.usernameDiffers);
      assert.deepEqual([users.user(id).name, users.user(id).hasLocalCredentials], ['Alice Liddell', false]);
      assert.equal(users.links[0]?.profileVersion, 1);
      const { issuer, sub } = alice;
      assert.deepEqual(entries, [{ issuer, sub, event: 'adopted', localUserId: id, reason: 'proved' }]);
    }
  });

  it('adopts without a proof where the setting says so', async () => {
    const { linker, users, logged } = setUp({ adopt: 'verified-email' });
    const { id } = users.signUp(signedUp);
    assert.equal(idOf(await linker.signIn(alice, interactive)), id);
    assert.deepEqual(logged(), ['adopted: verified-email']);
  });

  it("does not take another subject's proof, nor one of another local user, nor an old one", async () => {
    const { linker, users } = setUp();
    const { id } = users.signUp(signedUp);
    const circumstances: readonly SignInCircumstances[] = [
      { ...interactive, proof: proved(bob, id) },
      { ...interactive, proof: proved({ ...alice, issuer: 'https://other.example' }, id) },
      { ...interactive, proof: proved(alice, '99') },
      { ...interactive, now: at(1600), proof: proved(alice, id) },
    ];
    for (const one of circumstances) assert.equal((await linker.signIn(alice, one)).kind, 'proof');
    assert.deepEqual(users.links, []);
  });

  it('decides afresh with the proof: a local user who became an administrator since is not adopted', async () => {
    const { linker, users, logged } = setUp();
    const { id } = users.signUp(signedUp);
    const proof = proved(alice, id);
    users.change(id, { hasElevatedRights: true });
    assert.notEqual(idOf(await linker.signIn(alice, { ...interactive, proof })), id);
    assert.equal(users.user(id).hasLocalCredentials, true);
    assert.deepEqual(logged(), ['created: candidate-has-elevated-rights', 'email-conflict: held-by-unlinked-user']);
  });

  it('adopts once where two people have proved at the same moment', async () => {
    const { linker, users } = setUp();
    const { id } = users.signUp(signedUp);
    const twin = { ...alice, sub: 'tw1n' };
    const results = await Promise.all(
      [alice, twin].map(async (one) => await linker.signIn(one, { ...interactive, proof: proved(one, id) })),
    );
    assert.deepEqual(
      results.map((result) => result.kind === 'user' && result.adopted),
      [true, false],
    );
    assert.equal(new Set(results.map((result) => idOf(result))).size, 2);
  });

  it('makes a new local user for who declines', async () => {
    const { linker, users, logged } = setUp();
    const { id } = users.signUp(signedUp);
    const asked = askForProof({ ...alice, localUserId: id, ways: ['password'] }, undefined, 1000);
    const { proof } = stepProof(asked, { type: 'declined' }, 1000);
    const result = await linker.signIn(alice, { ...interactive, proof });
    assert.ok(result.kind === 'user' && result.created && result.localUserId !== id);
    assert.equal(users.user(id).hasLocalCredentials, true);
    assert.deepEqual(logged(), ['created: declined', 'email-conflict: held-by-unlinked-user']);
  });

  it('refuses nobody because a stranger registered their address', async () => {
    for (const emailRule of [
      { unique: true, required: true },
      { unique: true, required: false },
      { unique: false, required: false },
    ]) {
      const { linker, users } = setUp({ emailRule });
      users.signUp({ ...signedUp, hasElevatedRights: true });
      const { email } = users.user(idOf(await linker.signIn(alice, silent)));
      const expected = emailRule.required ? placeholderAddress(alice) : undefined;
      assert.equal(email, emailRule.unique ? expected : 'alice@example.org');
      assert.equal(users.users[0]?.email, 'ALICE@example.org');
    }
  });

  it('takes nobody whose address only the database takes for the same', async () => {
    for (const [told, held] of [
      ['alice@example.org', 'álice@example.org'],
      // The Kelvin sign, whose lower case is a k.
      ['alice@kelvin.example', 'alice@\u212Aelvin.example'],
    ] as const) {
      const { linker, users, logged } = setUp({ adopt: 'verified-email' });
      const { id } = users.signUp({ ...signedUp, email: held });
      const result = await linker.signIn({ ...alice, email: told }, interactive);
      assert.notEqual(idOf(result), id);
      assert.equal(users.user(id).email, held);
      assert.deepEqual(logged(), ['created: no-candidate', 'email-conflict: held-by-unlinked-user']);
    }
  });
});

describe('Linker.signIn, refusing', () => {
  it('refuses whose local user the application disabled', async () => {
    const { linker, users, logged } = setUp();
    users.change(idOf(await linker.signIn(alice, interactive)), { disabled: true });
    assert.deepEqual(await linker.signIn(alice, interactive), { kind: 'refused', reason: 'local-user-disabled' });
    assert.deepEqual(logged(), ['created: no-candidate', 'refused: local-user-disabled']);
  });

  it('refuses whose local user was deleted', async () => {
    const { linker, users } = setUp();
    users.remove(idOf(await linker.signIn(alice, interactive)));
    assert.deepEqual(await linker.signIn(alice, interactive), { kind: 'refused', reason: 'local-user-missing' });
    assert.deepEqual(await linker.applyProfile(alice), { kind: 'refused', reason: 'local-user-missing' });
    assert.equal((await linker.disable(alice, at(1001))).kind, 'changed');
    assert.equal((await linker.close(alice)).kind, 'changed');
    assert.deepEqual(users.users, []);
  });
});

describe('Linker, addresses', () => {
  it('lets two people swap, in whatever order the news arrives', async () => {
    for (const emailRule of [
      { unique: true, required: true },
      { unique: false, required: false },
    ]) {
      for (const order of [
        [0, 1],
        [1, 0],
      ]) {
        const { linker, users, logged } = setUp({ emailRule });
        const ids = [idOf(await linker.signIn(alice, interactive)), idOf(await linker.signIn(bob, interactive))];
        const swapped = [
          { ...alice, email: bob.email, profileVersion: 2 },
          { ...bob, email: alice.email, profileVersion: 2 },
        ];
        const [first, second] = order.map((index) => swapped[index]);
        assert.ok(first && second);
        const { issuer, sub } = second;
        assert.deepEqual(await linker.applyProfile(first), {
          kind: 'applied',
          localUserId: users.links.find((link) => link.sub === first.sub)?.localUserId,
          displaced: [{ issuer, sub }],
        });
        const between = users.users.find(({ email }) => email !== undefined && isPlaceholderAddress(email));
        assert.ok(between && !between.emailConfirmed && between.email === placeholderAddress(second));
        assert.equal((await linker.applyProfile(second)).kind, 'applied');
        assert.deepEqual(
          ids.map((id) => [users.user(id).email, users.user(id).emailConfirmed]),
          [
            ['bob@example.org', true],
            ['alice@example.org', true],
          ],
        );
        assert.equal(logged().filter((entry) => entry === 'email-displaced').length, 1);
      }
    }
  });

  it('gives somebody new the address that another linked person gave up unnoticed', async () => {
    const { linker, users } = setUp();
    const first = idOf(await linker.signIn(alice, interactive));
    const successor = await linker.signIn({ ...bob, email: alice.email }, interactive);
    assert.ok(successor.kind === 'user' && successor.created);
    assert.deepEqual(successor.displaced, [{ issuer: alice.issuer, sub: alice.sub }]);
    assert.equal(users.user(first).email, placeholderAddress(alice));
    assert.equal(users.user(successor.localUserId).email, 'alice@example.org');
  });

  it('lets an unverified claim take an address from nobody', async () => {
    const { linker, users, logged } = setUp();
    const first = idOf(await linker.signIn(alice, interactive));
    const thief = await linker.signIn({ ...bob, email: alice.email, emailVerified: false }, interactive);
    assert.equal(users.user(first).email, 'alice@example.org');
    assert.equal(users.user(idOf(thief)).email, undefined);
    assert.deepEqual(logged(), ['created: no-candidate', 'created: address-unverified', 'email-conflict: unverified']);
  });

  it('keeps addresses, names and passwords out of the log', async () => {
    const { linker, users, entries } = setUp();
    users.signUp({ username: 'rabbit', email: 'rabbit@example.org' });
    await linker.signIn(alice, interactive);
    await linker.signIn({ ...bob, email: alice.email }, interactive);
    await linker.applyProfile({ ...bob, email: 'rabbit@example.org', profileVersion: 2 });
    await linker.disable(alice, at(2000));
    await linker.close(alice);
    assert.equal(entries.length, 6);
    assert.doesNotMatch(JSON.stringify(entries), /@|alice"|bob|Liddell|rabbit/);
  });
});

describe('Linker.applyProfile', () => {
  it('makes nobody', async () => {
    const { linker, users } = setUp();
    assert.deepEqual(await linker.applyProfile(alice), { kind: 'unknown-subject' });
    assert.deepEqual([users.users, users.links], [[], []]);
  });

  it('takes the issuer for part of the subject', async () => {
    const { linker, users } = setUp();
    const id = idOf(await linker.signIn(alice, interactive));
    const other = { ...alice, issuer: 'https://other.example', name: 'Mallory', profileVersion: 9 };
    assert.deepEqual(await linker.applyProfile(other), { kind: 'unknown-subject' });
    assert.equal(users.user(id).name, 'Alice Liddell');
  });

  it('drops what is older, and takes the same again', async () => {
    const { linker, users } = setUp();
    const id = idOf(await linker.signIn(profileOf({ profileVersion: 5 }), interactive));
    assert.deepEqual(await linker.applyProfile(profileOf({ profileVersion: 4, name: 'Old' })), {
      kind: 'stale',
      localUserId: id,
    });
    assert.equal((await linker.applyProfile(profileOf({ profileVersion: 5 }))).kind, 'applied');
    assert.equal(users.user(id).name, 'Alice Liddell');
  });

  it('refuses who may not be here', async () => {
    const { linker, users } = setUp();
    const id = idOf(await linker.signIn(alice, interactive));
    users.change(id, { disabled: true });
    assert.deepEqual(await linker.applyProfile(alice), { kind: 'refused', reason: 'local-user-disabled' });
    users.change(id, { disabled: false });
    await linker.disable(alice, at(1001));
    assert.deepEqual(await linker.applyProfile(alice), { kind: 'refused', reason: 'account-disabled' });
    await linker.close(alice);
    assert.deepEqual(await linker.applyProfile(alice), { kind: 'refused', reason: 'link-closed' });
  });
});

describe('Linker.disable and enable', () => {
  it('shuts out, closes every other way in, and lets in again', async () => {
    const { linker, users, logged } = setUp();
    const id = idOf(await linker.signIn(alice, interactive));
    users.change(id, { hasLocalCredentials: true });
    assert.deepEqual(await linker.disable(alice, at(1001)), { kind: 'changed', localUserId: id });
    assert.equal(users.user(id).hasLocalCredentials, false);
    assert.deepEqual(await linker.signIn(alice, interactive), { kind: 'refused', reason: 'account-disabled' });
    assert.deepEqual(await linker.enable(alice, at(1002)), { kind: 'changed', localUserId: id });
    assert.equal(idOf(await linker.signIn(alice, interactive)), id);
    assert.deepEqual(logged(), ['created: no-candidate', 'disabled', 'refused: account-disabled', 'enabled']);
  });

  it('drops news that is overtaken: disabled late does not shut out, enabled late does not let in', async () => {
    const { linker, users } = setUp();
    await linker.signIn(alice, interactive);
    await linker.enable(alice, at(2000));
    assert.equal((await linker.disable(alice, at(1999))).kind, 'stale');
    await linker.disable(alice, at(2001));
    assert.equal((await linker.enable(alice, at(2000))).kind, 'stale');
    assert.equal((await linker.enable(alice, at(2001))).kind, 'stale', 'in the same second disabling counts');
    assert.equal((await linker.disable(alice, at(2001))).kind, 'unchanged');
    assert.equal(users.links[0]?.disabled, true);
  });

  it('lets in who signs in later although the news of enabling was lost, and then drops the older news', async () => {
    const { linker, users, logged } = setUp();
    const id = idOf(await linker.signIn(alice, interactive));
    await linker.disable(alice, at(2000));
    const before = { ...interactive, issuedAt: at(2000) };
    assert.equal((await linker.signIn(alice, before)).kind, 'refused', 'a sign-in that was under way');
    assert.equal(idOf(await linker.signIn(alice, { ...interactive, issuedAt: at(2001) })), id);
    assert.equal((await linker.disable(alice, at(2000))).kind, 'stale', 'delivered once more');
    assert.equal(users.links[0]?.disabled, false);
    assert.equal(logged().at(-1), 'enabled');
  });

  it('lifts nothing that the application imposed', async () => {
    const { linker, users } = setUp();
    users.change(idOf(await linker.signIn(alice, interactive)), { disabled: true });
    await linker.disable(alice, at(1001));
    await linker.enable(alice, at(1002));
    assert.deepEqual(await linker.signIn(alice, { ...interactive, issuedAt: at(2000) }), {
      kind: 'refused',
      reason: 'local-user-disabled',
    });
  });

  it('knows nothing of who was never here', async () => {
    const { linker } = setUp();
    for (const result of [
      await linker.disable(alice, at(1)),
      await linker.enable(alice, at(1)),
      await linker.close(alice),
    ]) {
      assert.deepEqual(result, { kind: 'unknown-subject' });
    }
  });
});

describe('Linker.close', () => {
  it("removes the person's data and every way in, keeps the local user, and is done once", async () => {
    for (const required of [true, false]) {
      const { linker, users, logged } = setUp({ emailRule: { unique: true, required } });
      const profile = profileOf({ picture: 'https://accounts.example.org/p/1', locale: 'de', groups: ['chess'] });
      const id = idOf(await linker.signIn(profile, interactive));
      users.change(id, { hasLocalCredentials: true });
      assert.deepEqual(await linker.close(alice), { kind: 'changed', localUserId: id });
      assert.deepEqual(users.users, [
        {
          id,
          username: 'alice',
          name: undefined,
          email: required ? placeholderAddress(alice) : undefined,
          emailConfirmed: false,
          hasElevatedRights: false,
          disabled: false,
          picture: undefined,
          locale: undefined,
          groups: [],
          hasLocalCredentials: false,
          hasPrivateData: false,
        },
      ]);
      assert.deepEqual(await linker.close(alice), { kind: 'unchanged', localUserId: id });
      assert.deepEqual(logged(), ['created: no-candidate', 'closed']);
    }
  });

  it('is final: nothing that the issuer says opens the link again', async () => {
    const { linker, users } = setUp({ adopt: 'verified-email' });
    const id = idOf(await linker.signIn(alice, interactive));
    await linker.close(alice);
    assert.deepEqual(await linker.enable(alice, at(3000)), { kind: 'unchanged', localUserId: id });
    users.signUp({ username: 'wonderland', email: 'alice@example.org' });
    const later = { ...interactive, issuedAt: at(4000) };
    assert.deepEqual(await linker.signIn(alice, later), { kind: 'refused', reason: 'link-closed' });
  });
});

describe('Linker, in one exclusive section', () => {
  /** Somebody signs up at the application between what was read and what is written, so many times. */
  const disturbed =
    (times: number, code: LocalUserTakenError['code']) =>
    (inner: LocalUsers): LocalUsers => {
      let left = times;
      return {
        exclusively: async (work) =>
          await inner.exclusively(async (records) => {
            const result = await work(records);
            if (left-- > 0) throw new LocalUserTakenError(code);
            return result;
          }),
      };
    };

  it('decides afresh where a unique key refused', async () => {
    const { linker, users, logged } = setUp({}, disturbed(2, 'ERR_LOCAL_USERNAME_TAKEN'));
    assert.equal((await linker.signIn(alice, interactive)).kind, 'user');
    assert.equal(users.users.length, 1);
    assert.deepEqual(logged(), ['created: no-candidate'], 'what was undone is not logged');
  });

  it('gives up after the third time, and has changed and logged nothing', async () => {
    const { linker, users, logged } = setUp({}, disturbed(3, 'ERR_LINK_TAKEN'));
    await assert.rejects(linker.signIn(alice, interactive), { code: 'ERR_LINK_TAKEN' });
    assert.deepEqual([users.users, users.links, logged()], [[], [], []]);
  });
});
