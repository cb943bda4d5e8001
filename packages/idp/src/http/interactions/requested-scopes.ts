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
  const named = interaction.params['resource'];
  const indicators = (Array.isArray(named) ? named : [named]).filter((value) => typeof value === 'string');
  const resources: { resource: string; scopes: string[] }[] = [];
  for (const resource of indicators) {
    const api = await clients.findByResource(resource);
    const scopes = (api?.resourceScope ?? '').split(' ').filter((scope) => requested.has(scope));
    if (scopes.length > 0) resources.push({ resource, scopes });
  }
  return { scopes: ownScopes.filter((scope) => requested.has(scope)), resources };
};
