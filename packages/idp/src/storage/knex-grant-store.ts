import type { Knex } from 'knex';
import { isOpenidScope, scopeTokens } from '../domain/client/scope.ts';
import type { Grant, GrantStore } from '../domain/token/grant-store.ts';

interface GrantedRow {
  trusted: boolean;
  client_scope: string;
  apis: Record<string, string> | null;
  consent_scope: string | null;
  consent_resource_scopes: Record<string, string> | null;
}

interface GrantRow extends GrantedRow {
  id: string;
  account_id: string;
  client_id: string;
  session_uid: string | null;
  created_at: Date;
}

/** What a trusted client has without asking (all it is registered for, here and at the APIs), and what others were allowed. */
const grantedColumns = `c.trusted, c.scope as client_scope, co.scope as consent_scope,
  co.resource_scopes as consent_resource_scopes,
  (select jsonb_object_agg(api.resource, coalesce(api.resource_scope, '')) from clients api
    where api.resource is not null and api.disabled_at is null) as apis`;

const toGranted = (row: GrantedRow): Pick<Grant, 'scope' | 'resourceScopes'> | undefined => {
  // What the administrator took from the client since is gone, whatever the person allowed then.
  const registered = new Set(scopeTokens(row.client_scope));
  const allowed = row.trusted ? (row.apis ?? {}) : (row.consent_resource_scopes ?? {});
  const resourceScopes: Record<string, string> = {};
  for (const [resource, scopes] of Object.entries(allowed)) {
    const offered = new Set(scopeTokens(row.apis?.[resource] ?? ''));
    const scope = scopeTokens(scopes).filter((word) => offered.has(word) && registered.has(word));
    if (scope.length > 0) resourceScopes[resource] = scope.join(' ');
  }
  const own = row.trusted ? row.client_scope : row.consent_scope;
  if (own === null) return undefined;
  const scope = scopeTokens(own).filter((word) => isOpenidScope(word) && registered.has(word));
  return { scope: scope.join(' '), resourceScopes };
};

export class KnexGrantStore implements GrantStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async find(id: string): Promise<Grant | undefined> {
    const { rows } = await this.#db.raw<{ rows: GrantRow[] }>(
      `select g.id, g.account_id, g.client_id, g.session_uid, g.created_at, ${grantedColumns}
       from grants g
       join clients c on c.client_id = g.client_id and c.disabled_at is null
       join accounts a on a.id = g.account_id and a.disabled_at is null and a.removed_at is null
       left join sessions s on s.uid = g.session_uid
       left join consents co on co.account_id = g.account_id and co.client_id = g.client_id
       where g.id = ?
         and (g.session_uid is null or (s.idle_expires_at > now() and s.absolute_expires_at > now()))`,
      [id],
    );
    const [row] = rows;
    const granted = row && toGranted(row);
    if (!granted) return undefined;
    // What outlives the session lives by this scope, and goes when the client loses it.
    if (row.session_uid === null && !scopeTokens(granted.scope).includes('offline_access')) return undefined;
    return {
      id: row.id,
      accountId: row.account_id,
      clientId: row.client_id,
      sessionUid: row.session_uid ?? undefined,
      createdAt: row.created_at,
      ...granted,
    };
  }

  async granted(accountId: string, clientId: string): Promise<Pick<Grant, 'scope' | 'resourceScopes'> | undefined> {
    const { rows } = await this.#db.raw<{ rows: GrantedRow[] }>(
      `select ${grantedColumns} from clients c
       left join consents co on co.client_id = c.client_id and co.account_id = ?
       where c.client_id = ? and c.disabled_at is null`,
      [accountId, clientId],
    );
    return rows[0] && toGranted(rows[0]);
  }

  async revoke(id: string): Promise<void> {
    await this.#db.raw('delete from grants where id = ?', [id]);
  }
}
