import type { AdapterPayload } from 'oidc-provider';
import type { Grant, GrantStore } from '../../domain/token/grant-store.ts';
import { epochSeconds } from '../epoch-seconds.ts';
import { UnusedAdapter } from './unused-adapter.ts';

/** Grants are rows that refer to a session or stand alone; what they allow is read from client and consent each time. */
export class GrantAdapter extends UnusedAdapter {
  readonly #grants: GrantStore;

  constructor(grants: GrantStore) {
    super('Grant');
    this.#grants = grants;
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const grant = await this.#grants.find(id);
    return grant && toGrantPayload(grant);
  }

  /** Ends the grant with all that was issued under it. */
  override async destroy(id: string): Promise<void> {
    await this.#grants.revoke(id);
  }
}

export const toGrantPayload = (
  grant: Pick<Grant, 'id' | 'accountId' | 'clientId' | 'scope' | 'resourceScopes'>,
): AdapterPayload => {
  const now = epochSeconds();
  return {
    kind: 'Grant',
    jti: grant.id,
    accountId: grant.accountId,
    clientId: grant.clientId,
    iat: now,
    // A grant has no end of its own: it goes with its session or with its last refresh token.
    exp: now + 3600,
    openid: { scope: grant.scope },
    resources: { ...grant.resourceScopes },
  };
};
