import { importJWK, SignJWT, type JWTPayload } from 'jose';
import { parseSecretKey } from '../../src/config/secret-key.ts';
import type { SigningKey } from '../../src/domain/key/signing-key.ts';
import { SecretKey } from '../../src/secrets/secret-key.ts';
import { Sealer } from '../../src/secrets/sealer.ts';
import { KnexSigningKeyStore } from '../../src/storage/knex-signing-key-store.ts';
import type { TestDatabase } from './test-database.ts';

/** `SECRET_KEY` of a provider whose signing keys a test wants to use. */
export const testSecretKey = '8f2c61d0a7e94b35f1086ad3c95e7b24106dfa9384c7e25b0f91d6a83be47c52';

/** The signing keys of a provider, opened with its `SECRET_KEY`. */
export const signingKeysOf = ({ knex }: TestDatabase, secretKey = testSecretKey): KnexSigningKeyStore =>
  new KnexSigningKeyStore(knex, new Sealer(new SecretKey(parseSecretKey(secretKey)).derive('seal')));

/** Signs claims with the provider's own key, as the provider never would. */
export const signAsProvider = async (
  database: TestDatabase,
  alg: SigningKey['alg'],
  claims: JWTPayload,
  header: Record<string, unknown> = {},
): Promise<string> => {
  const key = (await signingKeysOf(database).list()).findLast((one) => one.alg === alg && one.active);
  if (key?.privateJwk === undefined) throw new Error(`no key signs ${alg}`);
  return new SignJWT(claims)
    .setProtectedHeader({ alg, kid: key.kid, ...header })
    .sign(await importJWK({ ...key.privateJwk }, alg));
};
