import { SettingError } from './setting-reader.ts';

const MIN_BYTES = 32;
/** 32 random bytes have about 30 different values; fewer than 16 of them happen once in 10^16 keys. */
const MIN_DIFFERENT_BYTES = 16;

const HOW_TO_MAKE_ONE = 'make one with: openssl rand -base64 32';

/**
 * The bytes of a secret key: 64 or more hexadecimal digits, or 43 or more characters of base64 or base64url with or
 * without padding (RFC 4648, sections 4, 5 and 8). What consists of hexadecimal digits alone is read as such.
 * @throws {SettingError} when it is neither, is shorter than 32 bytes, or repeats itself too much to be random
 */
export function parseSecretKey(text: string): Buffer {
  const key = decode(text);
  if (key === undefined)
    throw new SettingError(`must be written in base64, base64url or hexadecimal; ${HOW_TO_MAKE_ONE}`);
  if (key.length < MIN_BYTES) throw new SettingError(`must hold at least ${MIN_BYTES} bytes; ${HOW_TO_MAKE_ONE}`);
  if (new Set(key).size < MIN_DIFFERENT_BYTES) throw new SettingError(`must be random; ${HOW_TO_MAKE_ONE}`);
  return key;
}

function decode(text: string): Buffer | undefined {
  // Read as base64, short hexadecimal would seem to hold more than it does.
  if (/^[0-9a-f]+$/i.test(text)) return text.length % 2 === 0 ? Buffer.from(text, 'hex') : undefined;
  const [, digits = '', padding = ''] = /^([A-Za-z0-9+/_-]+)(={0,2})$/.exec(text) ?? [];
  const remainder = digits.length % 4;
  const padded = padding === '' || (remainder !== 0 && remainder + padding.length === 4);
  return digits === '' || remainder === 1 || !padded ? undefined : Buffer.from(digits, 'base64');
}
