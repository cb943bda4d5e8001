import { decodeJwt } from 'jose';
import { errors } from 'oidc-provider';
import { epochSeconds } from './epoch-seconds.ts';

/**
 * Refuses a DPoP proof whose time is further away than clocks may differ: the engine takes five minutes. What is no
 * JWT, or names no time, is left to the engine.
 * @throws {errors.InvalidDpopProof}
 * @see RFC 9449, section 11.1
 */
export const refuseDistantProof = (proof: string, toleranceSeconds: number): void => {
  const iat = issuedAt(proof);
  if (iat !== undefined && Math.abs(iat - epochSeconds()) > toleranceSeconds) {
    throw new errors.InvalidDpopProof('DPoP proof iat is not recent enough');
  }
};

const issuedAt = (proof: string): number | undefined => {
  try {
    const { iat } = decodeJwt(proof);
    return typeof iat === 'number' ? iat : undefined;
  } catch {
    return undefined;
  }
};
