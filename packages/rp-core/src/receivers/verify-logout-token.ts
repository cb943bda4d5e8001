import type { EndedSessions } from '../session/local-session-store.ts';
import { claimOf, readIdentifier } from './claims.ts';
import { LogoutTokenError } from './logout-token-error.ts';
import { readSignedToken, type TokenExpectations, type TokenKind } from './read-signed-token.ts';

/** OpenID Connect Back-Channel Logout 1.0, section 2.4. */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** How long after `iat` a logout token is good, whatever its `exp` says. */
export const logoutTokenSeconds = 600;

/** What a logout token asks for. */
export interface LogoutRequest {
  readonly ended: EndedSessions;
  /** When it happened at the issuer: sessions of a person that begun later stay. */
  readonly endedAt: Date;
  readonly jti: string;
  /** Names the delivery: the same in each attempt to deliver it. */
  readonly txn: string | undefined;
  readonly issuedAt: Date;
}

const logoutToken: TokenKind = {
  // The type is recommended, not required, and many issuers write JWT (section 4.1).
  types: ['logout+jwt', 'jwt', undefined],
  mostAgeSeconds: logoutTokenSeconds,
  exp: 'required',
  refuse: (fault, message, options) => new LogoutTokenError(`ERR_LOGOUT_TOKEN_${fault}`, message, options),
};

/**
 * Verifies a logout token and returns what it asks to end.
 * @throws {LogoutTokenError} `ERR_LOGOUT_TOKEN_NONCE` when a nonce is present, whatever its value: so no ID token passes
 * @throws {IssuerKeysError} `ERR_ISSUER_KEYS_UNAVAILABLE`: the token may be good
 * @see OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6
 */
export const verifyLogoutToken = async (
  token: string,
  expectations: TokenExpectations,
  now: Date,
): Promise<LogoutRequest> => {
  const { claims, jti, txn, issuedAt, occurredAt, event } = await readSignedToken(
    token,
    expectations,
    logoutToken,
    now,
  );
  if (event.type !== logoutEvent) throw new LogoutTokenError('ERR_LOGOUT_TOKEN_EVENTS', 'the event is not a logout');
  if (Object.hasOwn(claims, 'nonce')) {
    throw new LogoutTokenError('ERR_LOGOUT_TOKEN_NONCE', 'nonce must not be there');
  }
  const [sub, sid] = ['sub', 'sid'].map((name) => {
    const value = readIdentifier(claimOf(claims, name));
    if (value === undefined && Object.hasOwn(claims, name)) {
      throw new LogoutTokenError('ERR_LOGOUT_TOKEN_SUBJECT', `${name} must be 1 to 255 printable ASCII characters`);
    }
    return value;
  });
  return { ended: endedSessions(expectations.issuer, sub, sid), endedAt: occurredAt, jti, txn, issuedAt };
};

const endedSessions = (issuer: string, sub: string | undefined, sid: string | undefined): EndedSessions => {
  if (sid !== undefined) return { issuer, sid, sub };
  if (sub !== undefined) return { issuer, sid, sub };
  throw new LogoutTokenError('ERR_LOGOUT_TOKEN_SUBJECT', 'sub or sid must be there');
};
