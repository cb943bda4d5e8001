import { accepted, refused, type Checked } from './checked.ts';
import { isReservedUsername } from './reserved-usernames.ts';

const grammar = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const minLength = 4;
const maxLength = 20;

/** True for what could be a user name, reserved or not. */
export const isUsernameShaped = (text: string): boolean =>
  text.length >= minLength && text.length <= maxLength && grammar.test(text);

/**
 * Checks a user name (claim `preferred_username`): 4 to 20 lower-case ASCII letters and digits with single inner
 * hyphens, starting with a letter, not reserved. Such a name is valid unchanged in Discourse, MediaWiki and WordPress.
 */
export function checkUsername(username: string): Checked<'ERR_USERNAME_INVALID' | 'ERR_USERNAME_RESERVED'> {
  if (!isUsernameShaped(username)) {
    return refused(
      'ERR_USERNAME_INVALID',
      `the user name must have ${minLength} to ${maxLength} lower-case letters (a to z) and digits, start with a letter, ` +
        'and may have single hyphens inside',
    );
  }
  if (isReservedUsername(username)) return refused('ERR_USERNAME_RESERVED', 'this user name is reserved');
  return accepted(username);
}
