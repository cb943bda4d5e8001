import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ApplicationKindError,
  jsonRows,
  mysqlBatchRows,
  type ApplicationUser,
  type UserRow,
  type UserRows,
} from '@latchkey/application-kind';
import { wordpress } from '../../../src/accounts-side/index.ts';

const alice: UserRow = {
  ID: '7',
  user_login: 'alice',
  user_email: 'alice@example.org',
  display_name: 'Alice Example',
  user_pass: '$P$Bsecret',
  roles: 'editor',
};

async function read(rows: UserRows): Promise<readonly ApplicationUser[]> {
  const users: ApplicationUser[] = [];
  for await (const user of wordpress.readUsers(rows)) users.push(user);
  return users;
}

describe('the users of a WordPress', () => {
  it('are read from what `wp user list --format=json` prints', async () => {
    const users = await read(
      jsonRows(
        '[{"ID":1,"user_login":"admin","display_name":"Ädmin \\"A\\"","user_email":"a@example.org","roles":"administrator,author","user_pass":"$P$B1"},' +
          '{"ID":"2","user_login":"bob","display_name":"","user_email":"","roles":"","user_pass":"","user_registered":null}]',
      ),
    );
    assert.deepEqual(users, [
      {
        id: '1',
        username: 'admin',
        email: 'a@example.org',
        displayName: 'Ädmin "A"',
        roles: ['administrator', 'author'],
        passwordHash: '$P$B1',
      },
      { id: '2', username: 'bob', email: undefined, displayName: '', roles: [], passwordHash: undefined },
    ]);
  });

  it('are read from what `mysql --batch` prints, capabilities as they are stored', async () => {
    const export_ = [
      'ID\tuser_login\tuser_email\tdisplay_name\tuser_pass\tcapabilities',
      '1\tadmin\ta@example.org\tTab\\tand \\\\ slash\t$P$B1\ta:2:{s:13:"administrator";b:1;s:6:"editor";b:0;}',
      '2\tbob\tb@example.org\tBob\t$P$B2\tNULL',
      '3\teve\te@example.org\tEve\t$P$B3\ta:0:{}',
      '',
    ].join('\n');
    const users = await read(mysqlBatchRows([Buffer.from(export_)]));
    assert.deepEqual(
      users.map(({ username, displayName, roles }) => [username, displayName, roles]),
      [
        ['admin', 'Tab\tand \\ slash', ['administrator']],
        ['bob', 'Bob', []],
        ['eve', 'Eve', []],
      ],
    );
  });

  it('have rights in capabilities whatever value grants them', async () => {
    const capabilities = 'a:5:{s:1:"a";b:1;s:1:"b";i:1;s:1:"c";s:1:"1";s:1:"d";i:0;s:6:"größ";s:0:"";}';
    const { roles: _, ...row } = alice;
    assert.deepEqual((await read([{ ...row, capabilities }]))[0]?.roles, ['a', 'b', 'c']);
  });

  const malformed = [
    'administrator',
    'a:1:{s:13:"administrator";b:1;',
    'a:2:{s:13:"administrator";b:1;}',
    'a:1:{s:12:"administrator";b:1;}',
    'a:1:{i:0;s:13:"administrator";}',
    'O:8:"stdClass":1:{s:1:"a";b:1;}',
    'a:1:{s:1:"a";O:8:"stdClass":0:{}}',
    'a:1:{s:1:"a";b:1;}x',
  ];
  for (const capabilities of malformed) {
    it(`are not taken for people without rights by ${capabilities}`, async () => {
      const { roles: _, ...row } = alice;
      await assert.rejects(read([{ ...row, capabilities }]), /row 1 has capabilities that cannot be read/);
    });
  }

  const { roles: _, ...withoutRoles } = alice;
  const { user_pass: __, ...withoutPassword } = alice;
  const wrong: readonly (readonly [string, readonly UserRow[], RegExp])[] = [
    ['an export without rights', [withoutRoles], /row 1 has neither a column roles nor a column capabilities/],
    ['an export without passwords', [withoutPassword], /row 1 has nothing in the column user_pass/],
    ['an export of something else', [{ id: '1' }], /row 1 has nothing in the column ID/],
    ['NULL for an address', [{ ...alice, user_email: null }], /row 1 has nothing in the column user_email/],
    ['an ID that is no number', [{ ...alice, ID: '7 or 8' }], /row 1 has something other than a number in ID/],
    ['nobody', [{ ...alice, user_login: '' }], /row 1 has an empty user_login/],
    ['an ID twice', [alice, { ...alice, user_login: 'bob' }], /row 2 is a user that row 1 has already/],
    [
      'a user name twice',
      [alice, { ...alice, ID: '8', user_login: 'ALICE' }],
      /row 2 is a user that row 1 has already/,
    ],
  ];
  for (const [what, rows, says] of wrong) {
    it(`are refused with ${what}, without repeating anything of it`, async () => {
      await assert.rejects(read(rows), (error: unknown) => {
        assert.ok(error instanceof ApplicationKindError);
        assert.equal(error.code, 'ERR_USER_ROWS');
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /alice|example\.org|secret/i);
        return true;
      });
    });
  }
});
