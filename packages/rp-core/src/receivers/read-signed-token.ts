import { compactVerify, errors } from 'jose';
import { type Claims, claimOf, isClaims, readIdentifier, readNumericDate } from './claims.ts';
import { IssuerKeysError } from './issuer-keys-error.ts';
import type { IssuerKeys } from './issuer-keys.ts';

/** Tolerated difference between the clocks of issuer and application. */
const toleranceSeconds = 60;
/** No token that we know is a tenth as long. */
const mostCharacters = 60 * 1024;

/** Signatures that everybody can check with the issuer's public key. Neither `none` nor shared secrets are among them. */
export const signingAlgorithms = ['RS256', 'ES256', 'EdDSA'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** What is wrong with a token, named for the header or claim it is about; in the order in which it is looked for. */
export type TokenFault =
  | 'MALFORMED'
  | 'ALG'
  | 'TYP'
  | 'CRIT'
  | 'KEY'
  | 'SIGNATURE'
  | 'ISS'
  | 'AUD'
  | 'IAT'
  | 'EXP'
  | 'NBF'
  | 'JTI'
  | 'TXN'
  | 'TOE'
  | 'EVENTS';

/** Who is to have sent the token, and to whom. */
export interface TokenExpectations {
  /** Exactly as the issuer writes itself. */
  readonly issuer: string;
  readonly clientId: string;
  readonly keys: IssuerKeys;
  /** Those that this client is registered for; all of `signingAlgorithms` unless told. */
  readonly algorithms?: readonly SigningAlgorithm[];
}

/** What sets one kind of token apart from another. */
export interface TokenKind {
  /** The media types that `typ` may name, without `application/`; `undefined` among them where it may be left out. */
  readonly types: readonly (string | undefined)[];
  /** How long after `iat` a token is good. */
  readonly mostAgeSeconds: number;
  readonly exp: 'required' | 'forbidden';
  /** Makes the error of this kind. The message must hold nothing of the token. */
  readonly refuse: (fault: TokenFault, message: string, options?: ErrorOptions) => Error;
}

/** A token that the issuer signed for this client, and what both kinds say. */
export interface SignedToken {
  readonly claims: Claims;
  readonly jti: string;
  readonly txn: string | undefined;
  readonly issuedAt: Date;
  /** `toe`, else `iat`: when it happened at the issuer, as well as we know. */
  readonly occurredAt: Date;
  readonly event: { readonly type: string; readonly payload: Claims };
}

/**
 * Checks what logout tokens and security events have in common: the signature, then the claims of the envelope, one event.
 * The audience is this client and nobody else: a token that others may hold too proves nothing about who sent it, and no
 * `azp` makes up for that.
 * @throws {IssuerKeysError} `ERR_ISSUER_KEYS_UNAVAILABLE`: the token may be good
 * @throws what `kind.refuse` makes
 * @see RFC 7515, section 5.2; RFC 8417, section 2.2; RFC 8725, section 3
 */
export const readSignedToken = async (
  token: string,
  expectations: TokenExpectations,
  kind: TokenKind,
  now: Date,
): Promise<SignedToken> => {
  const claims = await verifiedClaims(token, expectations, kind);
  const { refuse } = kind;
  const nowSeconds = now.getTime() / 1000;
  const notAfterSeconds = nowSeconds + toleranceSeconds;

  if (claimOf(claims, 'iss') !== expectations.issuer) throw refuse('ISS', 'iss is another issuer');
  if (!isAudience(claimOf(claims, 'aud'), expectations.clientId)) {
    throw refuse('AUD', 'aud must be this client and nobody else');
  }
  const iat = readNumericDate(claimOf(claims, 'iat'));
  if (iat === undefined) throw refuse('IAT', 'iat is missing or no time');
  if (iat > notAfterSeconds) throw refuse('IAT', 'iat is in the future');
  if (nowSeconds - iat > kind.mostAgeSeconds) throw refuse('IAT', 'the token is too old');
  checkExpiry(claims, kind, nowSeconds);
  if (Object.hasOwn(claims, 'nbf')) {
    const nbf = readNumericDate(claimOf(claims, 'nbf'));
    if (nbf === undefined || nbf > notAfterSeconds) throw refuse('NBF', 'nbf is no time, or in the future');
  }
  const jti = readIdentifier(claimOf(claims, 'jti'));
  if (jti === undefined) throw refuse('JTI', 'jti must be 1 to 255 printable ASCII characters');
  const txn = readIdentifier(claimOf(claims, 'txn'));
  if (txn === undefined && Object.hasOwn(claims, 'txn')) {
    throw refuse('TXN', 'txn must be 1 to 255 printable ASCII characters');
  }
  const toe = readNumericDate(claimOf(claims, 'toe'));
  if (Object.hasOwn(claims, 'toe') && (toe === undefined || toe > notAfterSeconds)) {
    throw refuse('TOE', 'toe is no time, or in the future');
  }
  return {
    claims,
    jti,
    txn,
    issuedAt: new Date(iat * 1000),
    occurredAt: new Date((toe ?? iat) * 1000),
    event: readEvent(claims, refuse),
  };
};

const verifiedClaims = async (
  token: string,
  { keys, algorithms = signingAlgorithms }: TokenExpectations,
  { types, refuse }: TokenKind,
): Promise<Claims> => {
  const malformed = (cause?: unknown): Error => refuse('MALFORMED', 'this is no signed token', { cause });
  if (token.length > mostCharacters) throw malformed();
  const [, encodedHeader = ''] = /^([\w-]+)\.[\w-]+\.[\w-]*$/.exec(token) ?? [];
  const header = readObject(Buffer.from(encodedHeader, 'base64url'));
  if (header === undefined) throw malformed();
  const alg = algorithms.find((algorithm) => algorithm === claimOf(header, 'alg'));
  if (alg === undefined) throw refuse('ALG', `alg must be one of ${algorithms.join(', ')}`);
  if (!types.includes(readType(claimOf(header, 'typ')))) throw refuse('TYP', 'typ names another kind of token');
  // Nothing is understood that a token could call critical.
  if (Object.hasOwn(header, 'crit')) throw refuse('CRIT', 'crit is not supported');
  const kid = claimOf(header, 'kid');
  if (kid !== undefined && typeof kid !== 'string') throw malformed();
  let payload: Uint8Array;
  try {
    ({ payload } = await compactVerify(token, await keys.find({ alg, kid }), { algorithms: [alg] }));
  } catch (error) {
    if (error instanceof IssuerKeysError && error.code === 'ERR_ISSUER_KEYS_UNAVAILABLE') throw error;
    if (error instanceof errors.JWSInvalid) throw malformed(error);
    throw error instanceof errors.JWSSignatureVerificationFailed
      ? refuse('SIGNATURE', 'the signature is not of the issuer', { cause: error })
      : refuse('KEY', 'the issuer has no key that the token may be signed with', { cause: error });
  }
  const claims = readObject(payload);
  if (claims === undefined) throw malformed();
  return claims;
};

/** A JSON object in UTF-8; else undefined. */
const readObject = (bytes: Uint8Array): Claims | undefined => {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return isClaims(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Media types have no case, and `application/` may be left out (RFC 7515, section 4.1.9). */
const readType = (typ: unknown): string | undefined =>
  typ === undefined ? undefined : typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';

const isAudience = (aud: unknown, clientId: string): boolean =>
  aud === clientId || (Array.isArray(aud) && aud.length === 1 && aud[0] === clientId);

const checkExpiry = (claims: Claims, { exp: rule, refuse }: TokenKind, nowSeconds: number): void => {
  if (rule === 'forbidden') {
    if (Object.hasOwn(claims, 'exp')) throw refuse('EXP', 'exp must not be there');
    return;
  }
  const exp = readNumericDate(claimOf(claims, 'exp'));
  if (exp === undefined) throw refuse('EXP', 'exp is missing or no time');
  if (nowSeconds - exp >= toleranceSeconds) throw refuse('EXP', 'the token has expired');
};

const readEvent = (claims: Claims, refuse: TokenKind['refuse']): SignedToken['event'] => {
  const events = claimOf(claims, 'events');
  const [event, ...more] = isClaims(events) ? Object.entries(events) : [];
  if (event === undefined || more.length > 0) throw refuse('EVENTS', 'events must be an object with one member');
  const [type, payload] = event;
  if (!isClaims(payload)) throw refuse('EVENTS', 'the event must be an object');
  return { type, payload };
};
