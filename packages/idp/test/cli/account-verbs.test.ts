import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KnexAccountStore } from '../../src/storage/knex-account-store.ts';
import { runLatchkey, type CliOptions } from './cli-world.ts';
import { recent, useCommandLine } from './command-line.ts';

const uri = 'https://wiki.example.org/callback';
const password = 'correct horse battery staple';

describe('latchkey account', () => {
  const { database, services, run, json } = useCommandLine();
  const signIn = async (username: string): Promise<void> => {
    const { id } = await services().accounts.show(username);
    const later = new Date(Date.now() + 3_600_000);
    const session = { uid: 'one', id_hash: Buffer.alloc(32), account_id: id, authenticated_at: new Date() };
    await database()
      .knex('sessions')
      .insert({ ...session, idle_expires_at: later, absolute_expires_at: later });
    await database().knex('session_clients').insert({ session_uid: 'one', client_id: 'wiki' });
  };

  const add = [
    'account',
    'add',
    '--username',
    'alice',
    '--email',
    'Alice@example.org',
    '--email-verified',
    '--name',
    'Alice Example',
    '--group',
    'staff',
    'Wiki editors',
    '--group',
    'admins',
    '--locale',
    'de-at',
    '--picture',
    'https://accounts.example.org/a.webp',
  ];

  it('add --json answers the names of the claims, and reads the password from a pipe', async () => {
    const {
      sub,
      updated_at: updatedAt,
      created_at: createdAt,
      ...rest
    } = await json([...add, '--password-stdin'], { stdin: `${password}\r\n` });
    assert.match(String(sub), /^[0-9a-f-]{36}$/);
    assert.ok(recent(updatedAt) && recent(createdAt));
    assert.deepEqual(rest, {
      preferred_username: 'alice',
      name: 'Alice Example',
      email: 'Alice@example.org',
      email_verified: true,
      picture: 'https://accounts.example.org/a.webp',
      locale: 'de-AT',
      groups: ['Wiki editors', 'admins', 'staff'],
      profile_version: 1,
      disabled: false,
    });
    const stored = await new KnexAccountStore(database().knex).findForSignIn('alice');
    assert.equal(stored?.passwordHash, `hash of ${password}`);
  });

  it('add keeps blanks of a password, and takes one line end away, not two', async () => {
    const passwordOf = async (username: string) =>
      (await new KnexAccountStore(database().knex).findForSignIn(username))?.passwordHash;
    const addAs = (username: string) => [
      'account',
      'add',
      '--username',
      username,
      '--email',
      'a@example.org',
      '--password-stdin',
    ];
    await run(addAs('alice'), { stdin: `  ${password}  \n` });
    assert.equal(await passwordOf('alice'), `hash of   ${password}  `);
    await run(addAs('bobby'), { stdin: password });
    assert.equal(await passwordOf('bobby'), `hash of ${password}`);
  });

  it('add tells people what was added, and how to set a password that is missing', async () => {
    const output = await run(add);
    assert.match(output, /^Account alice was added\.\n\n  User name {2,}alice\n/);
    assert.match(output, /\n  Groups {2,}Wiki editors\n {3,}admins\n {3,}staff\n/);
    assert.match(output, /It has no password yet: latchkey account update alice --password-stdin < password\.txt\n$/);
    const { stdout } = await runLatchkey(
      ['account', 'add', '--username', 'bobby', '--email', 'b@example.org', '--password-stdin'],
      {
        withServices: (_config, work) => work(services()),
        stdin: password,
      },
    );
    assert.doesNotMatch(stdout, /no password yet/);
  });

  it('list and show find accounts by user name and subject', async () => {
    assert.equal(await run(['account', 'list']), 'There are no accounts.\n');
    const { sub } = await json(add);
    assert.deepEqual((await run(['account', 'list'])).split('\n'), [
      'USER NAME  NAME           E-MAIL             VERIFIED  GROUPS                       DISABLED',
      'alice      Alice Example  Alice@example.org  yes       Wiki editors, admins, staff  no',
      '',
    ]);
    assert.equal(await run(['account', 'show', String(sub)]), await run(['account', 'show', 'alice']));
    const { accounts } = await json(['account', 'list']);
    assert.deepEqual(accounts, [await json(['account', 'show', 'alice'])]);
  });

  it('update changes and clears, and leaves what it is not told', async () => {
    const before = await json(add);
    const after = await json([
      'account',
      'update',
      'alice',
      '--no-name',
      '--no-groups',
      '--email',
      'alice@example.net',
    ]);
    const { name: _, ...kept } = before;
    assert.deepEqual(after, {
      ...kept,
      groups: [],
      email: 'alice@example.net',
      email_verified: false,
      profile_version: 2,
      updated_at: after['updated_at'],
    });
  });

  it('update --password-stdin, disable, sign-out and remove end the sessions, say so, and tell the clients once', async () => {
    await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
    await run(add);
    const verbs: readonly (readonly [readonly string[], string, CliOptions?])[] = [
      [['account', 'update', 'alice', '--password-stdin'], '', { stdin: password }],
      [['account', 'sign-out', 'alice'], 'Account alice is signed out everywhere.\n'],
      [['account', 'disable', 'alice'], 'Account alice is disabled.\n'],
      [['account', 'remove', 'alice'], 'Account alice was removed.\n'],
    ];
    for (const [index, [argv, says, options]] of verbs.entries()) {
      await signIn('alice');
      const output = await run(argv, options);
      assert.ok(output.startsWith(says), output);
      assert.match(output, /1 session ended, signed in to: wiki\.\n$/);
      assert.equal(services().told.length, index + 1);
    }
    assert.deepEqual(await database().knex('sessions'), []);
    assert.equal(await run(['account', 'list']), 'There are no accounts.\n');
  });

  it('says so where no session was open', async () => {
    await run(add);
    assert.equal(
      await run(['account', 'sign-out', 'alice']),
      'Account alice is signed out everywhere.\nNo session was open.\n',
    );
    assert.deepEqual((await json(['account', 'disable', 'alice']))['signed_out'], { sessions: 0, client_ids: [] });
    assert.equal(await run(['account', 'enable', 'alice']), 'Account alice is enabled.\n');
    assert.deepEqual(services().told, []);
  });
});
