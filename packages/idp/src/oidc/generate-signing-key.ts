import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { GenerateSigningKey } from '../domain/key/key-ring.ts';

/** A new key pair; its `kid` is the JWK thumbprint (RFC 7638). RSA keys have 2048 bits, EC keys are P-256. */
export const generateSigningKey: GenerateSigningKey = async (alg) => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const common = { kid, alg, use: 'sig' };
  return {
    kid,
    alg,
    publicJwk: { ...publicJwk, ...common },
    privateJwk: { ...(await exportJWK(privateKey)), ...common },
  };
};
