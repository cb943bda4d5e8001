import type { DatabaseSync } from 'node:sqlite';
import type { LocalSession, LocalSessionChange } from '../session/local-session.ts';
import type { EndedSessions, LocalSessionStore } from '../session/local-session-store.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** An end is remembered for so long: a sign-in that was under way has come back or never will. */
const endRememberedMs = 24 * 3600_000;

const schema = `
  create table if not exists latchkey_sessions (
    id_hash text primary key, issuer text not null, sub text not null, sid text, local_user_id text not null,
    begun_at integer not null, expires_at integer not null, rest text not null) strict;
  create index if not exists latchkey_sessions_sub on latchkey_sessions (issuer, sub);
  create index if not exists latchkey_sessions_expires_at on latchkey_sessions (expires_at);
  create index if not exists latchkey_sessions_user on latchkey_sessions (local_user_id);
  create table if not exists latchkey_ended_sessions (
    issuer text not null, sid text, sub text, ended_at integer not null, forget_at integer not null) strict;
  create index if not exists latchkey_ended_sessions_forget_at on latchkey_ended_sessions (forget_at);
  create index if not exists latchkey_ended_sessions_issuer on latchkey_ended_sessions (issuer, sid, sub)`;

/** What no statement looks for stands in `rest`. Moments in milliseconds since 1970. */
interface Rest {
  readonly hint?: string;
  readonly foreignHints: readonly string[];
  readonly sealedTokens: string;
  readonly accessTokenExpiresAt?: number;
  readonly profileEtag?: string;
  readonly provedAt: number;
  readonly distrusted: boolean;
}

/** Local sessions in an application's SQLite file, in tables of their own. */
export class SqliteSessions implements LocalSessionStore {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    database.connection.exec(schema);
  }

  async insert(session: LocalSession): Promise<boolean> {
    return this.#database.exclusively((connection) => {
      const { issuer, sid, sub } = session;
      connection.prepare('delete from latchkey_sessions where expires_at < ?').run(Date.now());
      const ended = connection
        .prepare(
          `select 1 from latchkey_ended_sessions where issuer = ?1 and (sub is null or sub = ?3)
           and ((sid is not null and sid = ?2) or (sid is null and ended_at >= ?4)) limit 1`,
        )
        .get(issuer, sid ?? null, sub, session.begunAt.getTime());
      if (ended !== undefined) return false;
      connection
        .prepare('insert into latchkey_sessions values (?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          session.idHash,
          issuer,
          sub,
          sid ?? null,
          session.localUserId,
          session.begunAt.getTime(),
          session.expiresAt.getTime(),
          restOf(session),
        );
      return true;
    });
  }

  async find(idHash: string): Promise<LocalSession | undefined> {
    return this.#find(idHash);
  }

  async update(idHash: string, change: LocalSessionChange): Promise<boolean> {
    return this.#database.exclusively((connection) => {
      const found = this.#find(idHash);
      if (found === undefined) return false;
      const session = { ...found, ...change };
      connection
        .prepare('update latchkey_sessions set expires_at = ?, rest = ? where id_hash = ?')
        .run(session.expiresAt.getTime(), restOf(session), idHash);
      return true;
    });
  }

  async delete(idHash: string): Promise<void> {
    await this.#database.exclusively((connection) => {
      connection.prepare('delete from latchkey_sessions where id_hash = ?').run(idHash);
    });
  }

  async end({ issuer, sid, sub }: EndedSessions, endedAt: Date): Promise<number> {
    return this.#database.exclusively((connection) => {
      const now = Date.now();
      connection.prepare('delete from latchkey_ended_sessions where forget_at < ?').run(now);
      connection
        .prepare('insert into latchkey_ended_sessions values (?, ?, ?, ?, ?)')
        .run(issuer, sid ?? null, sub ?? null, endedAt.getTime(), now + endRememberedMs);
      const { changes } = connection
        .prepare(
          `delete from latchkey_sessions where issuer = ?1 and (?3 is null or sub = ?3)
           and ((?2 is not null and sid = ?2) or (?2 is null and begun_at <= ?4))`,
        )
        .run(issuer, sid ?? null, sub ?? null, endedAt.getTime());
      return Number(changes);
    });
  }

  async distrust(issuer: string, sub: string): Promise<void> {
    await this.#database.exclusively((connection) => {
      connection
        .prepare(
          `update latchkey_sessions set rest = json_set(rest, '$.distrusted', json('true')) where issuer = ? and sub = ?`,
        )
        .run(issuer, sub);
    });
  }

  #find(idHash: string): LocalSession | undefined {
    const row = this.#database.connection.prepare('select * from latchkey_sessions where id_hash = ?').get(idHash);
    return row === undefined ? undefined : toSession(row as unknown as Row);
  }
}

/** For `removeLocalCredentials`, inside the section in which it is called. */
export const endSessionsOfLocalUser = (connection: DatabaseSync, localUserId: string): void => {
  connection.prepare('delete from latchkey_sessions where local_user_id = ?').run(localUserId);
};

interface Row {
  readonly id_hash: string;
  readonly issuer: string;
  readonly sub: string;
  readonly sid: string | null;
  readonly local_user_id: string;
  readonly begun_at: number;
  readonly expires_at: number;
  readonly rest: string;
}

const restOf = (session: LocalSession): string => {
  const { hint, foreignHints, sealedTokens, accessTokenExpiresAt, profileEtag, provedAt, distrusted } = session;
  return JSON.stringify({
    hint,
    foreignHints,
    sealedTokens,
    accessTokenExpiresAt: accessTokenExpiresAt?.getTime(),
    profileEtag,
    provedAt: provedAt.getTime(),
    distrusted,
  });
};

const toSession = (row: Row): LocalSession => {
  const rest = JSON.parse(row.rest) as Rest;
  return {
    idHash: row.id_hash,
    issuer: row.issuer,
    sub: row.sub,
    sid: row.sid ?? undefined,
    localUserId: row.local_user_id,
    begunAt: new Date(row.begun_at),
    expiresAt: new Date(row.expires_at),
    hint: rest.hint,
    foreignHints: rest.foreignHints,
    sealedTokens: rest.sealedTokens,
    accessTokenExpiresAt: rest.accessTokenExpiresAt === undefined ? undefined : new Date(rest.accessTokenExpiresAt),
    profileEtag: rest.profileEtag,
    provedAt: new Date(rest.provedAt),
    distrusted: rest.distrusted,
  };
};
