import { errors, type Client, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import type { ClientStore } from '../domain/client/client-store.ts';
import { scopeTokens } from '../domain/client/scope.ts';
import { registeredScopes } from './client-metadata.ts';

/** A JWT for an API cannot be taken back, so it is short. */
const apiTokenSeconds = 300;

/** Where a request names the scopes that it wants; at the token endpoint the code has them. */
const askingRoutes: ReadonlySet<string> = new Set(['authorization', 'resume', 'pushed_authorization_request']);

/**
 * The API behind a resource indicator (RFC 8707), for a client that may have tokens for it: one that is registered for
 * a scope of that API, and asks for one. A token without a scope of the API would still name it as its audience, which
 * many APIs take for permission.
 * One API at a time: of several, each would cost a look-up, and a request has room for hundreds.
 * @throws {errors.InvalidTarget | errors.InvalidScope}
 */
export const apiResource = async (
  clients: Pick<ClientStore, 'findByResource'>,
  ctx: KoaContextWithOIDC,
  resource: string,
  client: Client,
): Promise<ResourceServer> => {
  if (Array.isArray(ctx.oidc.params?.['resource'])) throw new errors.InvalidTarget('only one resource at a time');
  const api = await clients.findByResource(resource);
  if (api === undefined || api.disabledAt !== undefined) throw new errors.InvalidTarget();
  const offered = scopeTokens(api.resourceScope ?? '');
  const registered = registeredScopes(client);
  const requested = ctx.oidc.requestParamScopes;
  const refused = offered.find((scope) => requested.has(scope) && !registered.has(scope));
  if (refused !== undefined) throw new errors.InvalidScope('requested scope is not allowed', refused);
  if (!offered.some((scope) => registered.has(scope))) throw new errors.InvalidTarget('not an API of this client');
  if (askingRoutes.has(ctx.oidc.route) && !offered.some((scope) => requested.has(scope))) {
    throw new errors.InvalidTarget('no scope of this API was requested');
  }
  return {
    scope: offered.join(' '),
    audience: resource,
    accessTokenFormat: 'jwt',
    accessTokenTTL: apiTokenSeconds,
    jwt: { sign: { alg: 'ES256' } },
  };
};
