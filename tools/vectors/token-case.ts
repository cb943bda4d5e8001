import { type JsonObject, signCompact, type SignerName } from './sign-compact.ts';

/** A token as a case tells it. */
export interface TokenCase {
  readonly why: string;
  /** When it is received, in seconds since 1970. */
  readonly now?: number;
  readonly key?: SignerName;
  /** Members that differ from those of a good token; undefined takes one away. */
  readonly header?: JsonObject;
  readonly claims?: JsonObject;
  /** What was signed, where that differs from what the token then carries: the token was tampered with. */
  readonly signed?: { readonly header?: JsonObject; readonly claims?: JsonObject };
  /** The token itself, where it is none that can be made from header and claims. */
  readonly token?: string;
  /** Another text in the place of the claims. */
  readonly payload?: string;
}

/** A case with everything in it. `header` and `claims` are null where the token has none. */
export interface WrittenToken {
  readonly why: string;
  readonly now: number;
  readonly key: SignerName | null;
  readonly header: JsonObject | null;
  readonly claims: JsonObject | null;
  readonly token: string;
}

export interface GoodToken {
  readonly now: number;
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/**
 * Makes the tokens of a file. ECDSA and PSS give another signature each time, so a token whose signed part has not changed
 * is taken from the file as it was: writing a file again changes nothing.
 * @param earlier tokens of the file as it is
 */
export const tokenWriter = (
  good: GoodToken,
  earlier: ReadonlySet<string>,
): ((tokenCase: TokenCase) => WrittenToken) => {
  const earlierBySignedPart = new Map([...earlier].map((token) => [token.slice(0, token.lastIndexOf('.')), token]));
  const sign = (header: JsonObject, payload: string, key: SignerName): string => {
    const token = signCompact(header, payload, key);
    if (header['alg'] !== 'ES256' && header['alg'] !== 'PS256') return token;
    return earlierBySignedPart.get(token.slice(0, token.lastIndexOf('.'))) ?? token;
  };
  return ({ why, now = good.now, key = 'issuer-rs256', token, payload, signed, ...told }) => {
    if (token !== undefined) return { why, now, key: null, header: null, claims: null, token };
    const header = withChanges(good.header, told.header);
    if (payload !== undefined) return { why, now, key, header, claims: null, token: sign(header, payload, key) };
    const claims = withChanges(good.claims, told.claims);
    if (signed === undefined)
      return { why, now, key, header, claims, token: sign(header, JSON.stringify(claims), key) };
    const genuine = sign(
      withChanges(good.header, signed.header),
      JSON.stringify(withChanges(good.claims, signed.claims)),
      key,
    );
    const carried = signCompact(header, JSON.stringify(claims), 'none');
    return { why, now, key, header, claims, token: carried + genuine.slice(genuine.lastIndexOf('.') + 1) };
  };
};

const withChanges = (object: JsonObject, changes: JsonObject = {}): JsonObject =>
  Object.fromEntries(Object.entries({ ...object, ...changes }).filter(([, value]) => value !== undefined));
