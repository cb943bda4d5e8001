import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountEventsFor } from '../../src/linking/account-events-for.ts';
import { Linker } from '../../src/linking/linker.ts';
import { InMemoryLocalUsers } from './in-memory-local-users.ts';
import { profileOf } from './profile-of.ts';

const { issuer, sub } = profileOf();

async function setUp() {
  const users = new InMemoryLocalUsers({ uniqueEmails: true });
  const linker = new Linker(
    users,
    { usernameRule: 'house', adopt: 'never', proofWays: [], emailRule: { unique: true, required: false } },
    { record: () => undefined },
  );
  const distrusted: string[] = [];
  const logged: string[] = [];
  const sessions = {
    distrust: async (_issuer: string, whose: string) => {
      distrusted.push(whose);
      await Promise.resolve();
    },
  };
  const events = accountEventsFor(linker, sessions, (event, details) => logged.push(JSON.stringify([event, details])));
  const circumstances = { how: 'interactive', issuedAt: new Date(1_000_000), now: new Date(1_000_000) } as const;
  await linker.signIn(profileOf(), circumstances);
  return { users, linker, events, distrusted, logged, circumstances };
}

describe('accountEventsFor', () => {
  it('takes over changed claims, which need not name the subject again', async () => {
    const { users, events } = await setUp();
    await events.claimsChanged(issuer, sub, { name: 'Alicia', profile_version: 2 });
    assert.equal(users.users[0]?.name, 'Alicia');
    assert.equal(users.users[0]?.email, 'alice@example.org', 'what was not told stays');
  });

  it("takes over no claims that name another subject, nor another person's, nor an older version's", async () => {
    const { users, events, logged } = await setUp();
    const before = users.users;
    await events.claimsChanged(issuer, sub, { sub: 'b0b', name: 'Mallory', profile_version: 2 });
    await events.claimsChanged(issuer, 'b0b', { name: 'Mallory', profile_version: 2 });
    await events.claimsChanged('https://other.example', sub, { name: 'Mallory', profile_version: 2 });
    await events.claimsChanged(issuer, sub, { name: 'Mallory', profile_version: 0 });
    assert.deepEqual(users.users, before);
    assert.equal(logged.length, 4);
    assert.doesNotMatch(logged.join(), /Mallory|b0b/);
  });

  it('has the sessions of who lost an address to another read their profile anew', async () => {
    const { linker, events, distrusted, circumstances } = await setUp();
    await linker.signIn(profileOf({ sub: 'b0b', email: 'bob@example.org' }), circumstances);
    await events.claimsChanged(issuer, 'b0b', { email: 'alice@example.org', email_verified: true, profile_version: 2 });
    assert.deepEqual(distrusted, [sub]);
  });

  it('disables, enables and closes', async () => {
    const { users, events } = await setUp();
    await events.disabled(issuer, sub, new Date(2_000_000));
    assert.equal(users.links[0]?.disabled, true);
    await events.enabled(issuer, sub, new Date(1_999_000));
    assert.equal(users.links[0]?.disabled, true, 'older news');
    await events.enabled(issuer, sub, new Date(2_001_000));
    assert.equal(users.links[0]?.disabled, false);
    await events.purged(issuer, sub, new Date(2_002_000));
    assert.equal(users.links[0]?.closed, true);
  });

  it('is content with who was never here', async () => {
    const { users, events } = await setUp();
    const before = users.links;
    await events.disabled(issuer, 'b0b', new Date(2_000_000));
    await events.enabled(issuer, 'b0b', new Date(2_001_000));
    await events.purged(issuer, 'b0b', new Date(2_002_000));
    await events.claimsChanged(issuer, 'b0b', { name: 'Bob' });
    assert.deepEqual(users.links, before);
  });
});
