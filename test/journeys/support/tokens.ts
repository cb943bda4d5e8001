import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

/** Header or claims of a JWT. */
export type Claims = Readonly<Record<string, unknown>>;

/** What a token says, unverified. @throws where it is no JWT */
export const readToken = (token: string): { readonly header: Claims; readonly claims: Claims } => {
  const [header = '', claims = ''] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'));
  return { header: JSON.parse(header) as Claims, claims: JSON.parse(claims) as Claims };
};

const encoded = (part: Claims): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const tokenOf = (header: Claims, claims: Claims, signature: (input: string) => Buffer): string => {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${signature(input).toString('base64url')}`;
};

/** RFC 7515, appendix A.5. */
export const unsigned = (header: Claims, claims: Claims): string => tokenOf(header, claims, () => Buffer.alloc(0));

/** ES256, by a key that nobody knows. */
export const signedByStranger = (header: Claims, claims: Claims): string => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return tokenOf({ alg: 'ES256', ...header }, claims, (input) =>
    sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  );
};

/** HS256: what is public to some taken for a secret. */
export const signedBySecret = (secret: string, header: Claims, claims: Claims): string =>
  tokenOf({ alg: 'HS256', ...header }, claims, (input) => createHmac('sha256', secret).update(input).digest());
