import { ApplicationKindError, type ApplicationUser, type UserRow, type UserRows } from '@latchkey/application-kind';
import { serializedRoles } from './serialized-roles.ts';

/**
 * Reads users from rows of `wp_users` with the capabilities of `wp_usermeta` beside them. The columns are those of the table:
 * `ID`, `user_login`, `user_email`, `display_name`, `user_pass`; and either `roles`, separated by commas, as `wp user list` prints
 * them, or `capabilities`, the meta value as it is stored (NULL: none). README.md has both exports.
 * @throws {ApplicationKindError} `ERR_USER_ROWS`: half an import would be worse than none
 */
export async function* readUsers(rows: UserRows): AsyncGenerator<ApplicationUser, void, undefined> {
  let number = 0;
  const seen = new Map<string, number>();
  for await (const row of rows) {
    number += 1;
    const user = readUser(row, number);
    for (const key of [`id ${user.id}`, `login ${user.username.toLowerCase()}`]) {
      const first = seen.get(key);
      if (first !== undefined) throw wrong(number, `is a user that row ${first} has already`);
      seen.set(key, number);
    }
    yield user;
  }
}

function readUser(row: UserRow, number: number): ApplicationUser {
  const column = (name: string): string => {
    const value = row[name];
    if (value === undefined || value === null) throw wrong(number, `has nothing in the column ${name}`);
    return value;
  };
  const id = column('ID');
  if (!/^[1-9]\d{0,19}$/.test(id)) throw wrong(number, 'has something other than a number in ID');
  const username = column('user_login');
  if (username === '') throw wrong(number, 'has an empty user_login');
  return {
    id,
    username,
    email: column('user_email') || undefined,
    displayName: column('display_name'),
    roles: readRoles(row, number),
    passwordHash: column('user_pass') || undefined,
  };
}

/** Rights decide who may be adopted: what cannot be read is not taken for none. */
function readRoles({ roles, capabilities }: UserRow, number: number): readonly string[] {
  if (roles !== undefined && roles !== null)
    return roles
      .split(',')
      .map((role) => role.trim())
      .filter((role) => role !== '');
  if (capabilities === undefined) throw wrong(number, 'has neither a column roles nor a column capabilities');
  if (capabilities === null || capabilities === '') return [];
  const granted = serializedRoles(capabilities);
  if (granted === undefined) throw wrong(number, 'has capabilities that cannot be read');
  return granted;
}

const wrong = (row: number, message: string): ApplicationKindError =>
  new ApplicationKindError('ERR_USER_ROWS', `row ${row} ${message}`);
