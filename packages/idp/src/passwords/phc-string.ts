/** What an argon2 hash costs. */
export interface Argon2Cost {
  /** `m`, in KiB. */
  readonly memoryKiB: number;
  /** `t`. */
  readonly passes: number;
  /** `p`. */
  readonly lanes: number;
}

const withoutPadding = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/**
 * What every PHC string of argon2id, version 1.3, at this cost begins with. The parameters stand in the order m, t, p:
 * libargon2, and with it PHP's `password_verify`, reads no other.
 */
export const argon2idPrefix = ({ memoryKiB, passes, lanes }: Argon2Cost): string =>
  `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$`;

export const formatArgon2id = (cost: Argon2Cost, salt: Buffer, hash: Buffer): string =>
  `${argon2idPrefix(cost)}${withoutPadding(salt)}$${withoutPadding(hash)}`;

const argon2String =
  /^\$argon2(?:i|d|id)\$v=(?:16|19)\$[mtp]=\d{1,8},[mtp]=\d{1,8},[mtp]=\d{1,8}\$[A-Za-z0-9+/]{11,88}\$[A-Za-z0-9+/]{16,172}$/;

/** Whether it is an argon2 hash that can be checked, whatever its variant, cost and order of parameters. */
export const isArgon2String = (phc: string): boolean =>
  argon2String.test(phc) && ['m=', 't=', 'p='].every((parameter) => phc.includes(parameter));
