import type { ClientStore } from '../../domain/client/client-store.ts';
import { claimsByScope } from '../../oidc/claims.ts';
import { parameter, type Interaction } from './load-interaction.ts';

/** The provider's own scopes, in the order in which people read them. */
const ownScopes = [...Object.keys(claimsByScope), 'offline_access'];

/** What an authorization request asks for: scopes here, and per API (RFC 8707) the scopes there. */
export const requestedScopes = async (
  interaction: Interaction,
  clients: ClientStore,
): Promise<{
  readonly scopes: readonly string[];
  readonly resources: readonly { readonly resource: string; readonly scopes: readonly string[] }[];
}> => {
  const requested = new Set((parameter(interaction, 'scope') ?? '').split(' '));
  // There is one at most, see `apiResource`.
  const resource = parameter(interaction, 'resource');
  const api = resource === undefined ? undefined : await clients.findByResource(resource);
  const there = (api?.resourceScope ?? '').split(' ').filter((scope) => requested.has(scope));
  return {
    scopes: ownScopes.filter((scope) => requested.has(scope)),
    resources: resource === undefined || there.length === 0 ? [] : [{ resource, scopes: there }],
  };
};
