export type UriFaultCode =
  | 'too_long'
  | 'characters'
  | 'relative'
  | 'malformed'
  | 'fragment'
  | 'userinfo'
  | 'disguised_host';

export interface UriFault<Code extends string = UriFaultCode> {
  readonly code: Code;
  /** The end of a sentence that begins with the URI: "must …". */
  readonly message: string;
}

const maxLength = 2000;

const fault = (code: UriFaultCode, message: string): { readonly fault: UriFault } => ({ fault: { code, message } });

/**
 * Reads an absolute URI without fragment and without user information, as it has to be written where it is kept and
 * compared as a string. Node's parser (WHATWG) repairs what it gets: it strips tabs, turns backslashes around and reads
 * 0x7f.1 as 127.0.0.1. What needs repair is refused here, so that everybody who reads the string reads the same.
 * @see RFC 3986, section 4.3
 */
export function readUri(
  text: string,
): { readonly url: URL; readonly fault?: undefined } | { readonly fault: UriFault } {
  if (text.length > maxLength) return fault('too_long', `must have at most ${maxLength} characters`);
  if (!/^[\x21-\x7e]*$/.test(text) || /["<>\\^`{|}]/.test(text) || /%(?![0-9A-Fa-f]{2})/.test(text)) {
    return fault('characters', 'must have only characters that a URI can have; percent-encode all others');
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return fault('relative', 'must be an absolute URI');
  if (text.includes('#')) return fault('fragment', 'must not have a fragment (#)');
  const authority = /^[^:]+:\/\/([^/?]*)/.exec(text)?.[1];
  if (authority?.includes('@')) return fault('userinfo', 'must not have a user name or password');
  const isWeb = scheme === 'https' || scheme === 'http';
  const url = URL.parse(text);
  if (!url || (isWeb && !authority)) return fault('malformed', 'must be a well-formed absolute URI');
  if (isWeb && authority?.replace(/:\d*$/, '').toLowerCase() !== url.hostname) {
    return fault('disguised_host', `must name its host plainly, as ${url.hostname}`);
  }
  if (authority?.endsWith(':') || url.port === '0')
    return fault('malformed', 'must have a port between 1 and 65535, or none');
  return { url };
}
