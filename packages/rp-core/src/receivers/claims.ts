/** A JSON object as it came: nothing is known of its members. */
export type Claims = Readonly<Record<string, unknown>>;

export const isClaims = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member itself, never what an object inherits. */
export const claimOf = (claims: Claims, name: string): unknown =>
  Object.hasOwn(claims, name) ? claims[name] : undefined;

/** An identifier (`sub`, `sid`, `jti`, `txn`): 1 to 255 printable ASCII characters; else undefined. */
export const readIdentifier = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\x20-\x7e]{1,255}$/.test(value) ? value : undefined;

/** 31 December 9999. */
const lastSecond = 253_402_300_799;

/** A NumericDate (RFC 7519, section 2): seconds since 1970, fractions allowed; else undefined. */
export const readNumericDate = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= lastSecond ? value : undefined;
