const discovery = ['GET', 'HEAD', 'OPTIONS'];
const forClients = ['POST', 'OPTIONS'];

const methodsByPath: ReadonlyMap<string, readonly string[]> = new Map([
  // POST comes back as GET, see authorizationByPost.
  ['/auth', ['GET', 'HEAD', 'POST']],
  ['/request', forClients],
  ['/token', forClients],
  ['/token/introspection', forClients],
  ['/token/revocation', forClients],
  ['/userinfo', ['GET', 'HEAD', 'POST', 'OPTIONS']],
  ['/jwks', discovery],
  ['/.well-known/openid-configuration', discovery],
  ['/.well-known/oauth-authorization-server', discovery],
]);

/**
 * How the engine may be asked at this path; undefined where it is not to answer. Its own router would also take other
 * spellings (`/AUTH/…`, `/token/`), which those who look at requests before it do not know, and it has pages where ours
 * are (`/session/end`). Resuming a sign-in uses it up, so that has no HEAD.
 */
export const engineMethods = (path: string): readonly string[] | undefined =>
  methodsByPath.get(path) ?? (/^\/auth\/[^/]+$/.test(path) ? ['GET'] : undefined);
