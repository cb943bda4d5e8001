import { accepted, refused, type Checked } from './checked.ts';

/** The WHATWG's "valid e-mail address" (HTML, section 4.10.5.1.5): what a browser's e-mail field accepts. ASCII only. */
const grammar =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** The longest address that fits an SMTP path (RFC 5321, section 4.5.3.1.3, erratum 1690). */
const maxLength = 254;
const maxLocalPartLength = 64;

/** Checks an e-mail address. It is kept as it was written; only comparing lower-cases it. */
export function checkEmailAddress(address: string): Checked<'ERR_EMAIL_INVALID'> {
  const tooLong = address.length > maxLength || address.indexOf('@') > maxLocalPartLength;
  return !tooLong && grammar.test(address)
    ? accepted(address)
    : refused(
        'ERR_EMAIL_INVALID',
        `the e-mail address must be of the form name@host, with at most ${maxLength} characters`,
      );
}

/**
 * The form in which two addresses are compared. Lower-casing the local part too is what every application does, although
 * RFC 5321 leaves it to the receiving host.
 */
export const emailComparisonForm = (address: string): string => address.toLowerCase();

export const isSameEmailAddress = (one: string, other: string): boolean =>
  emailComparisonForm(one) === emailComparisonForm(other);
