import { isIP } from 'node:net';
import { canonicalAddress, networkOf } from '../domain/network.ts';

export const REDACTED = '[redacted]';

const LONGEST_TEXT = 2000;

const CREDENTIALS_IN_URL = /(?<=:\/\/)[^\s/@"']*@/g;
const QUERY_IN_URL = /\?[^\s"'<>]*=[^\s"'<>]*/g;
const AUTHENTICATION = /\b(Bearer|Basic|DPoP)\s+[^\s,"']+/gi;
const EMAIL_ADDRESS = /[\p{L}\p{N}._+-]+(?:@|%40)[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}[\p{L}\p{N}-]+/giu;
const IPV4_ADDRESS = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w/]|\.\d)/g;
const IPV6_ADDRESS = /(?<![\w.:])[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*[0-9a-f:](?![\w:/]|\.\w)/gi;
/** Codes, tokens, cookies, hashes and ids; not `session_clients_unique_sid`, `ERR_HTTP_WRONG_SCHEME` and other names, which have one case and no digits. */
const LONG_WORD = /[A-Za-z0-9_-]{20,}/g;

/** Text for a log without e-mail addresses, IP addresses (their network stands instead), credentials and queries of URLs. */
export function scrubAddresses(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .replace(CREDENTIALS_IN_URL, `${REDACTED}@`)
    .replace(AUTHENTICATION, `$1 ${REDACTED}`)
    .replace(QUERY_IN_URL, `?${REDACTED}`)
    .replace(EMAIL_ADDRESS, REDACTED)
    .replace(IPV4_ADDRESS, networkUnlessOwn)
    .replace(IPV6_ADDRESS, networkUnlessOwn);
}

/** The same, and without anything that looks like a token: 20 or more base64url characters with a digit or of both cases. */
export function scrubText(text: string): string {
  return scrubAddresses(text).replace(LONG_WORD, (word) =>
    /[0-9]|[a-z].*[A-Z]|[A-Z].*[a-z]/.test(word) ? REDACTED : word,
  );
}

// Where the process itself listens says nothing about a person.
function networkUnlessOwn(text: string): string {
  const address = canonicalAddress(text);
  if (address === undefined || /^(?:127\.\d+\.\d+\.\d+|0\.0\.0\.0|::1?)$/.test(address)) return text;
  return isIP(address) === 0 ? text : networkOf(address);
}
