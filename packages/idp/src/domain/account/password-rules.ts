import { accepted, refused, type Checked } from './checked.ts';
import { lengthInCodePoints } from './printable-text.ts';

/** Lengths in Unicode code points after NFC (NIST SP 800-63B-4, section 3.1.1.2). */
export interface PasswordRules {
  readonly minLength: number;
  readonly maxLength: number;
}

/** 15 because a password alone signs in; 256 because nobody needs more and hashing must stay bounded. */
export const defaultPasswordRules: PasswordRules = { minLength: 15, maxLength: 256 };

/**
 * Checks a new password and answers it in the form in which it is hashed: NFC, as keyboards differ in how they compose
 * what people see as the same character. Nothing is trimmed.
 */
export function checkPassword(
  password: string,
  rules: PasswordRules = defaultPasswordRules,
): Checked<'ERR_PASSWORD_TOO_SHORT' | 'ERR_PASSWORD_TOO_LONG' | 'ERR_PASSWORD_MALFORMED'> {
  // A half of a surrogate pair has no UTF-8 form: hashing would see every such half as the same character.
  if (!password.isWellFormed()) return refused('ERR_PASSWORD_MALFORMED', 'the password must be well-formed text');
  // Normalising takes time, and makes a text at most four times shorter; what is far too long is refused before it.
  const normalized = password.length > 6 * rules.maxLength ? password : password.normalize('NFC');
  const length = lengthInCodePoints(normalized);
  if (length < rules.minLength) {
    return refused('ERR_PASSWORD_TOO_SHORT', `the password must have at least ${rules.minLength} characters`);
  }
  if (length > rules.maxLength) {
    return refused('ERR_PASSWORD_TOO_LONG', `the password must have at most ${rules.maxLength} characters`);
  }
  return accepted(normalized);
}
