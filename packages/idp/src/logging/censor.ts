import { REDACTED, scrubAddresses, scrubText } from './scrub-text.ts';

/** Compared in lower case without `_` and `-`, so `idTokenHint`, `id_token_hint` and `Id-Token-Hint` are one name. */
const SECRET_NAMES = new Set(
  [
    'authorization proxyauthorization cookie cookies setcookie dpop',
    'code usercode devicecode codeverifier state nonce requesturi request query querystring search body form params bindings parameters',
    'assertion clientassertion idtokenhint loginhint logouttoken jti jwt sid passphrase key secretkey privatekey',
    'username preferredusername name givenname familyname email mail address remoteaddress clientaddress ip detail where',
    'databaseurl connectionstring headers rawheaders',
  ]
    .join(' ')
    .split(' '),
);
const SECRET_ENDINGS = /(?:token|secret|password|cookie|email|address)s?$/;

/** Made by us and no secrets, though they look like tokens. */
const IDENTIFIERS = new Set(['requestId', 'accountId', 'clientId', 'keyId', 'kid', 'time']);

/** Where `describeError` leaves what it made. */
const ERRORS = new Set(['err', 'error', 'cause', 'errors']);

/** Fields of a described error that would be censored elsewhere, and what they look like then. */
const ERROR_FIELDS: Readonly<Record<string, RegExp>> = {
  code: /^[A-Z0-9_]{1,63}$/,
  name: /^[A-Za-z]{1,40}$/,
  constraint: /^[a-z0-9_]{1,63}$/,
  stack: /^ {4}at .*(?:\n {4}at .*)*$/,
};

const DEEPEST = 6;

/**
 * A copy of what is to be logged without what must not be: values under a secret name, and in all other texts addresses and
 * what looks like a token.
 * @param value plain JSON data
 */
export function censor(value: unknown, key = '', isError = false, depth = 0): unknown {
  if (typeof value === 'string') return IDENTIFIERS.has(key) ? scrubAddresses(value) : scrubText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return REDACTED;
  if (Array.isArray(value)) return value.map((item) => censor(item, key, isError, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) copy[name] = censorField(name, item, isError, depth);
  return copy;
}

function censorField(name: string, value: unknown, isError: boolean, depth: number): unknown {
  if (isError && typeof value === 'string' && ERROR_FIELDS[name]?.test(value) === true) return value;
  const plain = name.toLowerCase().replaceAll(/[_-]/g, '');
  if (value !== null && value !== undefined && (SECRET_NAMES.has(plain) || SECRET_ENDINGS.test(plain))) return REDACTED;
  return censor(value, name, ERRORS.has(name) && typeof value === 'object', depth + 1);
}
