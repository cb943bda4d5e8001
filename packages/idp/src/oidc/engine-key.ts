import { createPublicKey, type KeyObject } from 'node:crypto';
import { ExternalSigningKey, type JWKS } from 'oidc-provider';
import type { SigningKey } from '../domain/key/signing-key.ts';

type EngineKey = JWKS['keys'][number];

/** A key as the engine takes it: a private JWK, or for a retired key its public part alone, which only verifies. */
export const engineKey = (key: SigningKey): EngineKey =>
  key.privateJwk === undefined ? new RetiredKey(key) : { ...key.privateJwk };

class RetiredKey extends ExternalSigningKey {
  readonly #jwk: Readonly<Record<string, unknown>>;

  constructor(key: SigningKey) {
    super();
    this.#jwk = key.publicJwk;
    // Accessors of the engine's class, which its types call read-only.
    Object.assign(this, { kid: key.kid, alg: key.alg });
  }

  override keyObject(): KeyObject {
    return createPublicKey({ key: this.#jwk, format: 'jwk' });
  }

  override sign(): never {
    throw new Error('a retired key signs nothing');
  }
}
