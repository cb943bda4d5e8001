/** What a browser's e-mail field accepts (HTML, section 4.10.5.1.5): ASCII only. */
const grammar =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3 with erratum 1690. */
const maxLength = 254;
const maxLocalPartLength = 64;

/** True for what can be an address, up to 254 characters. */
export const isEmailAddress = (text: string): boolean =>
  text.length <= maxLength && text.indexOf('@') <= maxLocalPartLength && grammar.test(text);

/** True for a host that can never receive mail (RFC 6761, section 6.4). Placeholders have one. */
export const isUnmailable = (address: string): boolean => /[@.]invalid$/i.test(address);

/**
 * The form in which two addresses are compared. Only ASCII letters are lower-cased: full Unicode folding makes the Kelvin
 * sign a k, and so somebody else's address the same.
 */
const comparisonForm = (address: string): string => address.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

export const isSameEmailAddress = (one: string, other: string): boolean =>
  comparisonForm(one) === comparisonForm(other);

/**
 * Enough of an address to recognise one's own: `a***@e***.org`. Every mask is as long as the others, so that it does not
 * tell the length.
 */
export function maskEmailAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const host = address.slice(at + 1);
  const dot = host.lastIndexOf('.');
  const first = (text: string): string => (text.length > 1 ? `${Array.from(text)[0] ?? ''}***` : '***');
  if (at < 1) return '***';
  return `${first(address.slice(0, at))}@${dot < 1 ? first(host) : `${first(host.slice(0, dot))}${host.slice(dot)}`}`;
}
