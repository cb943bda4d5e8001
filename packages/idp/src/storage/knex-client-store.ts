import type { Knex } from 'knex';
import type { ClientStore } from '../domain/client/client-store.ts';
import type { Client } from '../domain/client/client.ts';
import { isUniqueViolation } from './constraint-violations.ts';

interface ClientRow {
  client_id: string;
  client_name: string;
  secret_hash: Buffer | null;
  token_endpoint_auth_method: Client['tokenEndpointAuthMethod'];
  application_type: Client['applicationType'];
  redirect_uris: string[];
  post_logout_redirect_uris: string[];
  backchannel_logout_uri: string | null;
  scope: string;
  id_token_signed_response_alg: Client['idTokenSignedResponseAlg'];
  trusted: boolean;
  pkce_required: boolean;
  dpop_bound_access_tokens: boolean;
  require_pushed_authorization_requests: boolean;
  private_addresses: string[];
  jwks: { keys: Record<string, unknown>[] } | null;
  jwks_uri: string | null;
  client_uri: string | null;
  resource: string | null;
  resource_scope: string | null;
  created_at: Date;
  updated_at: Date;
  disabled_at: Date | null;
}

export class KnexClientStore implements ClientStore {
  readonly #db: Knex;

  /** @param db a pool or a transaction: the caller decides the scope */
  constructor(db: Knex) {
    this.#db = db;
  }

  async find(clientId: string): Promise<Client | undefined> {
    return this.#findWhere({ client_id: clientId });
  }

  async findForUpdate(clientId: string): Promise<Client | undefined> {
    if (clientId.includes('\0')) return undefined;
    const row = await this.#clients().where({ client_id: clientId }).forUpdate().first();
    return row && toClient(row);
  }

  async findByResource(resource: string): Promise<Client | undefined> {
    return this.#findWhere({ resource });
  }

  async list(): Promise<readonly Client[]> {
    return (await this.#clients().orderBy('client_id')).map(toClient);
  }

  async insert(client: Omit<Client, 'createdAt' | 'updatedAt' | 'disabledAt'>): Promise<boolean> {
    const inserted = await this.#db('clients')
      .insert({ client_id: client.clientId, secret_hash: client.secretHash ?? null, ...toColumns(client) })
      .onConflict()
      .ignore()
      .returning('client_id');
    return inserted.length === 1;
  }

  async update(client: Omit<Client, 'createdAt' | 'updatedAt' | 'disabledAt' | 'secretHash'>): Promise<boolean> {
    try {
      // A savepoint where there is a transaction around, which a refusal would otherwise break.
      return await this.#db.transaction(async (db) => {
        const columns = { ...toColumns(client), updated_at: db.raw('clock_timestamp()') };
        return (await db('clients').where({ client_id: client.clientId }).update(columns)) === 1;
      });
    } catch (error) {
      if (isUniqueViolation(error, 'clients_resource_key')) return false;
      throw error;
    }
  }

  async setSecretHash(clientId: string, secretHash: Buffer | undefined): Promise<boolean> {
    const columns = { secret_hash: secretHash ?? null, updated_at: this.#db.raw('clock_timestamp()') };
    return (await this.#clients().where({ client_id: clientId }).update(columns)) === 1;
  }

  async setDisabled(clientId: string, disabled: boolean): Promise<Client | undefined> {
    // Disabling again keeps the time of the first.
    const disabledAt = disabled ? this.#db.raw('coalesce(disabled_at, clock_timestamp())') : null;
    const [row] = await this.#clients()
      .where({ client_id: clientId })
      .update({ disabled_at: disabledAt })
      .returning('*');
    return row && toClient(row);
  }

  async remove(clientId: string): Promise<boolean> {
    return (await this.#clients().where({ client_id: clientId }).delete()) === 1;
  }

  #clients() {
    return this.#db<ClientRow>('clients');
  }

  async #findWhere(key: Partial<Pick<ClientRow, 'client_id' | 'resource'>>): Promise<Client | undefined> {
    // Both come from requests; PostgreSQL has no text with this character.
    if (Object.values(key).some((value) => value?.includes('\0'))) return undefined;
    const row = await this.#clients().where(key).first();
    return row && toClient(row);
  }
}

/** Everything that `update` replaces. The driver writes arrays in PostgreSQL's own form, so JSON is written out here. */
const toColumns = (client: Omit<Client, 'createdAt' | 'updatedAt' | 'disabledAt' | 'secretHash'>) => ({
  client_name: client.clientName,
  token_endpoint_auth_method: client.tokenEndpointAuthMethod,
  application_type: client.applicationType,
  redirect_uris: JSON.stringify(client.redirectUris),
  post_logout_redirect_uris: JSON.stringify(client.postLogoutRedirectUris),
  backchannel_logout_uri: client.backchannelLogoutUri ?? null,
  scope: client.scope,
  id_token_signed_response_alg: client.idTokenSignedResponseAlg,
  trusted: client.trusted,
  pkce_required: client.pkceRequired,
  dpop_bound_access_tokens: client.dpopBoundAccessTokens,
  require_pushed_authorization_requests: client.requirePushedAuthorizationRequests,
  private_addresses: JSON.stringify(client.privateAddresses),
  jwks: client.jwks ? JSON.stringify(client.jwks) : null,
  jwks_uri: client.jwksUri ?? null,
  client_uri: client.clientUri ?? null,
  resource: client.resource ?? null,
  resource_scope: client.resourceScope ?? null,
});

const toClient = (row: ClientRow): Client => ({
  clientId: row.client_id,
  clientName: row.client_name,
  secretHash: row.secret_hash ?? undefined,
  tokenEndpointAuthMethod: row.token_endpoint_auth_method,
  applicationType: row.application_type,
  redirectUris: row.redirect_uris,
  postLogoutRedirectUris: row.post_logout_redirect_uris,
  backchannelLogoutUri: row.backchannel_logout_uri ?? undefined,
  scope: row.scope,
  idTokenSignedResponseAlg: row.id_token_signed_response_alg,
  trusted: row.trusted,
  pkceRequired: row.pkce_required,
  dpopBoundAccessTokens: row.dpop_bound_access_tokens,
  requirePushedAuthorizationRequests: row.require_pushed_authorization_requests,
  privateAddresses: row.private_addresses,
  jwks: row.jwks ?? undefined,
  jwksUri: row.jwks_uri ?? undefined,
  clientUri: row.client_uri ?? undefined,
  resource: row.resource ?? undefined,
  resourceScope: row.resource_scope ?? undefined,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  disabledAt: row.disabled_at ?? undefined,
});
