import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import {
  LocalUserTakenError,
  type Link,
  type LocalUser,
  type LocalUserRecords,
  type LocalUsers,
} from '../linking/local-users.ts';
import type { Subject } from '../linking/subject.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { endSessionsOfLocalUser } from './sqlite-sessions.ts';

/** Ids are never given again (autoincrement): a link would lead to a stranger. */
const schema = `
  create table if not exists users (
    id integer primary key autoincrement, username text not null unique collate nocase, name text, email text,
    email_confirmed integer not null default 0, picture text, locale text, groups text) strict;
  create table if not exists links (
    issuer text not null, sub text not null, user_id integer not null references users, profile_version integer,
    disabled integer not null, account_state_at integer, closed integer not null, primary key (issuer, sub)) strict;
  create unique index if not exists links_open on links (user_id) where not closed;
  create index if not exists users_email on users (email collate nocase)`;

export interface SqliteUsersOptions {
  /** Removes what the application knows of a person beyond these tables, when the issuer has purged the account. */
  readonly removePrivateData: (connection: DatabaseSync, userId: string) => void;
}

/**
 * Users for an application that has no user table of its own yet: the tables `users` and `links` in its SQLite file. Nobody has a
 * password here, so the issuer is the only way in.
 */
export class SqliteUsers implements LocalUsers {
  readonly #database: SqliteDatabase;
  readonly #options: SqliteUsersOptions;

  constructor(database: SqliteDatabase, options: SqliteUsersOptions) {
    this.#database = database;
    this.#options = options;
    database.connection.exec(schema);
  }

  async exclusively<Result>(work: (records: LocalUserRecords) => Promise<Result>): Promise<Result> {
    return this.#database.exclusively((connection) => work(recordsOf(connection, this.#options)));
  }

  /** What pages show of a user. */
  async findPerson(userId: string): Promise<{ readonly name: string; readonly username: string } | undefined> {
    const row = this.#database.connection.prepare('select name, username from users where id = ?').get(userId);
    if (row === undefined) return undefined;
    const username = String(row['username']);
    return { username, name: textOf(row['name']) ?? username };
  }

  /** The user of a person whom a token names; undefined: was never here, or is shut out. */
  async findUserOf({ issuer, sub }: Subject): Promise<string | undefined> {
    const row = this.#database.connection
      .prepare('select user_id from links where issuer = ? and sub = ? and not closed and not disabled')
      .get(issuer, sub);
    return textOf(row?.['user_id']);
  }
}

type Row = Record<string, SQLOutputValue>;

const recordsOf = (connection: DatabaseSync, options: SqliteUsersOptions): LocalUserRecords => {
  const one = (sql: string, ...values: (string | number | null)[]) => connection.prepare(sql).get(...values);
  const all = (sql: string, ...values: string[]) => connection.prepare(sql).all(...values);
  const run = (sql: string, ...values: (string | number | null)[]) => connection.prepare(sql).run(...values);
  return {
    async findLink({ issuer, sub }) {
      const row = one('select * from links where issuer = ? and sub = ?', issuer, sub);
      return row && toLink(row);
    },
    async linksOf(userId) {
      return all('select * from links where user_id = ?', userId).map(toLink);
    },
    async findUser(id) {
      const row = one('select * from users where id = ?', id);
      return row && toUser(row);
    },
    async isUsernameFree(username) {
      return one('select 1 from users where username = ?', username) === undefined;
    },
    async findUsersByEmail(email) {
      return all('select * from users where email = ? collate nocase', email).map(toUser);
    },
    async insertUser({ username, name, email, emailConfirmed, picture, locale, groups }) {
      const row = refusing('ERR_LOCAL_USERNAME_TAKEN', () =>
        one(
          `insert into users (username, name, email, email_confirmed, picture, locale, groups)
           values (?, ?, ?, ?, ?, ?, ?) returning *`,
          username,
          name ?? null,
          email ?? null,
          Number(emailConfirmed),
          picture ?? null,
          locale ?? null,
          groups === undefined ? null : JSON.stringify(groups),
        ),
      );
      return toUser(row ?? {});
    },
    async updateUser(id, { name, email, emailConfirmed, picture, locale, groups }) {
      const columns = {
        name,
        email,
        email_confirmed: emailConfirmed === undefined ? undefined : Number(emailConfirmed),
        picture,
        locale,
        groups: groups && JSON.stringify(groups),
      };
      for (const [column, value] of Object.entries(columns)) {
        if (value !== undefined) changed(run(`update users set ${column} = ? where id = ?`, value, id));
      }
    },
    async insertLink({ issuer, sub, localUserId, profileVersion, disabled, accountStateAt, closed }) {
      refusing('ERR_LINK_TAKEN', () =>
        run(
          'insert into links values (?, ?, ?, ?, ?, ?, ?)',
          issuer,
          sub,
          Number(localUserId),
          profileVersion ?? null,
          Number(disabled),
          accountStateAt?.getTime() ?? null,
          Number(closed),
        ),
      );
    },
    async updateLink({ issuer, sub }, change) {
      const columns = {
        profile_version: change.profileVersion,
        disabled: change.disabled === undefined ? undefined : Number(change.disabled),
        account_state_at: change.accountStateAt?.getTime(),
        closed: change.closed === undefined ? undefined : Number(change.closed),
      };
      for (const [column, value] of Object.entries(columns)) {
        if (value === undefined) continue;
        changed(run(`update links set ${column} = ? where issuer = ? and sub = ?`, value, issuer, sub));
      }
    },
    async removeLocalCredentials(localUserId) {
      endSessionsOfLocalUser(connection, localUserId); // there are no passwords here
    },
    async removePrivateData(localUserId) {
      options.removePrivateData(connection, localUserId);
    },
  };
};

const changed = ({ changes }: { readonly changes: number | bigint }): void => {
  if (Number(changes) === 0) throw new Error('there is no such local user or link');
};

const refusing = <Result>(code: LocalUserTakenError['code'], insert: () => Result): Result => {
  try {
    return insert();
  } catch (cause) {
    const isTaken = cause instanceof Error && /UNIQUE constraint failed/.test(cause.message);
    throw isTaken ? new LocalUserTakenError(code, { cause }) : cause;
  }
};

const textOf = (value: SQLOutputValue | undefined): string | undefined =>
  value === null || value === undefined ? undefined : String(value);

const toUser = (row: Row): LocalUser => ({
  id: String(row['id']),
  username: String(row['username']),
  name: textOf(row['name']),
  email: textOf(row['email']),
  emailConfirmed: row['email_confirmed'] === 1,
  hasElevatedRights: false,
  disabled: false,
});

const toLink = (row: Row): Link => ({
  issuer: String(row['issuer']),
  sub: String(row['sub']),
  localUserId: String(row['user_id']),
  profileVersion: row['profile_version'] === null ? undefined : Number(row['profile_version']),
  disabled: row['disabled'] === 1,
  accountStateAt: row['account_state_at'] === null ? undefined : new Date(Number(row['account_state_at'])),
  closed: row['closed'] === 1,
});
