import type { SigningKey } from '../domain/key/signing-key.ts';
import { defined, epochSeconds, type CommandResult } from './command-result.ts';

/** `coming`: published, signs later. `replaced`: a newer key signs. `retired`: only verifies what it signed. */
type KeyState = 'signing' | 'coming' | 'replaced' | 'retired';

/** All keys by the names of RFC 7517, oldest first, without their private parts. */
export const keysResult = (keys: readonly SigningKey[]): CommandResult => ({
  keys: keys.map((key) =>
    defined({
      kid: key.kid,
      alg: key.alg,
      state: keyState(key, keys),
      created_at: epochSeconds(key.createdAt),
      active_from: epochSeconds(key.activeFrom),
      retired_at: epochSeconds(key.retiredAt),
    }),
  ),
});

function keyState(key: SigningKey, keys: readonly SigningKey[]): KeyState {
  if (key.retiredAt) return 'retired';
  if (!key.active) return 'coming';
  const isReplaced = keys.some(
    (other) => other.alg === key.alg && other.active && !other.retiredAt && other.activeFrom > key.activeFrom,
  );
  return isReplaced ? 'replaced' : 'signing';
}
