import { type Claims, claimOf, isClaims, readIdentifier } from './claims.ts';
import { readSignedToken, type SignedToken, type TokenExpectations, type TokenKind } from './read-signed-token.ts';
import { SecurityEventError } from './security-event-error.ts';

const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const risc = 'https://schemas.openid.net/secevent/risc/event-type/';

/** How long after `iat` a security event is good: an issuer may push from a queue. */
export const securityEventSeconds = 24 * 3600;

/** What happened to whom. `unknown`: an event that we do nothing about. */
export type AccountEvent =
  | {
      readonly kind: 'claims-changed';
      readonly sub: string;
      readonly claims: Claims;
      /** Undefined where the issuer does not count. */
      readonly profileVersion: number | undefined;
    }
  | {
      readonly kind: 'credential-changed' | 'account-disabled' | 'account-enabled' | 'account-purged';
      readonly sub: string;
    }
  | { readonly kind: 'unknown' };

export interface SecurityEvent {
  readonly event: AccountEvent;
  /** The URI of the event. */
  readonly type: string;
  readonly jti: string;
  /** Names the delivery: the same in each attempt to deliver it. */
  readonly txn: string | undefined;
  readonly issuedAt: Date;
  /** When it happened at the issuer, as well as we know. */
  readonly occurredAt: Date;
}

const kinds: ReadonlyMap<string, Exclude<AccountEvent['kind'], 'unknown'>> = new Map([
  [`${caep}token-claims-change`, 'claims-changed'],
  [`${caep}credential-change`, 'credential-changed'],
  [`${risc}account-disabled`, 'account-disabled'],
  [`${risc}account-enabled`, 'account-enabled'],
  [`${risc}account-purged`, 'account-purged'],
]);

const securityEventToken: TokenKind = {
  types: ['secevent+jwt'],
  mostAgeSeconds: securityEventSeconds,
  exp: 'forbidden',
  refuse: (fault, message, options) => new SecurityEventError(`ERR_SECURITY_EVENT_${fault}`, message, options),
};

/**
 * Verifies a Security Event Token and returns what it tells. An event of a type that is not known here is no error: a
 * recipient answers for the token, not for what it makes of it (RFC 8935, section 2), and issuers send events to test the
 * way. Of such a one the subject is not looked at, since it may be something else than a person.
 * @throws {SecurityEventError}
 * @throws {IssuerKeysError} `ERR_ISSUER_KEYS_UNAVAILABLE`: the token may be good
 * @see RFC 8417, section 2.2; RFC 9493, section 3.2.2; OpenID Shared Signals Framework 1.0, section 4 (no `exp`, no `sub`)
 */
export const verifySecurityEvent = async (
  token: string,
  expectations: TokenExpectations,
  now: Date,
): Promise<SecurityEvent> => {
  const signed = await readSignedToken(token, expectations, securityEventToken, now);
  const { jti, txn, issuedAt, occurredAt } = signed;
  return {
    event: readAccountEvent(signed, expectations.issuer),
    type: signed.event.type,
    jti,
    txn,
    issuedAt,
    occurredAt,
  };
};

const readAccountEvent = ({ claims, event }: SignedToken, issuer: string): AccountEvent => {
  if (Object.hasOwn(claims, 'sub')) {
    throw new SecurityEventError('ERR_SECURITY_EVENT_SUBJECT', 'sub must not be there; sub_id names the person');
  }
  const kind = kinds.get(event.type);
  if (kind === undefined) return { kind: 'unknown' };
  const sub = readSubject(claimOf(claims, 'sub_id'), issuer);
  return kind === 'claims-changed' ? { kind, sub, ...readNewClaims(event.payload, sub) } : { kind, sub };
};

const readSubject = (subId: unknown, issuer: string): string => {
  const id = isClaims(subId) ? subId : {};
  const sub = readIdentifier(claimOf(id, 'sub'));
  if (claimOf(id, 'format') !== 'iss_sub' || claimOf(id, 'iss') !== issuer || sub === undefined) {
    throw new SecurityEventError('ERR_SECURITY_EVENT_SUBJECT', 'sub_id must name a person of this issuer as iss_sub');
  }
  return sub;
};

const readNewClaims = (
  payload: Claims,
  sub: string,
): { readonly claims: Claims; readonly profileVersion: number | undefined } => {
  const refuse = (message: string): Error => new SecurityEventError('ERR_SECURITY_EVENT_CLAIMS', message);
  const claims = claimOf(payload, 'claims');
  if (!isClaims(claims) || Object.keys(claims).length === 0) {
    throw refuse('claims must be an object with one member at least');
  }
  // Whoever reads the claims for themselves must not come to somebody else.
  if (Object.hasOwn(claims, 'sub') && claims['sub'] !== sub) throw refuse('claims name another person than sub_id');
  if (!Object.hasOwn(claims, 'profile_version')) return { claims, profileVersion: undefined };
  const version = claims['profile_version'];
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 0) {
    throw refuse('profile_version must be an integer not below 0');
  }
  return { claims, profileVersion: version };
};
