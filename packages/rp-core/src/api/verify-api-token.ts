import { jwtVerify } from 'jose';
import type { IssuerKeys } from '../receivers/issuer-keys.ts';
import { IssuerKeysError } from '../receivers/issuer-keys-error.ts';

/** An access token that another application got for this application's API. */
export interface ApiToken {
  readonly sub: string;
  /** The application that has the token. */
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

const algorithms = ['RS256', 'ES256', 'EdDSA'];
const toleranceSeconds = 60;

/**
 * Verifies an access token in JWT form for an API of this application.
 * @param audience the API's resource indicator, exactly
 * @returns undefined where the token is not the issuer's, not for this API, or not good at this time
 * @throws {IssuerKeysError} `ERR_ISSUER_KEYS_UNAVAILABLE`: the token may be good
 * @see RFC 9068, section 4
 */
export const verifyApiToken = async (
  token: string,
  { issuer, audience, keys, now }: { issuer: string; audience: string; keys: IssuerKeys; now: Date },
): Promise<ApiToken | undefined> => {
  try {
    const { payload } = await jwtVerify(token, ({ alg, kid }) => keys.find({ alg: alg ?? '', kid }), {
      algorithms,
      typ: 'at+jwt',
      issuer,
      audience,
      clockTolerance: toleranceSeconds,
      currentDate: now,
      requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
    });
    const { sub, client_id: clientId, scope } = payload;
    // A token that others may hold too could be shown here by whoever is there.
    const isOurs = payload.aud === audience || (Array.isArray(payload.aud) && payload.aud.length === 1);
    if (!isOurs || typeof sub !== 'string' || typeof clientId !== 'string') return undefined;
    return {
      sub,
      clientId,
      scopes: new Set(typeof scope === 'string' ? scope.split(' ').filter((one) => one !== '') : []),
    };
  } catch (error) {
    if (error instanceof IssuerKeysError && error.code === 'ERR_ISSUER_KEYS_UNAVAILABLE') throw error;
    return undefined; // which of the checks failed is nothing that the bearer needs to know
  }
};
