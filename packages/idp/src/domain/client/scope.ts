import { accepted, refused, type Checked } from '../account/checked.ts';

/** The scopes that this issuer itself gives a meaning. */
export const openidScopes = ['openid', 'profile', 'email', 'groups', 'offline_access'] as const;
export type OpenidScope = (typeof openidScopes)[number];

export const defaultScope = 'openid profile email';

export const isOpenidScope = (scope: string): scope is OpenidScope => openidScopes.some((known) => known === scope);

/**
 * A scope of an API: a scope token (RFC 6749, section 3.3) of at most 100 characters with a colon, dot or slash inside,
 * such as `notes:read`. The separator keeps the names apart from those of OpenID Connect, present and future, so that a
 * misspelt `emial` is noticed.
 */
const isResourceScope = (scope: string): boolean =>
  scope.length <= 100 && /^[\x21\x23-\x5b\x5d-\x7e]+[:./][\x21\x23-\x5b\x5d-\x7e]+$/.test(scope);

/** The tokens of a scope parameter, each once, in their order. */
export const scopeTokens = (scope: string): readonly string[] => [
  ...new Set(scope.split(' ').filter((token) => token !== '')),
];

/** Checks what a client may ask for: `openid` and other scopes of this issuer, and scopes of APIs. Kept with single spaces. */
export function checkScope(scope: string): Checked<'ERR_SCOPE'> {
  const tokens = scopeTokens(scope);
  const unknown = tokens.find((token) => !isOpenidScope(token) && !isResourceScope(token));
  if (unknown !== undefined) {
    return refused(
      'ERR_SCOPE',
      `the scope ${JSON.stringify(unknown)} is neither one of ${openidScopes.join(', ')} nor of an API (such as notes:read)`,
    );
  }
  return tokens.includes('openid') ? accepted(tokens.join(' ')) : refused('ERR_SCOPE', 'the scope must contain openid');
}

/** Checks the scopes that an API has. Kept with single spaces. */
export function checkResourceScope(scope: string): Checked<'ERR_RESOURCE_SCOPE'> {
  const tokens = scopeTokens(scope);
  const foreign = tokens.find((token) => !isResourceScope(token));
  if (foreign !== undefined) {
    return refused(
      'ERR_RESOURCE_SCOPE',
      `the scope ${JSON.stringify(foreign)} of an API must have a colon, dot or slash inside, such as notes:read`,
    );
  }
  return tokens.length > 0
    ? accepted(tokens.join(' '))
    : refused('ERR_RESOURCE_SCOPE', 'an API must have at least one scope');
}
