import { createPublicKey } from 'node:crypto';
import { accepted, refused, type Checked } from '../account/checked.ts';

/** A JWK Set (RFC 7517, section 5). */
export interface ClientKeys {
  readonly keys: readonly Record<string, unknown>[];
}

const maxKeys = 20;
const minRsaBits = 2048;
const privateParameters = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
const keyTypes = ['RSA', 'EC', 'OKP'];
const curves = ['P-256', 'P-384', 'P-521', 'Ed25519'];

const refuse = (message: string): Checked<'ERR_CLIENT_KEYS', ClientKeys> => refused('ERR_CLIENT_KEYS', message);

/**
 * Checks the public keys with which a client authenticates (`private_key_jwt`): signature keys only (RSA of 2048 bits
 * and more, P-256, P-384, P-521, Ed25519), and no private or shared key, which would then be known to more than its owner.
 */
export function checkClientKeys(jwks: unknown): Checked<'ERR_CLIENT_KEYS', ClientKeys> {
  if (!isRecord(jwks) || !Array.isArray(jwks['keys']) || !jwks['keys'].every(isRecord)) {
    return refuse('the keys must be a JWK Set: {"keys": [ … ]}');
  }
  const keys: readonly Record<string, unknown>[] = jwks['keys'];
  if (keys.length === 0 || keys.length > maxKeys) return refuse(`the JWK Set must have 1 to ${maxKeys} keys`);
  for (const [index, key] of keys.entries()) {
    const fault = keyFault(key);
    if (fault !== undefined) return refuse(`key ${index + 1} of the JWK Set ${fault}`);
  }
  const ids = keys.map((key) => key['kid']);
  if (keys.length > 1 && new Set(ids).size < ids.length)
    return refuse('the keys of the JWK Set must have different values of kid');
  return accepted({ keys });
}

function keyFault(key: Record<string, unknown>): string | undefined {
  if (privateParameters.some((name) => name in key)) return 'is private: register only the public part';
  if (!keyTypes.some((type) => type === key['kty'])) return `must be of type ${keyTypes.join(', ')}`;
  if ('use' in key && key['use'] !== 'sig') return 'is not for signatures (use)';
  if ('kid' in key && typeof key['kid'] !== 'string') return 'must have text as its kid';
  if (key['kty'] !== 'RSA' && !curves.some((curve) => curve === key['crv']))
    return `must be on a curve of ${curves.join(', ')}`;
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key, format: 'jwk' });
    if (key['kty'] === 'RSA' && (asymmetricKeyDetails?.modulusLength ?? 0) < minRsaBits) {
      return `must have at least ${minRsaBits} bits`;
    }
    return undefined;
  } catch {
    return 'is not a valid key';
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
