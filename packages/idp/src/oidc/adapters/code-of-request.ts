import type { KoaContextWithOIDC } from 'oidc-provider';
import { tokenHash } from '../../secrets/token-hash.ts';

/** The authorization code that a refresh token came of, by the engine's token object. */
const codeOfRefreshToken = new WeakMap<object, Map<string, Buffer>>();

/** Notes, for the time of this request, which code a refresh token came of. */
export const noteCodeOfRefreshToken = (ctx: KoaContextWithOIDC, id: string, codeHash: Buffer): void => {
  const known = codeOfRefreshToken.get(ctx) ?? new Map<string, Buffer>();
  known.set(id, codeHash);
  codeOfRefreshToken.set(ctx, known);
};

/**
 * The authorization code that the token which is being issued comes of, directly or through refresh tokens: when that
 * code is used again, everything that came of it is revoked.
 */
export const codeHashOfRequest = (ctx: KoaContextWithOIDC | undefined): Buffer | undefined => {
  if (!ctx) return undefined;
  const { AuthorizationCode, RotatedRefreshToken, RefreshToken } = ctx.oidc.entities;
  if (AuthorizationCode) return tokenHash(AuthorizationCode.jti);
  const origin = RotatedRefreshToken ?? RefreshToken;
  return origin && codeOfRefreshToken.get(ctx)?.get(origin.jti);
};
